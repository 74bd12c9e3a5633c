// Sound logs of all kinds of keys and values read as what they are: no reading that explains a log
// better than its own records do takes one of them away.
#include <fmt/format.h>

#include <persist/formats/log_header.hpp>
#include <persist/formats/record.hpp>
#include <set>

#include "recovery/legacy_cases.hpp"
#include "support/tally.hpp"

using namespace persist;
using namespace persist::recovery;

namespace {

enum class Keys { paths, links, titles, tables, mixed };
enum class Values { text, number, empty, bytes };

std::string word(Random& random) {
  static const char* const syllables[] = {"ba", "de",  "fi",  "go", "lu",  "mer", "nat",
                                          "os", "pri", "ste", "ta", "ver", "wi",  "zu"};
  std::string out;
  for (std::uint64_t i = random.between(1, 4); i > 0; --i) {
    out += syllables[random.below(std::size(syllables))];
  }
  return out;
}

std::string words(Random& random, std::uint64_t most, char between) {
  std::string out = word(random);
  for (std::uint64_t i = random.between(0, most - 1); i > 0; --i) out += between + word(random);
  return out;
}

// As SurrealDB stores a row: namespace, database, table, and a string or a number.
std::string row_key(Random& random) {
  using namespace std::string_literals;
  const std::string start = "/*\0\0\0\2*\0\0\0\7*"s + word(random) + "\0*"s;
  if (random.one_in(2)) return start + '\3' + words(random, 3, '_') + '\0';
  return start + '\2' + std::string(5, '\0') + random.bytes(3);
}

std::string key_of(Random& random, Keys keys) {
  switch (keys) {
    case Keys::paths:
      return "/usr/share/" + words(random, 9, '/') + (random.one_in(2) ? ".mo" : ".1.gz");
    case Keys::links:
      return "https://" + word(random) + ".example.com/" + words(random, 6, '/') +
             fmt::format("?id={}", random.below(1'000'000));
    case Keys::titles:
      return words(random, 12, ' ');
    case Keys::tables:
      return row_key(random);
    case Keys::mixed:
      return key_of(random, static_cast<Keys>(random.below(static_cast<std::size_t>(Keys::mixed))));
  }
  return {};
}

std::string value_of(Random& random, Values values) {
  switch (values) {
    case Values::text:
      return fmt::format(R"({{"id":{},"name":"{}"}})", random.below(100'000),
                         words(random, 5, ' '));
    case Values::number:
      return random.bytes(5) + std::string(3, '\0');
    case Values::empty:
      return {};
    case Values::bytes:
      return random.bytes(random.below(40));
  }
  return {};
}

struct Recipe {
  Keys keys = Keys::paths;
  Values values = Values::text;
  Line line = Line::counter;
  std::size_t commits = 300;
  std::uint64_t most_records = 1;  // of a commit
  bool has_holes = false;          // numbers of commits that failed: the log does not prove itself
};

struct Written {
  std::string bytes;
  std::size_t commits = 0;
};

Written write(const Recipe& recipe, std::uint64_t seed) {
  Random random(seed);
  Written log;
  Version version = recipe.line == Line::clock ? 1'795'000'000'000'000'000 : 0;
  for (; log.commits < recipe.commits; ++log.commits) {
    version += recipe.line == Line::clock ? random.between(1, 50'000'000) : 1;
    if (recipe.has_holes && random.one_in(20)) ++version;
    std::set<std::string> keys;
    for (std::uint64_t i = random.between(1, recipe.most_records); i > 0; --i) {
      keys.insert(key_of(random, recipe.keys));
    }
    for (const std::string& key : keys) {
      const std::string value = value_of(random, recipe.values);
      const bool is_delete = random.one_in(20);
      formats::append_record(
          log.bytes, {key, version, is_delete ? std::nullopt : std::optional<ByteView>(value)});
    }
  }
  return log;
}

}  // namespace

TEST_CASE("a sound log is sound, whatever its keys and values are") {
  const auto keys = GENERATE(Keys::paths, Keys::links, Keys::titles, Keys::tables, Keys::mixed);
  const auto values = GENERATE(Values::text, Values::number, Values::empty, Values::bytes);
  std::size_t logs = 0;
  for (std::uint64_t seed = 1; seed <= (test::wants_long_run() ? 400U : 24U); ++seed) {
    Recipe recipe{keys, values, seed % 3 == 0 ? Line::clock : Line::counter};
    recipe.has_holes = seed % 3 != 0;
    recipe.most_records = seed % 2 == 0 ? 1 : 9;
    const Written log = write(recipe, seed);
    const auto read = read_legacy(log.bytes);
    INFO("keys " << static_cast<int>(keys) << ", values " << static_cast<int>(values) << ", seed "
                 << seed);
    CHECK(read.damage.empty());
    CHECK(read.commits.size() == log.commits);
    ++logs;
  }
  test::tally("sound logs", logs);
}

// Commits a millisecond apart, the one at `late` by so long before its time.
Written write_with_late_commit(std::uint64_t seed, std::size_t commits, std::size_t late,
                               Version late_by_ns) {
  constexpr Version begin = 1'780'000'000'000'000'000;
  constexpr Version step = 1'000'000;
  Random random(seed);
  Written log;
  log.commits = commits;
  for (std::size_t i = 0; i < commits; ++i) {
    Version version = begin + i * step + random.below(step / 2);
    if (i == late) version -= late_by_ns;
    const std::string key = "user:" + std::to_string(random.below(40));
    formats::append_record(log.bytes, {key, version, value_of(random, Values::text)});
  }
  return log;
}

constexpr Version millisecond = 1'000'000;
constexpr Version hour = 3'600'000 * millisecond;

TEST_CASE("a sound log is sound, though a commit waited long or its clock was set back") {
  const Version late_by = GENERATE(20 * millisecond, 400 * millisecond, 10'000 * millisecond, hour);
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const std::size_t commits = seed % 2 == 0 ? 12 : 70;
    const Written log = write_with_late_commit(seed, commits, 1 + seed % (commits - 1), late_by);
    INFO("late by " << late_by << ", seed " << seed);
    CHECK(read_legacy(log.bytes).damage.empty());
  }
}

// So much, more or less, between two commits; those of [from, to) are behind their time.
struct SetBack {
  Version step_ns = 0;
  Version by_ns = 0;
  std::size_t from = 0;
  std::size_t to = 0;
};

Written write_with_clock_set_back(std::uint64_t seed, const SetBack& set_back) {
  Random random(seed);
  Written log;
  log.commits = 100;
  Version now = 1'795'000'000'000'000'000;
  for (std::size_t i = 0; i < log.commits; ++i) {
    now += set_back.step_ns / 2 + random.below(set_back.step_ns);
    const bool is_behind = i >= set_back.from && i < set_back.to;
    const std::string key = fmt::format("user:{:012}", random.below(50));
    formats::append_record(
        log.bytes, {key, now - (is_behind ? set_back.by_ns : 0), value_of(random, Values::text)});
  }
  return log;
}

TEST_CASE("a sound log is sound, though its clock was set back for some commits or for good") {
  const Version minute = hour / 60;
  const Version step = GENERATE_COPY(20 * millisecond, 1'000 * millisecond, minute);
  const Version by = GENERATE_COPY(10 * minute, hour, 24 * hour);
  const std::size_t commits = GENERATE(2, 5, 10, 100);
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const std::size_t from = 4 + seed * 7;
    const Written log = write_with_clock_set_back(seed, {step, by, from, from + commits});
    INFO("a commit every " << step << " ns, " << commits << " set back by " << by << " ns, seed "
                           << seed);
    const auto read = read_legacy(log.bytes);
    CHECK(read.damage.empty());
    CHECK(read.commits.size() == log.commits);
  }
}

TEST_CASE("a late commit is whole, though it is the last one in front of a log's header") {
  const Version late_by = GENERATE(20 * millisecond, 400 * millisecond, 10'000 * millisecond, hour);
  const std::size_t commits = GENERATE(2, 7, 100);
  Written log = write_with_late_commit(commits, commits, commits - 1, late_by);
  formats::append_log_header(log.bytes, formats::FrameVersion::v2);
  const auto read = read_legacy(log.bytes);
  CHECK(read.damage.empty());
  CHECK(read.commits.size() == commits);
}

// As eight busy writers leave them: nearly every second commit has waited for others.
Written write_of_busy_writers(std::uint64_t seed) {
  constexpr Version begin = 1'780'000'000'000'000'000;
  Random random(seed);
  Written log;
  log.commits = 6 + random.below(20);
  for (std::size_t i = 0; i < log.commits; ++i) {
    const Version waited = random.one_in(2) ? random.below(90) * millisecond : 0;
    const Version version = begin + 7 * i * millisecond + random.below(millisecond) - waited;
    const std::size_t records = 1 + random.below(3);
    for (std::size_t record = 0; record < records; ++record) {
      const std::string key = fmt::format("key:{:05}", 100 * record + random.below(100));
      formats::append_record(log.bytes, {key, version, value_of(random, Values::text)});
    }
  }
  return log;
}

TEST_CASE("commits of busy writers are whole, though the log's end is torn") {
  std::size_t lost = 0;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    const Written log = write_of_busy_writers(seed);
    const auto read = read_legacy(log.bytes.substr(0, log.bytes.size() - 3));
    if (read.commits.size() + 1 < log.commits) ++lost;
  }
  CHECK(lost == 0);
}

TEST_CASE("a sound log is sound, though a value holds a log with the versions of this moment") {
  using std::to_string;
  for (std::size_t before = 40; before < 70; ++before) {
    Random random(before);
    std::string backup;
    for (Version version = 1; version <= before + 12; ++version) {
      const std::string value = value_of(random, Values::text);
      formats::append_record(backup, {"user:" + to_string(version % 17), version, value});
    }
    std::string bytes;
    for (Version version = 1; version <= before + 60; ++version) {
      const std::string value = version == before ? backup : value_of(random, Values::text);
      const std::string key =
          version == before ? "backup:1" : "user:" + to_string(random.below(50));
      formats::append_record(bytes, {key, version, value});
    }
    INFO(before << " commits in front");
    CHECK(read_legacy(bytes).damage.empty());
  }
}

TEST_CASE("a sound log of counted commits is sound, though values hold records of all versions") {
  const std::string directory = test::testdata("recovery/values-of-logs-16-writers");
  const auto read = read_legacy(test::read_whole_file(directory + "/aol.bin"));
  CHECK(read.damage.empty());
  CHECK(read.commits == test::read_commit_lines(directory + "/commits.ndjson"));
}

// Versions as so many writers log them that each can wait for all others.
std::vector<Version> versions_of_writers(std::uint64_t seed, std::size_t writers, Version last) {
  Random random(seed);
  std::vector<Version> versions;
  std::vector<Version> waiting;
  for (Version next = 1; versions.size() < last;) {
    while (waiting.size() < writers && next <= last) waiting.push_back(next++);
    const auto one = waiting.begin() + static_cast<std::ptrdiff_t>(random.below(waiting.size()));
    versions.push_back(*one);
    waiting.erase(one);
  }
  return versions;
}

TEST_CASE("a sound log of counted commits is sound, though many writers overtake each other") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Random random(seed);
    std::string bytes;
    for (const Version version : versions_of_writers(seed, 64, 5000)) {
      const std::string key = fmt::format("user:{:012}", random.below(500));
      formats::append_record(bytes, {key, version, "value"});
    }
    INFO("seed " << seed);
    CHECK(read_legacy(bytes).damage.empty());
  }
}

TEST_CASE("a sound log is sound, though its first value holds a log") {
  Random random(5);
  std::string backup;
  for (Version version = 1; version <= 200; ++version) {
    const std::string value = value_of(random, Values::text);
    formats::append_record(backup, {"user:" + std::to_string(version % 17), version, value});
  }
  std::string bytes;
  for (Version version = 1; version <= 100; ++version) {
    const std::string value = version == 1 ? backup : value_of(random, Values::text);
    const std::string key = version == 1 ? "backup:1" : "user:" + std::to_string(version % 23);
    formats::append_record(bytes, {key, version, value});
  }
  CHECK(read_legacy(bytes).damage.empty());
}

TEST_CASE("a sound log is sound, though values are a mebibyte of any bytes") {
  Random random(3);
  std::string bytes;
  for (Version version = 1; version <= 404; ++version) {
    const bool is_large = version > 200 && version <= 204;
    const std::string value = is_large ? random.bytes(1 << 20) : value_of(random, Values::text);
    const std::string key = "user:" + std::to_string(version % 60);
    formats::append_record(bytes, {key, version, value});
  }
  CHECK(read_legacy(bytes).damage.empty());
}
