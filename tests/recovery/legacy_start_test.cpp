// Logs that have lost their beginning: what is left of the first record may read as one.
#include <persist/formats/record.hpp>
#include <set>

#include "recovery/legacy_cases.hpp"

using namespace persist;
using namespace persist::recovery;

namespace {

// Of logs that begin so many bytes into one of these records, those that are read wrong.
std::size_t wrong_readings(const SoundLog& log, std::size_t least_cut, std::size_t most_cut) {
  constexpr std::size_t first_cut = 50;
  constexpr std::size_t last_cut = 140;
  std::size_t wrong = 0;
  for (std::size_t i = first_cut; i < last_cut; ++i) {
    for (std::size_t cut = least_cut; cut <= most_cut; ++cut) {
      DamagedLog damaged(log);
      damaged.remove(0, log.records[i].offset + cut);
      if (judge(log, damaged).outcome != Outcome::good) ++wrong;
    }
  }
  return wrong;
}

}  // namespace

TEST_CASE("a log that begins within a head hardly ever has a record of the rest of it") {
  const SoundLog log = engine_log("engine-0.27/log");
  CHECK(wrong_readings(log, 1, log.records.front().head_length) < 4);
}

TEST_CASE("a log that begins within a key hides no record whose key ends in the same bytes") {
  const SoundLog log = engine_log("engine-0.27/log-binary-keys");
  const auto begins = std::ranges::find_if(log.commits, [&log](const SoundCommit& commit) {
    return log.records[commit.first].version == 41;
  });
  REQUIRE(begins != log.commits.end());
  DamagedLog damaged(log);
  damaged.remove(0, log.records[begins->end - 1].offset + 8);
  check_reads_all(log, damaged);
}

TEST_CASE("long keys of any bytes are whole behind a beginning that is lost") {
  const SoundLog log = write_sound_log({Line::counter, Shape::long_keys, 60, 60, 1}, Random(7));
  for (std::size_t commit = 2; commit < 32; commit += 3) {
    DamagedLog damaged(log);
    damaged.remove(0, log.commit_offset(commit) - 100);
    check_reads_all(log, damaged);
  }
}

TEST_CASE("what is left of a value at the log's beginning is no record of an early count") {
  const SoundLog log = engine_log("engine-0.18/log-binary-keys");
  std::set<std::size_t> starts;
  for (const SoundRecord& record : log.records) starts.insert(record.offset);
  std::size_t cases = 0;
  for (std::size_t cut = 1; cut < log.bytes.size() / 2; ++cut) {
    formats::Cursor cursor(ByteView(log.bytes).substr(cut));
    const auto left = formats::take_record(cursor);
    if (!left || left->version > 1'000 || !starts.contains(cut + cursor.position())) continue;
    const test::GatheringSink sink = read_legacy(log.bytes.substr(cut));
    REQUIRE(!sink.commits.empty());
    CHECK(sink.commits.front().offset > 0);
    ++cases;
  }
  CHECK(cases > 2);
}

TEST_CASE("keys of words are whole behind a beginning that is lost among words") {
  const auto seed = GENERATE(2U, 16U, 20U);
  const SoundLog log = write_sound_log({Line::counter, Shape::words, 120, 60, 4}, Random(seed));
  for (std::size_t commit = 2; commit < 60; ++commit) {
    DamagedLog damaged(log);
    damaged.remove(0, log.commit_offset(commit) - 18);
    const Verdict verdict = judge(log, damaged);
    INFO(verdict.why);
    CHECK(verdict.outcome == Outcome::good);
  }
}
