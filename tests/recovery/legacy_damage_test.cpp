#include <map>
#include <persist/formats/frame.hpp>
#include <persist/formats/log_header.hpp>
#include <persist/formats/record.hpp>

#include "recovery/legacy_cases.hpp"

using namespace persist;
using namespace persist::recovery;

namespace {

struct TrustSink final : LogSink {
  bool on_commit(const Commit& commit) override {
    trust[commit.offset] = commit.trust;
    return true;
  }
  bool on_damage(const Damage&) override { return true; }

  std::map<std::uint64_t, Trust> trust;  // by offset
};

// Foreign bytes in front of commit `at` (of a counter), as when the front of a value is lost that
// holds records: of earlier versions, one behind the other.
std::string held_in_front_of(std::size_t at, Random& random) {
  std::string held = random.bytes(40);
  for (const Version version : {at - 30, at - 29, at - 28}) {
    formats::append_record(held, {"user:000000000001", version, "other golf"});
    formats::append_record(held, {"user:000000000002", version, "other echo"});
  }
  return held;
}

}  // namespace

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

TEST_CASE("what is left of a copied record is no other part of its commit") {
  struct Copy {
    const char* log;
    std::size_t length;
  };
  const auto copy =
      GENERATE(Copy{"engine-0.18/log-binary-keys", 179}, Copy{"engine-0.18/log-binary-keys", 501},
               Copy{"engine-0.18/log-binary-keys", 641}, Copy{"engine-0.27/log-binary-keys", 186},
               Copy{"engine-0.27/log-binary-keys", 487});
  const SoundLog log = engine_log(copy.log);
  const std::size_t end = log.bytes.size();
  DamagedLog damaged(log);
  damaged.duplicate(end - copy.length, end, end);
  const Verdict verdict = judge(log, damaged);
  INFO(copy.length << " bytes of " << verdict.why);
  CHECK(verdict.outcome == Outcome::good);
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

TEST_CASE("damage in the legacy part of an upgraded log hides nothing up to the framed part") {
  const std::string name =
      GENERATE(as<std::string>(), "engine-1.0/upgraded-from-0.27", "engine-1.1/upgraded-from-0.27");
  const std::string sound = test::read_whole_file(test::testdata(name + "/aol.bin"));
  const std::size_t header = sound.find("\xFFSMXAOL");
  REQUIRE(header != std::string::npos);
  const auto whole = read_legacy(sound).commits;
  for (const std::size_t at : {std::size_t{0}, std::size_t{1}, header / 2, header - 40}) {
    std::string bytes = sound;
    bytes.replace(at, 30, std::string(30, '\xFE'));
    const auto left = read_legacy(bytes).commits;
    INFO(name << ", damaged at " << at);
    CHECK(left.size() + 3 >= whole.size());
  }
}

TEST_CASE("a framed part is found behind a torn record, however far its versions are") {
  const SoundLog log = engine_log("engine-0.27/log");
  std::string bytes = log.bytes.substr(0, log.bytes.size() - 3);
  formats::append_log_header(bytes, formats::FrameVersion::v2);
  std::string payload;
  formats::append_record(payload, {"a new key", Version{1} << 47U, "a new value"});
  formats::append_frame(bytes, payload, 0, formats::FrameVersion::v2);
  const auto commits = read_legacy(bytes).commits;
  REQUIRE_FALSE(commits.empty());
  CHECK(commits.back().version == Version{1} << 47U);
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

TEST_CASE("a commit is whole behind a record that was cut within its version") {
  const SoundLog log = engine_log("engine-0.18/log-every-fsync-4-writers");
  for (std::size_t i = 60; i < 100; ++i) {
    const SoundRecord& torn = log.records[log.commits[i].end - 1];
    const std::size_t version_at = torn.offset + 1 + torn.key.size();
    for (const std::size_t kept : {4U, 6U, 7U, 8U}) {
      DamagedLog damaged(log);
      damaged.remove(version_at + kept, log.commit_end(i));
      check_reads_all(log, damaged);
    }
  }
}

TEST_CASE("an altered length of a key costs one commit, however much lengths vary") {
  const Line line = GENERATE(Line::clock, Line::counter);
  const SoundLog log = write_sound_log({line, Shape::words, 120, 60, 1}, Random(9));
  for (std::size_t i = 60; i < 119; ++i) {
    DamagedLog damaged(log);
    damaged.overwrite(log.commit_offset(i), "\xFE");
    check_reads_all(log, damaged);
  }
}

TEST_CASE("a value of any bytes is whole in front of an altered version") {
  const SoundLog log = write_sound_log({Line::clock, Shape::random, 120, 60, 1}, Random(9));
  for (std::size_t i = 60; i < 119; ++i) {
    const SoundRecord& altered = log.records[log.commits[i].first];
    DamagedLog damaged(log);
    damaged.overwrite(altered.offset + 1 + altered.key.size(), "\xFF");
    check_reads_all(log, damaged);
  }
}

TEST_CASE("a value of one byte is whole in front of what is inserted behind it") {
  constexpr std::size_t long_enough = 12;
  const Line line = GENERATE(Line::clock, Line::counter);
  const SoundLog log = write_sound_log({line, Shape::single, 120, 60, 1}, Random(9));
  Random random(7);
  std::size_t found = 0;
  for (std::size_t i = 40; i < 119; ++i) {
    const auto& value = log.records[log.commits[i].end - 1].value;
    if (!value || value->size() < long_enough) continue;
    ++found;
    DamagedLog damaged(log);
    damaged.insert(log.commit_end(i), random.bytes(60));
    check_reads_all(log, damaged);
  }
  CHECK(found > 0);
}

TEST_CASE("a commit of one record is whole in its place though its number comes again in a value") {
  const SoundLog log = engine_log("engine-0.27/log-async");
  Random random(11);
  for (std::size_t at = 60; at < log.commits.size(); ++at) {
    DamagedLog damaged(log);
    damaged.insert(log.commit_offset(at), held_in_front_of(at, random));
    const Verdict verdict = judge(log, damaged);
    INFO(at << ": " << verdict.why);
    CHECK_FALSE(verdict.strict_lost);
  }
}

TEST_CASE("behind damage no second commit of a number is called whole") {
  const SoundLog log = engine_log("engine-0.27/log-async");
  Random random(11);
  std::size_t second = 0;
  for (std::size_t at = 60; at < log.commits.size(); at += 5) {
    const std::string held = held_in_front_of(at, random);
    DamagedLog damaged(log);
    damaged.insert(log.commit_offset(at), held);
    test::StringFile file(damaged.bytes);
    TrustSink sink;
    REQUIRE(read_log(file, {}, sink));
    const std::size_t from = log.commit_offset(at);
    const auto end = sink.trust.lower_bound(from + held.size());
    for (auto commit = sink.trust.lower_bound(from); commit != end; ++commit, ++second) {
      INFO(at << " " << commit->first - from);
      CHECK(commit->second != Trust::whole);
    }
  }
  CHECK(second > 10);
}

TEST_CASE("behind damage a record is read whose value is made of records, not those") {
  const SoundLog log = engine_log("recovery/values-of-logs");
  const std::size_t cut = GENERATE(294, 297, 317, 323, 329, 332);
  const SoundRecord& record = log.records[cut];
  DamagedLog damaged(log);
  damaged.remove(record.offset + 3, record.offset + record.length);
  check_reads_all(log, damaged);
}
