// Single cases of damage to legacy logs, each one a reading that was wrong once. What is right is
// judged as by the trial: every whole commit comes back, and nothing that was never written.
#include <algorithm>
#include <persist/formats/record.hpp>
#include <set>

#include "recovery/verdict.hpp"
#include "support/catch.hpp"
#include "support/real_files.hpp"
#include "support/string_file.hpp"

using namespace persist;
using namespace persist::recovery;

namespace {

SoundLog engine_log(const std::string& name) {
  return *parse_sound_log(name, test::read_whole_file(test::testdata(name + "/aol.bin")));
}

void check_reads_all(const SoundLog& log, const DamagedLog& damaged) {
  const Verdict verdict = judge(log, damaged);
  INFO(log.name << ": " << verdict.why);
  CHECK(verdict.outcome == Outcome::good);
  CHECK_FALSE(verdict.strict_lost);
}

test::GatheringSink read(const std::string& bytes) {
  test::StringFile file(bytes);
  test::GatheringSink sink;
  REQUIRE(read_log(file, {}, sink));
  return sink;
}

// Of the log's commits of one record, the first from `least` on that is wanted.
std::size_t single_record_commit(const SoundLog& log, std::size_t least) {
  for (std::size_t i = least; i < log.commits.size(); ++i) {
    if (log.commits[i].end - log.commits[i].first == 1) return i;
  }
  FAIL("the log has no such commit");
  return 0;
}

void alter_version(const SoundLog& log, DamagedLog& damaged, std::size_t commit, char byte) {
  const SoundRecord& record = log.records[log.commits[commit].first];
  damaged.overwrite(record.offset + 1 + record.key.size(), std::string(1, byte));
}

// Of commits of one record, from `first` up to `last`, each version in turn is `shift` away.
void check_altered_versions(const SoundLog& log, std::size_t first, std::size_t last, int shift) {
  for (std::size_t i = first; i < last; ++i) {
    const std::size_t commit = single_record_commit(log, i);
    const auto version = static_cast<int>(log.records[log.commits[commit].first].version);
    DamagedLog damaged(log);
    alter_version(log, damaged, commit, static_cast<char>(version + shift));
    check_reads_all(log, damaged);
  }
}

}  // namespace

TEST_CASE("a record whose version is above all those around it is set aside") {
  const SoundLog log = engine_log("engine-0.27/log-every-fsync-4-writers");
  const std::size_t commit = single_record_commit(log, 20);
  DamagedLog damaged(log);
  alter_version(log, damaged, commit, '\xF0');
  check_reads_all(log, damaged);
  const auto sink = read(damaged.bytes);
  CHECK(std::ranges::none_of(sink.commits, [](const auto& one) { return one.version == 0xF0; }));
  REQUIRE(sink.damage.size() == 1);
  CHECK(sink.damage.front().offset == log.commit_offset(commit));
}

TEST_CASE("a record whose version is below all those around it is set aside") {
  const SoundLog log = engine_log("engine-0.27/log");
  const std::size_t commit = single_record_commit(log, 80);
  DamagedLog damaged(log);
  alter_version(log, damaged, commit, '\x05');
  check_reads_all(log, damaged);
}

TEST_CASE("a clock's version that is minutes ahead of all around it is set aside") {
  const SoundLog log = engine_log("engine-0.18/log-binary-keys");
  // Fewer than two commits behind it tell nothing: a clock may have been set back.
  for (std::size_t i = 10; i + 2 < log.commits.size(); ++i) {
    if (log.commits[i].end - log.commits[i].first > 1) continue;
    const SoundRecord& record = log.records[log.commits[i].first];
    const std::size_t high_byte = record.offset + 1 + record.key.size() + 1 + 5;
    DamagedLog damaged(log);
    damaged.overwrite(high_byte, std::string(1, static_cast<char>(log.bytes[high_byte] + 1)));
    check_reads_all(log, damaged);
  }
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

TEST_CASE("the end of a key is not taken for a key of its own") {
  // Each key's eighth byte is the length of what follows in it.
  const SoundLog log = engine_log("engine-0.27/log-binary-keys");
  for (std::size_t i = 80; i < 120; ++i) {
    DamagedLog damaged(log);
    damaged.overwrite(log.records[i].offset - 3, "\x9D\x4A\xC2\xE1\x77\x8B\x5F\xD3");
    check_reads_all(log, damaged);
  }
}

TEST_CASE("two commits torn one behind the other cost themselves alone") {
  const SoundLog log = engine_log("engine-0.18/log-async");
  for (std::size_t i = 30; i < 60; ++i) {
    const SoundRecord& first = log.records[log.commits[i].end - 1];
    const SoundRecord& second = log.records[log.commits[i + 1].end - 1];
    if (!first.value || first.value->size() < 8 || !second.value || second.value->size() < 8) {
      continue;
    }
    DamagedLog damaged(log);
    damaged.remove(second.offset + second.head_length + 3, log.commit_end(i + 1));
    damaged.remove(first.offset + first.head_length + 3, log.commit_end(i));
    check_reads_all(log, damaged);
  }
}

TEST_CASE("a record torn within its key vouches for the one in front of it") {
  const SoundLog log = engine_log("engine-0.27/log-every-fsync-4-writers");
  for (std::size_t i = 20; i < 60; ++i) {
    DamagedLog damaged(log);
    damaged.remove(log.commit_offset(i) + 3, log.commit_end(i));
    check_reads_all(log, damaged);
  }
}

TEST_CASE("what is inserted between commits takes nothing from the one in front") {
  const SoundLog log = engine_log("engine-0.18/log");
  Random random(3);
  for (std::size_t i = 10; i < 110; ++i) {
    DamagedLog damaged(log);
    damaged.insert(log.commit_offset(i), random.bytes(60));
    check_reads_all(log, damaged);
  }
}

TEST_CASE("a byte of a torn value is not taken for the version of the next commit") {
  const SoundLog log = engine_log("engine-0.27/log");
  // Each version from 32 on is the code of a character.
  for (std::size_t i = 40; i + 1 < log.commits.size(); ++i) {
    const SoundRecord& last = log.records[log.commits[i].end - 1];
    if (!last.value || last.value->size() < 2) continue;
    DamagedLog damaged(log);
    damaged.overwrite(
        log.commit_end(i) - 2,
        std::string(1, static_cast<char>(log.records[log.commits[i + 1].first].version)));
    damaged.remove(log.commit_end(i) - 1, log.commit_end(i));
    check_reads_all(log, damaged);
  }
}

TEST_CASE("a copy of a commit's end takes nothing from the commit") {
  const SoundLog log = engine_log("engine-0.27/log");
  for (std::size_t i = 20; i < 60; ++i) {
    const SoundCommit& commit = log.commits[i];
    if (commit.end - commit.first < 2) continue;
    const std::size_t next = log.commit_end(i) + 4;  // the copy begins within the next record
    DamagedLog damaged(log);
    damaged.duplicate(log.records[commit.end - 1].offset, next, next);
    check_reads_all(log, damaged);
  }
}

TEST_CASE("of a log cut within its second commit the first is whole") {
  for (const char* const name : {"engine-0.18/log", "engine-0.27/log", "engine-0.27/log-async"}) {
    const SoundLog log = engine_log(name);
    for (std::size_t end = log.commit_end(0); end < log.commit_end(0) + 40; ++end) {
      DamagedLog damaged(log);
      damaged.cut(end);
      check_reads_all(log, damaged);
    }
  }
}

TEST_CASE("an empty value in front of zeros is whole, for its length is a zero of its own") {
  const SoundLog log = engine_log("engine-0.27/log-every-fsync-4-writers");
  std::size_t found = 0;
  for (std::size_t i = 20; i < log.commits.size(); ++i) {
    if (log.records[log.commits[i].end - 1].value != "") continue;
    ++found;
    DamagedLog damaged(log);
    damaged.cut(log.commit_end(i));
    damaged.insert(damaged.size(), std::string(4096, '\0'));
    check_reads_all(log, damaged);
  }
  CHECK(found > 0);
}

TEST_CASE("values that end in any bytes are whole in front of a torn record") {
  const Line line = GENERATE(Line::clock, Line::counter);
  const SoundLog log = write_sound_log({line, Shape::tables, 120, 60, 1}, Random(9));
  for (std::size_t i = 12; i < 40; ++i) {
    for (const std::size_t kept : {1U, 4U, 14U}) {
      DamagedLog damaged(log);
      damaged.cut(log.commit_offset(i) + kept);
      check_reads_all(log, damaged);
    }
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

TEST_CASE("damage in the legacy part of an upgraded log hides nothing up to the framed part") {
  const std::string name =
      GENERATE(as<std::string>(), "engine-1.0/upgraded-from-0.27", "engine-1.1/upgraded-from-0.27");
  const std::string sound = test::read_whole_file(test::testdata(name + "/aol.bin"));
  const std::size_t header = sound.find("\xFFSMXAOL");
  REQUIRE(header != std::string::npos);
  const auto whole = read(sound).commits;
  for (const std::size_t at : {std::size_t{0}, std::size_t{1}, header / 2, header - 40}) {
    std::string bytes = sound;
    bytes.replace(at, 30, std::string(30, '\xFE'));
    const auto left = read(bytes).commits;
    INFO(name << ", damaged at " << at);
    CHECK(left.size() + 3 >= whole.size());
  }
}

TEST_CASE("a short value unlike the others is whole in front of a torn record") {
  const std::string long_value(300, 'b');
  std::string bytes;
  formats::append_record(bytes, {"counter", 1, ByteView("1")});
  formats::append_record(bytes, {"long", 1, ByteView(long_value)});
  formats::append_record(bytes, {"switch", 1, ByteView("on")});
  const SoundLog log = *parse_sound_log("one commit", std::move(bytes));
  DamagedLog damaged(log);
  damaged.insert(log.bytes.size(), std::string("\x40\x02\x00\x00garbled, then a part of it", 30));
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

TEST_CASE("a value of any bytes in front of a torn record is whole when that shows its version") {
  for (unsigned seed = 0; seed < 6; ++seed) {
    const SoundLog log = write_sound_log({Line::clock, Shape::random, 80, 60, 1}, Random(seed));
    for (std::size_t commit = 40; commit < log.commits.size(); ++commit) {
      const SoundRecord& last = log.records[log.commits[commit].first];
      if (!last.value || last.value->size() < 32) continue;
      DamagedLog damaged(log);
      damaged.cut(last.offset + last.head_length + 20);
      check_reads_all(log, damaged);
    }
  }
}

TEST_CASE("of a log of two commits and a torn one the two are whole, whatever its key") {
  for (unsigned seed = 0; seed < 20; ++seed) {
    const SoundLog log = write_sound_log({Line::counter, Shape::tables, 3, 60, 1}, Random(seed));
    const SoundRecord& last = log.records[log.commits[2].first];
    if (!last.value) continue;
    DamagedLog damaged(log);
    damaged.cut(last.offset + last.head_length + last.value->size() / 2);
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
    const test::GatheringSink sink = read(log.bytes.substr(cut));
    REQUIRE(!sink.commits.empty());
    CHECK(sink.commits.front().offset > 0);
    ++cases;
  }
  CHECK(cases > 2);
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

TEST_CASE("records in a value that the log's end cuts are hardly ever taken for the log's own") {
  std::size_t cases = 0;
  std::size_t invented = 0;
  for (unsigned seed = 0; seed < 40; ++seed) {
    const SoundLog log = write_sound_log({Line::counter, Shape::logs, 120, 60, 1}, Random(seed));
    for (std::size_t i = 60; i < 120; ++i) {
      const SoundRecord& last = log.records[log.commits[i].first];
      if (!last.value || last.value->size() < 200) continue;
      DamagedLog damaged(log);
      damaged.cut(last.offset + last.head_length + last.value->size() - 5);
      ++cases;
      if (judge(log, damaged).outcome == Outcome::invented) ++invented;
    }
  }
  CHECK(cases > 500);
  // A copy of commits with just the numbers that come next looks like the log that goes on.
  CHECK(invented * 40 < cases);
}

TEST_CASE("a record whose version is another than that of its commit around it is set aside") {
  const SoundLog log = engine_log(GENERATE("engine-0.18/log", "engine-0.18/log-binary-keys"));
  std::size_t cases = 0;
  for (const SoundCommit& commit : log.commits) {
    for (std::size_t i = commit.first + 1; i + 1 < commit.end; ++i) {
      const SoundRecord& record = log.records[i];
      if (record.offset < 1000) continue;
      DamagedLog damaged(log);
      const std::size_t third_byte = record.offset + 1 + record.key.size() + 1 + 2;
      damaged.overwrite(third_byte, std::string(1, static_cast<char>(log.bytes[third_byte] + 15)));
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

TEST_CASE("a value is not whole when foreign bytes in its end go on into the next key's length") {
  const SoundLog log = engine_log("engine-0.18/log");
  for (std::size_t i = 20; i < 80; ++i) {
    const SoundRecord& record = log.records[log.commits[i].end - 1];
    if (!record.value || record.value->size() < 20) continue;
    DamagedLog damaged(log);
    damaged.overwrite(record.offset + record.length - 6,
                      "\xF4\x0C\xFF!\xAB"
                      "9r\xC9\xC3");
    check_reads_all(log, damaged);
  }
}
