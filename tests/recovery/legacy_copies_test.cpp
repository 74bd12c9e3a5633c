// Logs whose values hold records: what is a record of the log, and what only a copy within a value.
#include <fmt/format.h>

#include <persist/formats/record.hpp>
#include <set>
#include <tuple>

#include "recovery/legacy_cases.hpp"

using namespace persist;
using namespace persist::recovery;

namespace {

using Row = std::tuple<std::string, Version, std::optional<std::string>>;

struct TrustedCommits final : LogSink {
  bool on_commit(const Commit& commit) override {
    if (commit.trust == Trust::uncertain) ++uncertain;
    if (commit.trust != Trust::whole) return true;
    for (const RecordView& record : commit.records) {
      std::optional<std::string> value;
      if (record.value) value = std::string(*record.value);
      whole.emplace(std::string(record.key), record.version, std::move(value));
    }
    return true;
  }
  bool on_damage(const Damage&) override { return true; }

  std::set<Row> whole;
  std::size_t uncertain = 0;
};

TrustedCommits read_trusted(const std::string& bytes) {
  test::StringFile file(bytes);
  TrustedCommits read;
  REQUIRE(read_log(file, {}, read));
  return read;
}

void check_whole_were_written(const SoundLog& log, const DamagedLog& damaged) {
  std::set<Row> written;
  for (const SoundRecord& record : log.records) {
    written.emplace(record.key, record.version, record.value);
  }
  CHECK(std::ranges::includes(written, read_trusted(damaged.bytes).whole));
}

// Whether the value ends with a whole record: a delete, of which nothing else is as short.
bool ends_with_delete(const SoundRecord& record) {
  constexpr std::size_t shortest = 20;  // of the keys here, and a counted version
  if (!record.value) return false;
  for (std::size_t length = shortest; length < std::min<std::size_t>(record.value->size(), 32);
       ++length) {
    const auto end = parse_sound_log("", record.value->substr(record.value->size() - length));
    if (end && end->records.size() == 1 && !end->records.front().value) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("a log's first records are whole though their values hold more records than follow") {
  const SoundLog log = engine_log("recovery/values-of-large-logs");
  for (std::size_t hit = 3; hit < 12; ++hit) {
    const SoundRecord& record = log.records[hit];
    DamagedLog damaged(log);
    damaged.remove(record.offset + 3, record.offset + record.length);
    check_reads_all(log, damaged);
  }
}

TEST_CASE("copies in a value that begins the log are never told as whole") {
  const SoundLog log = engine_log("recovery/values-of-large-logs");
  std::size_t read = 0;
  for (std::size_t i = 0; i < 60; ++i) {
    const SoundRecord& record = log.records[i];
    if (record.length < 1500) continue;
    DamagedLog damaged(log);
    damaged.remove(0, record.offset + record.length / 2);
    ++read;
    INFO("cut within record " << i);
    check_whole_were_written(log, damaged);
  }
  CHECK(read > 5);
}

TEST_CASE("copies in a value that has lost its head are never told as whole") {
  const SoundLog log = engine_log("recovery/values-of-logs");
  std::size_t read = 0;
  for (std::size_t i = 20; i < log.records.size(); ++i) {
    const SoundRecord& record = log.records[i];
    if (record.length < 120) continue;
    DamagedLog damaged(log);
    damaged.overwrite(record.offset, std::string(record.head_length, '\xFF'));
    ++read;
    INFO("without the head of record " << i);
    check_whole_were_written(log, damaged);
  }
  CHECK(read > 10);
}

TEST_CASE("a key in damage that may be a copy's does not prove the value in front of it") {
  const SoundLog log = engine_log("recovery/values-of-large-logs");
  std::size_t found = 0;
  for (std::size_t commit = 10; commit + 1 < log.commits.size(); ++commit) {
    const SoundRecord& last = log.records[log.commits[commit].end - 1];
    if (!last.value || last.value->size() < 600) continue;
    DamagedLog damaged(log);
    // Bytes of another place, up to where a copy begins.
    damaged.overwrite(last.offset + last.length - 300, std::string(280, 'e'));
    damaged.overwrite(last.offset + last.length, "\x11user:000000000000" + std::string(60, 'e'));
    ++found;
    INFO("in front of the end of commit " << commit);
    check_whole_were_written(log, damaged);
  }
  CHECK(found > 5);
}

TEST_CASE("in front of damage and far behind it no commit is uncertain for copies in values") {
  const SoundLog log = engine_log("recovery/values-of-logs");
  const std::size_t middle = log.commits.size() / 2;
  DamagedLog damaged(log);
  damaged.overwrite(log.commit_offset(middle) + 2, std::string(16, '\xEE'));
  CHECK(read_trusted(damaged.bytes).uncertain < 24);
}

TEST_CASE("a value that ends with a copy is hardly ever lost in front of foreign bytes") {
  const SoundLog log = engine_log("recovery/values-of-large-logs");
  Random random(5);
  std::size_t found = 0;
  std::size_t lost = 0;
  for (std::size_t commit = 8; commit < log.commits.size(); ++commit) {
    if (!ends_with_delete(log.records[log.commits[commit].end - 1])) continue;
    ++found;
    DamagedLog damaged(log);
    damaged.insert(log.commit_end(commit), random.bytes(60));
    if (judge(log, damaged).outcome != Outcome::good) ++lost;
  }
  CHECK(found > 5);
  CHECK(lost < 2);
}

TEST_CASE("a torn record that swallows copies hardly ever takes a commit behind it along") {
  const SoundLog log = engine_log("recovery/values-of-logs");
  std::size_t cases = 0;
  std::size_t bad = 0;
  for (std::size_t commit = 8; commit + 2 < log.commits.size(); ++commit) {
    const SoundRecord& last = log.records[log.commits[commit].end - 1];
    if (!last.value || last.value->size() < 100) continue;
    for (std::uint64_t missing = 20; missing + 30 < last.length; missing += 7) {
      DamagedLog damaged(log);
      damaged.remove(last.offset + last.length - missing, log.commit_end(commit));
      ++cases;
      if (judge(log, damaged).outcome != Outcome::good) ++bad;
    }
  }
  CHECK(cases > 900);
  CHECK(bad < 9);
}

TEST_CASE("a log's last commits come back behind damage to a value of copies in front of them") {
  const SoundLog log = engine_log("recovery/values-of-logs");
  Random random(6);
  const auto commits_behind = GENERATE(1U, 2U, 3U);
  std::size_t lost = 0;
  for (std::size_t commit = 20; commit + commits_behind < log.commits.size(); ++commit) {
    const SoundLog cut =
        *parse_sound_log("", log.bytes.substr(0, log.commit_end(commit + commits_behind)));
    const SoundRecord& last = cut.records[cut.commits[commit].end - 1];
    if (!last.value || last.value->size() < 100) continue;
    DamagedLog damaged(cut);
    damaged.insert(last.offset + last.length - 50, random.bytes(500));
    if (judge(cut, damaged).outcome != Outcome::good) ++lost;
  }
  CHECK(lost < 5);
}

TEST_CASE("copies of versions that whole commits farther behind have are no commits") {
  const SoundLog log = engine_log("recovery/values-of-logs");
  for (std::size_t i = 20; i < log.records.size(); ++i) {
    const SoundRecord& record = log.records[i];
    if (record.length < 120) continue;
    DamagedLog damaged(log);
    damaged.overwrite(record.offset, std::string(record.head_length, '\xFF'));
    INFO("without the head of record " << i);
    CHECK(judge(log, damaged).outcome == Outcome::good);
  }
}

TEST_CASE("a sector of stale bytes hardly ever brings commits of versions from nowhere with it") {
  const SoundLog log = engine_log("recovery/values-of-logs");
  constexpr std::size_t sector_bytes = 512;
  std::size_t invented = 0;
  for (std::size_t at = 16 * sector_bytes; at + sector_bytes < log.bytes.size();
       at += sector_bytes) {
    for (std::size_t from = sector_bytes; from < at; from += 7 * sector_bytes) {
      DamagedLog damaged(log);
      damaged.overwrite(at, log.bytes.substr(from, sector_bytes));
      if (judge(log, damaged).outcome == Outcome::invented) ++invented;
    }
  }
  CHECK(invented < 6);
}

TEST_CASE("a sound log that ends with a late commit is sound, whatever records its values hold") {
  std::string bytes = engine_log("recovery/values-of-logs").bytes;
  const Version late = 101;
  formats::append_record(
      bytes, {"user:000000000008", late, "0\x11user:000000000036\xfb\xe0\x06\x01\x03{\"n"});
  formats::append_record(bytes, {"user:000000000022", late, std::nullopt});
  const std::string copies(
      "\x11user:000000000038\xa0\0\x11user:000000000042\xa1\1J\"city\":583echo75delta446e", 66);
  formats::append_record(bytes, {"user:000000000024", late, copies});
  formats::append_record(bytes, {"user:000000000031", late, "\x11user:00000"});
  CHECK(read_legacy(bytes).damage.empty());
}

TEST_CASE("a copy of a version that no commit has is not told as whole behind damage") {
  Random random(9);
  std::string bytes;
  std::size_t head = 0;  // of the record whose value holds the copies in question
  for (Version version = 1; version <= 80; ++version) {
    if (version == 45 || version == 46) continue;  // never logged
    std::string copies;
    for (Version copied = 0; copied < 4; ++copied) {
      const Version stolen = version == 40 ? 45 + copied / 2 : 1000 + random.below(900);
      const std::string key = fmt::format("user:{:012}", 10 * copied + random.below(10));
      formats::append_record(copies, {key, stolen, "alpha"});
    }
    if (version == 40) head = bytes.size();
    const std::string key = fmt::format("user:{:012}", random.below(60));
    formats::append_record(bytes, {key, version, copies});
  }
  const SoundLog log = *parse_sound_log("copies of versions that are missing", std::move(bytes));
  DamagedLog damaged(log);
  damaged.overwrite(head, std::string(22, '\xFF'));
  check_whole_were_written(log, damaged);
}
