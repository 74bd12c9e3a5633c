// Where a record begins behind damage is told by its key: one that was met, or one like others.
#include <persist/formats/record.hpp>

#include "recovery/legacy_cases.hpp"

using namespace persist;
using namespace persist::recovery;

namespace {

// What is read when the last record in front of a commit has lost its second half.
Verdict read_behind_cut(const SoundLog& log, std::size_t commit) {
  const SoundRecord& front = log.records[log.commits[commit].first - 1];
  DamagedLog damaged(log);
  damaged.remove(front.offset + front.length / 2, log.commit_offset(commit));
  return judge(log, damaged);
}

bool is_met_twice(const SoundLog& log, const std::string& key) {
  return std::ranges::count(log.records, key, &SoundRecord::key) > 1;
}

SoundLog log_of_values(const std::string& value) {
  std::string bytes;
  for (Version version = 1; version <= 40; ++version) {
    formats::append_record(bytes, {"\1", version, value});
    formats::append_record(bytes, {"\2", version, "echo"});
  }
  return *parse_sound_log("values of one byte", std::move(bytes));
}

}  // namespace

TEST_CASE("a key of any bytes that is met twice tells where its record begins") {
  const SoundLog log = engine_log("recovery/random-keys");
  std::size_t told = 0;
  for (std::size_t commit = 4; commit < log.commits.size(); ++commit) {
    if (!is_met_twice(log, log.records[log.commits[commit].first].key)) continue;
    const Verdict verdict = read_behind_cut(log, commit);
    // Where by chance all lengths fit, nothing tells.
    if (verdict.invention == Invention::unbroken) continue;
    ++told;
    INFO("commit " << commit << ": " << verdict.why);
    CHECK(verdict.outcome == Outcome::good);
  }
  CHECK(told > 8);
}

TEST_CASE("a key that comes again behind what is inserted tells where its record begins") {
  const SoundLog log = engine_log("engine-0.18/log-every-fsync-4-writers");
  Random random(7);
  for (std::size_t commit = 95; commit < 110; ++commit) {
    if (!is_met_twice(log, log.records[log.commits[commit].first].key)) continue;
    DamagedLog damaged(log);
    damaged.insert(log.commit_offset(commit), random.bytes(60));
    const Verdict verdict = judge(log, damaged);
    INFO("commit " << commit << ": " << verdict.why);
    CHECK(verdict.outcome == Outcome::good);
  }
}

TEST_CASE("a key that was never met tells where its record begins where keys are a small part") {
  const SoundLog log = engine_log("recovery/random-keys");
  const std::size_t commit = GENERATE(17, 28);
  REQUIRE_FALSE(is_met_twice(log, log.records[log.commits[commit].first].key));
  const Verdict verdict = read_behind_cut(log, commit);
  INFO("commit " << commit << ": " << verdict.why);
  CHECK(verdict.outcome == Outcome::good);
}

TEST_CASE("a run of ones within a value holds no records") {
  const SoundLog log = log_of_values(std::string(600, '\1'));
  for (std::size_t commit = 10; commit < 20; ++commit) {
    const SoundRecord& record = log.records[log.commits[commit].first];
    DamagedLog damaged(log);
    damaged.remove(record.offset, record.offset + record.head_length + 20);
    const Verdict verdict = judge(log, damaged);
    INFO("commit " << commit << ": " << verdict.why);
    CHECK_FALSE(verdict.strict_invented);
  }
}

TEST_CASE("an empty key that was never met is one behind damage, too") {
  Random random(3);
  std::string bytes;
  for (Version version = 1; version <= 60; ++version) {
    const std::string key = version == 40 ? "" : "\1\1\1" + random.bytes(4);
    formats::append_record(bytes, {key, version, random.bytes(3000)});
  }
  const SoundLog log = *parse_sound_log("one empty key", std::move(bytes));
  std::size_t lost = 0;
  for (std::size_t cut = 100; cut < 2900; cut += 100) {
    DamagedLog damaged(log);
    damaged.remove(log.commit_offset(38) + cut, log.commit_offset(38) + cut + 60);
    if (judge(log, damaged).outcome != Outcome::good) ++lost;
  }
  CHECK(lost == 0);
}

TEST_CASE("a record that follows right behind a key whose record was cut there is not lost") {
  const SoundLog log = engine_log("recovery/random-keys");
  std::size_t cases = 0;
  std::size_t lost = 0;
  for (std::size_t commit = 20; commit < log.commits.size(); ++commit) {
    const SoundRecord& front = log.records[log.commits[commit].first - 1];
    const SoundRecord& next = log.records[log.commits[commit].first];
    if (!is_met_twice(log, front.key) || !is_met_twice(log, next.key)) continue;
    DamagedLog damaged(log);
    damaged.remove(front.offset + 1 + front.key.size(), log.commit_offset(commit));
    ++cases;
    if (judge(log, damaged).outcome != Outcome::good) ++lost;
  }
  CHECK(cases > 8);
  CHECK(lost == 0);
}
