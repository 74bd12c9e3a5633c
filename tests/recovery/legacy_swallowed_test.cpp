// Values that hold what is not theirs, for a hole or foreign bytes, while their length is right.
#include <algorithm>
#include <persist/formats/record.hpp>

#include "recovery/legacy_cases.hpp"

using namespace persist;
using namespace persist::recovery;

namespace {

// Removes all between a place in the value of record `i` and a place in a later one, of which
// `left` bytes are left: exactly as many as the value lacks. False: there are no such places.
bool join(const SoundLog& log, std::size_t i, std::size_t later, std::size_t left,
          DamagedLog& damaged) {
  const SoundRecord& record = log.records[i];
  const SoundRecord& other = log.records[later];
  if (!record.value || record.value->size() < left + 1) return false;
  damaged.remove(record.offset + record.length - left, other.offset + other.length - left);
  return true;
}

struct Joined {
  std::size_t all = 0;
  std::size_t believed = 0;  // or something else was lost for it
};

// For each pair of records up to four apart, of two commits: the value of the first ends in what is
// left of the second without its first `lost` bytes.
Joined read_joined(const SoundLog& log, std::size_t lost) {
  Joined joined;
  for (std::size_t i = 40; i + 8 < log.records.size(); ++i) {
    for (std::size_t later = i + 1; later < i + 5; ++later) {
      DamagedLog damaged(log);
      const SoundRecord& other = log.records[later];
      if (other.version == log.records[i].version || other.length <= lost) continue;
      if (!join(log, i, later, other.length - lost, damaged)) continue;
      ++joined.all;
      if (judge(log, damaged).outcome != Outcome::good) ++joined.believed;
    }
  }
  return joined;
}

constexpr std::size_t key_head_bytes = 1;

}  // namespace

// Where every record of the log can be read, it is believed: values may hold anything, times for
// example, and sound logs would be called damaged otherwise.
TEST_CASE("a value that ends in another record's version and value is seldom whole") {
  const std::size_t part_of_key = key_head_bytes + 6;
  const Joined joined = read_joined(engine_log("engine-0.18/log"), part_of_key);
  CHECK(joined.all > 50);
  CHECK(joined.believed * 3 < joined.all);
}

TEST_CASE("a value that ends in the end of another record's version is seldom whole") {
  const SoundLog log = engine_log("engine-0.18/log");
  const std::size_t varint_and_lower_bytes = 1 + 4;
  const Joined joined =
      read_joined(log, key_head_bytes + log.records.front().key.size() + varint_and_lower_bytes);
  CHECK(joined.all > 100);
  CHECK(joined.believed * 3 < joined.all);
}

TEST_CASE("a value that ends in the first part of what is left of another key is not whole") {
  const SoundLog log = engine_log("engine-0.27/log-every-fsync-4-writers");
  constexpr std::size_t left_behind = 2;  // of the key, behind the value's end
  std::size_t joined = 0;
  for (std::size_t i = 40; i + 8 < log.records.size(); ++i) {
    const SoundRecord& record = log.records[i];
    const SoundRecord& other = log.records[i + 3];
    if (!record.value || record.value->size() < 7 || record.value->size() > 12) continue;
    ++joined;
    DamagedLog damaged(log);
    const std::size_t left = key_head_bytes + other.key.size() - left_behind;
    damaged.remove(record.offset + record.length - 6, other.offset + left - 6);
    check_reads_all(log, damaged);
  }
  CHECK(joined > 10);
}

TEST_CASE("a value is not whole that lacks a byte in front of a head that was cut as well") {
  const SoundLog log =
      engine_log(GENERATE(as<std::string>(), "engine-0.18/log-every-fsync-4-writers",
                          "engine-0.27/log-every-fsync-4-writers"));
  std::size_t cut = 0;
  for (std::size_t i = 10; i + 4 < log.commits.size(); ++i) {
    const SoundRecord& last = log.records[log.commits[i].end - 1];
    if (!last.value || last.value->empty()) continue;
    ++cut;
    DamagedLog damaged(log);
    constexpr std::size_t left_of_head = 14;
    damaged.remove(log.commit_offset(i + 1) + left_of_head, log.commit_end(i + 1));
    damaged.remove(log.commit_end(i) - 1, log.commit_end(i));
    check_reads_all(log, damaged);
  }
  CHECK(cut > 40);
}

TEST_CASE("a value is whole in front of two heads that were cut") {
  const SoundLog log = engine_log("engine-0.18/log-every-fsync-4-writers");
  for (std::size_t i = 10; i + 4 < log.commits.size(); ++i) {
    DamagedLog damaged(log);
    damaged.remove(log.commit_offset(i + 2) + 25, log.commit_end(i + 2));
    damaged.remove(log.commit_offset(i + 1) + 13, log.commit_end(i + 1));
    check_reads_all(log, damaged);
  }
}

TEST_CASE("a value that is all foreign is not whole when foreign bytes go on behind it") {
  const SoundLog log = engine_log("engine-0.27/log-async");
  Random random(11);
  std::size_t altered = 0;
  for (std::size_t i = 40; i + 8 < log.records.size(); ++i) {
    const SoundRecord& record = log.records[i];
    if (!record.value || record.value->size() < 20) continue;
    ++altered;
    DamagedLog damaged(log);
    const std::size_t value_at = record.offset + record.head_length;
    damaged.overwrite(value_at, random.bytes(record.value->size()));
    damaged.insert(record.offset + record.length, random.bytes(24));
    check_reads_all(log, damaged);
  }
  CHECK(altered > 50);
}

TEST_CASE("the last value is not whole when what follows is the rest of a value") {
  const SoundLog log = engine_log("engine-0.27/log-every-fsync-4-writers");
  std::size_t altered = 0;
  for (std::size_t i = 60; i + 8 < log.records.size(); ++i) {
    const SoundRecord& record = log.records[i];
    if (!record.value || record.value->size() < 40) continue;
    ++altered;
    DamagedLog damaged(log);
    damaged.cut(record.offset + record.length);
    damaged.insert(record.offset + record.head_length + 8, "charlie12alpha558foxtrot");
    check_reads_all(log, damaged);
  }
  CHECK(altered > 10);
}

TEST_CASE("the last value is whole when what follows was written twice") {
  const SoundLog log = engine_log("engine-0.27/log-every-fsync-4-writers");
  const std::size_t end = log.bytes.size();
  for (std::size_t length = 8; length < 40; ++length) {
    DamagedLog damaged(log);
    damaged.duplicate(end - length, end, end);
    check_reads_all(log, damaged);
  }
}

TEST_CASE("a log's last commit is whole when what follows repeats more than a record of it") {
  const SoundLog log =
      engine_log(GENERATE(as<std::string>(), "engine-0.18/log", "engine-0.27/log-async"));
  const std::size_t end = log.bytes.size();
  const std::size_t last = log.records.back().length;
  for (std::size_t length = last + 1; length < last + 60; ++length) {
    DamagedLog damaged(log);
    damaged.duplicate(end - length, end, end);
    check_reads_all(log, damaged);
  }
}

TEST_CASE("a log's last value of any bytes is whole in front of a few foreign ones") {
  const SoundLog log = write_sound_log({Line::clock, Shape::single, 120, 60, 1}, Random(77001008));
  std::size_t cut = 0;
  for (std::size_t i = 60; i < log.commits.size(); ++i) {
    const SoundRecord& last = log.records[log.commits[i].end - 1];
    if (!last.value || last.value->empty() || last.value->size() > 15) continue;
    ++cut;
    DamagedLog damaged(log);
    damaged.cut(log.commit_end(i));
    damaged.insert(damaged.size(), std::string(64, '\0'));
    check_reads_all(log, damaged);
  }
  CHECK(cut > 0);
}

TEST_CASE("behind damage no key is believed that does not begin as all others do") {
  // Each key's eighth byte is the length of what follows in it.
  const SoundLog log = engine_log("engine-0.18/log-binary-keys");
  Random random(7);
  for (std::size_t i = 2; i < 60; ++i) {
    DamagedLog damaged(log);
    damaged.insert(log.records[i].offset + 7, random.bytes(200));
    check_reads_all(log, damaged);
  }
}

TEST_CASE("values that by chance end as records do are whole in a sound log") {
  struct Written {
    Shape shape;
    std::size_t writers;
    std::uint64_t seed;
  };
  const auto written =
      GENERATE(Written{Shape::logs, 4, 19029}, Written{Shape::logs, 4, 26029},
               Written{Shape::logs, 4, 429029}, Written{Shape::logs, 1, 502028},
               Written{Shape::logs, 4, 42029}, Written{Shape::tables, 1, 75034},
               Written{Shape::random, 4, 76025}, Written{Shape::single, 4, 217027},
               Written{Shape::random, 1, 282024}, Written{Shape::single, 1, 609026});
  const SoundLog log = write_sound_log({Line::counter, written.shape, 120, 60, written.writers},
                                       Random(written.seed));
  check_reads_all(log, DamagedLog(log));
}

TEST_CASE("a value that ends in foreign bytes is never called whole, whatever follows") {
  const std::string foreign = GENERATE(std::string(12, '\0'), std::string("\x18\xb9y\xbf\xa6"
                                                                          "Ey#\xc8\x8b"
                                                                          "4\xb8"));
  const SoundLog log = engine_log("engine-0.27/log-every-fsync-4-writers");
  constexpr std::size_t of_the_value = 7;
  std::size_t cases = 0;
  for (const SoundRecord& record : log.records) {
    const std::size_t end = record.offset + record.length;
    if (!record.value || record.value->size() < of_the_value || end == log.bytes.size()) continue;
    DamagedLog damaged(log);
    damaged.overwrite(end - of_the_value, foreign);
    const Verdict verdict = judge(log, damaged);
    INFO(end << ": " << verdict.why);
    CHECK(verdict.invention != Invention::untold);
    ++cases;
  }
  CHECK(cases > 100);
}

TEST_CASE("a short value of one byte that ends the log is whole in front of other bytes") {
  // Each value is one byte, repeated, and the last one hardly so.
  std::string bytes = write_sound_log({Line::counter, Shape::single, 120, 60, 1}, Random(5)).bytes;
  formats::append_record(bytes, {"x", 121, std::string(5, '\x01')});
  const SoundLog log = *parse_sound_log("0.27/single", bytes);
  DamagedLog damaged(log);
  damaged.insert(damaged.size(), std::string(4096, '\0'));
  check_reads_all(log, damaged);
}
