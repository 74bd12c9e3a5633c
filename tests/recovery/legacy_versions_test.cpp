// Whose version is damaged, and whose only came early or late.
#include <algorithm>
#include <numeric>
#include <persist/formats/record.hpp>

#include "recovery/legacy_cases.hpp"

using namespace persist;
using namespace persist::recovery;

namespace {

// Of the log's commits of one record, the first from `least` on that is wanted.
std::size_t single_record_commit(const SoundLog& log, std::size_t least) {
  for (std::size_t i = least; i < log.commits.size(); ++i) {
    if (log.commits[i].end - log.commits[i].first == 1) return i;
  }
  FAIL("the log has no such commit");
  return 0;
}

void alter_version_of(const SoundLog& log, DamagedLog& damaged, std::size_t record, int version) {
  const SoundRecord& altered = log.records[record];
  damaged.overwrite(altered.offset + 1 + altered.key.size(),
                    std::string(1, static_cast<char>(version)));
}

// Byte `byte` of a clock's version, the lowest one 0, becomes another.
void add_to_clock(DamagedLog& damaged, const SoundRecord& record, std::size_t byte, int added) {
  const std::size_t at = record.offset + 1 + record.key.size() + 1 + byte;
  damaged.overwrite(at, std::string(1, static_cast<char>(damaged.bytes[at] + added)));
}

// Of commits of one record, from `first` up to `last`, each version in turn is `shift` away.
void check_altered_versions(const SoundLog& log, std::size_t first, std::size_t last, int shift) {
  for (std::size_t i = first; i < last; ++i) {
    const std::size_t commit = single_record_commit(log, i);
    const auto version = static_cast<int>(log.records[log.commits[commit].first].version);
    DamagedLog damaged(log);
    alter_version_of(log, damaged, log.commits[commit].first, version + shift);
    check_reads_all(log, damaged);
  }
}

void check_is_sound(const SoundLog& log) {
  check_reads_all(log, DamagedLog(log));
}

// A record of a commit of its own for each version.
SoundLog log_of(const std::vector<Version>& versions) {
  std::string bytes;
  for (std::size_t i = 0; i < versions.size(); ++i) {
    const std::string key = "user:" + std::to_string(1'000 + i * 7 % 60);
    formats::append_record(bytes, {key, versions[i], "a value of " + std::to_string(i)});
  }
  return *parse_sound_log("versions in a certain order", std::move(bytes));
}

std::vector<Version> counted_up_to(Version last) {
  std::vector<Version> versions(last);
  std::iota(versions.begin(), versions.end(), Version{1});
  return versions;
}

// 1 to `last`, but for `moved`, which stands right behind `before`.
SoundLog log_with_one_out_of_order(Version last, Version moved, Version before) {
  std::vector<Version> versions;
  for (Version version = 1; version <= last; ++version) {
    if (version != moved) versions.push_back(version);
    if (version == before) versions.push_back(moved);
  }
  return log_of(versions);
}

}  // namespace

TEST_CASE("a record whose version is above all those around it is set aside") {
  const SoundLog log = engine_log("engine-0.27/log-every-fsync-4-writers");
  const std::size_t commit = single_record_commit(log, 20);
  DamagedLog damaged(log);
  alter_version_of(log, damaged, log.commits[commit].first, 0xF0);
  check_reads_all(log, damaged);
  const auto sink = read_legacy(damaged.bytes);
  CHECK(std::ranges::none_of(sink.commits, [](const auto& one) { return one.version == 0xF0; }));
  REQUIRE(sink.damage.size() == 1);
  CHECK(sink.damage.front().offset == log.commit_offset(commit));
}

TEST_CASE("a record whose version is below all those around it is set aside") {
  const SoundLog log = engine_log("engine-0.27/log");
  const std::size_t commit = single_record_commit(log, 80);
  DamagedLog damaged(log);
  alter_version_of(log, damaged, log.commits[commit].first, 5);
  check_reads_all(log, damaged);
}

TEST_CASE("a clock's version that is minutes ahead of all around it is set aside") {
  const SoundLog log = engine_log("engine-0.18/log-binary-keys");
  // Fewer than two commits behind it tell nothing: a clock may have been set back.
  for (std::size_t i = 10; i + 2 < log.commits.size(); ++i) {
    if (log.commits[i].end - log.commits[i].first > 1) continue;
    DamagedLog damaged(log);
    add_to_clock(damaged, log.records[log.commits[i].first], 5, 1);
    check_reads_all(log, damaged);
  }
}

TEST_CASE("a counter's version far ahead of the log's last commit is set aside in front of it") {
  std::vector<Version> versions = counted_up_to(80);
  versions[78] = 99;
  const auto sink = read_legacy(log_of(versions).bytes);
  CHECK(std::ranges::none_of(sink.commits, [](const auto& one) { return one.version == 99; }));
  CHECK(sink.damage.size() == 1);
}

TEST_CASE("a clock's version is set aside that differs from the one before in an upper byte") {
  const SoundLog log = engine_log("engine-0.18/log");
  for (std::size_t i = 20; i < 100; ++i) {
    const SoundCommit& commit = log.commits[i];
    if (commit.end - commit.first < 2) continue;
    DamagedLog damaged(log);
    damaged.cut(log.commit_end(i));
    add_to_clock(damaged, log.records[commit.end - 1], 4, 41);
    check_reads_all(log, damaged);
  }
}

TEST_CASE("at a log's beginning a clock's version is set aside that the next record all but has") {
  const SoundLog whole = engine_log("engine-0.18/log");
  for (std::size_t i = 20; i < 60; ++i) {
    if (whole.commits[i].end - whole.commits[i].first < 2) continue;
    const SoundLog log =
        *parse_sound_log("from there on", whole.bytes.substr(whole.commit_offset(i)));
    DamagedLog damaged(log);
    add_to_clock(damaged, log.records[0], 5, 41);
    check_reads_all(log, damaged);
  }
}

TEST_CASE("a record that has the version of another commit belongs to the one next to it") {
  const SoundLog log = engine_log("engine-0.27/log-every-fsync-4-writers");
  std::size_t altered = 0;
  for (std::size_t i = 30; i + 12 < log.commits.size(); ++i) {
    const SoundCommit& commit = log.commits[i];
    const SoundCommit& other = log.commits[i + 9];
    if (commit.end - commit.first < 2 || other.end - other.first < 2) continue;
    ++altered;
    DamagedLog damaged(log);
    alter_version_of(log, damaged, commit.end - 1,
                     static_cast<int>(log.records[other.first].version));
    check_reads_all(log, damaged);
  }
  CHECK(altered > 10);
}

TEST_CASE("a counter's first version above all that follow is none of its own") {
  std::vector<Version> versions = counted_up_to(80);
  versions[0] = 172;
  const auto sink = read_legacy(log_of(versions).bytes);
  CHECK(std::ranges::none_of(sink.commits, [](const auto& one) { return one.version == 172; }));
}

TEST_CASE("one of a log's first records whose version is above all that follow is set aside") {
  const auto [name, record] = GENERATE(table<std::string, std::size_t>(
      {{"engine-0.27/log", 0}, {"engine-0.27/log-async", 0}, {"engine-0.27/log-binary-keys", 2}}));
  const SoundLog log = engine_log(name);
  for (const int version : {105, 121, 159, 180, 250}) {
    DamagedLog damaged(log);
    alter_version_of(log, damaged, record, version);
    check_reads_all(log, damaged);
  }
}

TEST_CASE("a commit is whole though an altered record of the one before it has its version") {
  const SoundLog log = engine_log("engine-0.27/log");
  for (std::size_t i = 10; i + 4 < log.commits.size(); ++i) {
    const SoundCommit& commit = log.commits[i];
    if (commit.end - commit.first < 3) continue;
    for (const int ahead : {1, 2, 3}) {
      DamagedLog damaged(log);
      alter_version_of(log, damaged, commit.first + 1,
                       static_cast<int>(log.records[commit.first].version) + ahead);
      check_reads_all(log, damaged);
    }
  }
}

TEST_CASE("of two records with one version the one that is out of order is set aside") {
  const SoundLog log = engine_log("engine-0.27/log");
  std::size_t altered = 0;
  for (std::size_t i = 10; i + 4 < log.commits.size(); ++i) {
    const SoundCommit& commit = log.commits[i];
    const SoundCommit& other = log.commits[i - 2];
    if (commit.end - commit.first < 2 || other.end - other.first > 1) continue;
    if (log.records[commit.first].key == log.records[other.first].key) continue;
    ++altered;
    DamagedLog damaged(log);
    alter_version_of(log, damaged, commit.first,
                     static_cast<int>(log.records[other.first].version));
    check_reads_all(log, damaged);
  }
  CHECK(altered > 5);
}

TEST_CASE("a record inside a commit is none that came late, however near its version is") {
  const SoundLog log = engine_log("engine-0.18/log-every-fsync-4-writers");
  std::size_t altered = 0;
  for (std::size_t i = 10; i + 10 < log.commits.size(); ++i) {
    const SoundCommit& commit = log.commits[i];
    if (commit.end - commit.first < 3) continue;
    ++altered;
    for (const int back : {1, 40, 0xCC}) {
      DamagedLog damaged(log);
      add_to_clock(damaged, log.records[commit.first + 1], 2, -back);
      check_reads_all(log, damaged);
    }
  }
  CHECK(altered > 10);
}

TEST_CASE("a counter's version that a later commit has is set aside") {
  check_altered_versions(engine_log("engine-0.27/log"), 20, 80, +4);
}

TEST_CASE("a counter's version that an earlier commit has is set aside") {
  check_altered_versions(engine_log("engine-0.27/log-every-fsync-4-writers"), 60, 100, -24);
}

TEST_CASE("a last commit whose clock is decades ahead is set aside") {
  const std::string name = "engine-0.18/log/aol.bin";
  const std::string bytes = test::read_whole_file(test::testdata(name));
  const SoundLog whole = *parse_sound_log(name, bytes);
  const SoundRecord& last = whole.records[whole.commits[single_record_commit(whole, 60)].first];
  const SoundLog log = *parse_sound_log(name, bytes.substr(0, last.offset + last.length));
  DamagedLog damaged(log);
  damaged.overwrite(last.offset + 1 + last.key.size() + 8, "\xE5");
  check_reads_all(log, damaged);
}

TEST_CASE("a copied commit of a version that is ahead of its time is none of the log") {
  const SoundLog log = engine_log("engine-0.27/log");
  for (std::size_t commit = 40; commit < 60; ++commit) {
    const Version version = log.records[log.commits[commit].first].version + 14;
    std::string copy;
    formats::append_record(copy, {"user:000000000001", version, "a copy"});
    formats::append_record(copy, {"user:000000000007", version, "another"});
    DamagedLog damaged(log);
    damaged.insert(log.commit_offset(commit), copy);
    check_reads_all(log, damaged);
  }
}

TEST_CASE("a counter's version that other writers overtake is believed, though damage is near") {
  // Versions in the order in which four writers came to the log.
  std::string bytes;
  for (const Version version : {1, 2, 11, 4, 13, 6, 9, 7, 3, 8, 12, 10, 5, 15, 14, 17, 16, 18}) {
    const std::string key = "user:" + std::to_string(1000 + version);
    const std::string value = std::string(9000, static_cast<char>('a' + version)) + key;
    formats::append_record(bytes, {key, version, ByteView(value)});
  }
  const SoundLog log = *parse_sound_log("four writers", std::move(bytes));
  DamagedLog damaged(log);
  damaged.overwrite(log.records[6].offset, "\xFE");
  check_reads_all(log, damaged);
}

TEST_CASE("records with counted versions in a clock's log are none of its own") {
  const SoundLog log = engine_log("engine-0.18/log");
  std::string records;
  formats::append_record(records, {"counted", 238, "one"});
  formats::append_record(records, {"counted further", 24, "two"});
  DamagedLog damaged(log);
  damaged.insert(log.commit_offset(40), records);
  check_reads_all(log, damaged);
}

TEST_CASE("a record whose version is another than that of its commit around it is set aside") {
  const SoundLog log = engine_log(GENERATE("engine-0.18/log", "engine-0.18/log-binary-keys"));
  std::size_t cases = 0;
  for (const SoundCommit& commit : log.commits) {
    for (std::size_t i = commit.first + 1; i + 1 < commit.end; ++i) {
      const SoundRecord& record = log.records[i];
      if (record.offset < 1000) continue;
      DamagedLog damaged(log);
      add_to_clock(damaged, record, 2, 15);
      check_reads_all(log, damaged);
      ++cases;
    }
  }
  CHECK(cases > 10);
}

TEST_CASE("a clock's version that a hole took the lower half of is set aside") {
  const SoundLog log = engine_log("engine-0.18/log");
  for (std::size_t i = 20; i < 80; ++i) {
    const SoundRecord& record = log.records[log.commits[single_record_commit(log, i)].first];
    DamagedLog damaged(log);
    damaged.overwrite(record.offset + 1 + record.key.size() + 1, std::string(4, '\0'));
    check_reads_all(log, damaged);
  }
}

TEST_CASE("a commit that came early is none with an altered version") {
  for (const Version early : {41, 44, 49}) {
    check_is_sound(log_with_one_out_of_order(100, early, 32));
  }
}

TEST_CASE("a commit that came late is none with an altered version") {
  for (const Version late : {10, 30, 58}) {
    check_is_sound(log_with_one_out_of_order(100, late, 79));
  }
}

TEST_CASE("the last version is none that was altered when no other is missing") {
  check_is_sound(log_with_one_out_of_order(120, 120, 111));
}

TEST_CASE("as many writers as overtook each other before do so again") {
  std::vector<Version> versions;
  for (Version version = 1; version <= 60; ++version) versions.push_back(version);
  // Nine at once, and again before the log's end, which tells nothing of the last of them.
  for (const Version first : {41, 52}) {
    std::rotate(versions.begin() + static_cast<std::ptrdiff_t>(first) - 1,
                versions.begin() + static_cast<std::ptrdiff_t>(first) + 7,
                versions.begin() + static_cast<std::ptrdiff_t>(first) + 8);
  }
  check_is_sound(log_of(versions));
}

TEST_CASE("logs of writers that overtake each other are sound") {
  for (unsigned seed = 0; seed < 300; ++seed) {
    check_is_sound(write_sound_log({Line::counter, Shape::text, 120, 60, 4}, Random(seed)));
  }
}
