// Framed logs under every kind of damage: each commit that is whole in the file comes back, and no
// commit comes back that was not in the sound log.
#include "recovery/framed_damage.hpp"

#include <fmt/format.h>

#include <map>
#include <persist/formats/frame.hpp>
#include <persist/log_builder.hpp>

#include "support/catch.hpp"
#include "support/real_files.hpp"
#include "support/tally.hpp"

using namespace persist;
using namespace persist::test;
using persist::recovery::damage_framed;
using persist::recovery::FramedLog;
using persist::recovery::FramedOutcome;
using persist::recovery::judge_framed;

namespace {

FramedLog sound_log(std::string name, std::string bytes) {
  auto log = recovery::framed_log(std::move(name), std::move(bytes));
  REQUIRE(log);
  return *std::move(log);
}

FramedLog engine_log(const std::string& name) {
  return sound_log(name, read_whole_file(testdata(name + "/aol.bin")));
}

enum class Shape { text, binary, tiny, large, log_in_value };

std::string random_text(std::mt19937_64& random, std::size_t length, char low, char high) {
  std::string text(length, ' ');
  for (char& c : text) {
    c = static_cast<char>(low + static_cast<int>(random() % static_cast<unsigned>(high - low + 1)));
  }
  return text;
}

std::string random_value(std::mt19937_64& random, Shape shape, const std::string& log_so_far,
                         formats::FrameVersion version) {
  switch (shape) {
    case Shape::text:
      return random_text(random, random() % 80, ' ', '~');
    case Shape::binary:
      return random_text(random, random() % 80, '\0', '\x7F');
    case Shape::tiny:
      return random_text(random, random() % 3, '\0', '\3');
    case Shape::large:
      return random_text(random, random() % 10'000, ' ', '~');
    case Shape::log_in_value: {
      // A piece of this very log, or frames of some other one.
      if (random() % 2 == 0 && !log_so_far.empty()) {
        return log_so_far.substr(random() % log_so_far.size(), 400);
      }
      std::string value = "file: ";
      for (std::uint64_t i = 0; i < 1 + random() % 3; ++i) {
        std::string payload;
        formats::append_record(payload, {"stolen", 1 + random() % 5000, "x"});
        formats::append_frame(value, payload, 8, version);
      }
      return value;
    }
  }
  return {};
}

// Counters, or nanoseconds: what is converted from the first release line keeps its versions.
enum class Versions { counter, clock };

FramedLog written_log(LogFormat format, Shape shape, std::uint64_t seed,
                      Versions versions = Versions::counter) {
  std::mt19937_64 random(seed);
  std::string bytes;
  LogBuilder builder(format, [&bytes](ByteView piece) -> Result<> {
    bytes.append(piece);
    return {};
  });
  REQUIRE(builder.begin());
  const auto version_of_frames =
      format == LogFormat::framed_1 ? formats::FrameVersion::v1 : formats::FrameVersion::v2;
  Version version = versions == Versions::counter ? 0 : 1'795'000'000'000'000'000;
  for (std::size_t commit = 0; commit < 120; ++commit) {
    version += versions == Versions::counter ? 1 : 1 + random() % 50'000'000;
    std::map<std::string, std::optional<std::string>> writes;
    for (std::uint64_t i = 0; i < 1 + random() % 4; ++i) {
      const std::string key = shape == Shape::binary || shape == Shape::tiny
                                  ? random_text(random, 1 + random() % 3, '\0', '\x7F')
                                  : fmt::format("user:{:010}", random() % 60);
      writes[key] = random() % 5 == 0
                        ? std::nullopt
                        : std::optional(random_value(random, shape, bytes, version_of_frames));
    }
    std::vector<RecordView> records;
    for (const auto& [key, value] : writes) {
      records.push_back({key, version, value ? std::optional<ByteView>(*value) : std::nullopt});
    }
    REQUIRE(builder.add(records, bytes.size()));
  }
  return sound_log(
      fmt::format("{} shape {} seed {}", name_of(format), static_cast<int>(shape), seed), bytes);
}

std::vector<FramedLog> sound_logs() {
  std::vector<FramedLog> logs;
  for (const char* name : {"engine-1.0/log", "engine-1.1/log", "engine-1.1/log-binary-keys",
                           "engine-1.1/log-every-fsync-4-writers", "engine-1.1/upgraded-from-1.0",
                           "recovery/overtaken-writers-1.0"}) {
    logs.push_back(engine_log(name));
  }
  for (const LogFormat format : {LogFormat::framed_1, LogFormat::framed_2}) {
    for (const Shape shape : {Shape::text, Shape::binary, Shape::tiny, Shape::large}) {
      logs.push_back(written_log(format, shape, 7));
    }
    logs.push_back(written_log(format, Shape::text, 7, Versions::clock));
    logs.push_back(written_log(format, Shape::binary, 7, Versions::clock));
  }
  return logs;
}

std::uint64_t seeds_per_case() {
  const char* wanted = std::getenv("PERSIST_DAMAGE_SEEDS");
  if (wanted != nullptr) return std::stoull(wanted);
  return wants_long_run() ? 100 : 10;
}

struct Tally {
  std::size_t cases = 0;
  std::size_t bad = 0;
  std::size_t untold = 0;
};

FramedOutcome damage_once(const FramedLog& sound, DamageKind kind, std::uint64_t seed) {
  const auto outcome = judge_framed(sound, damage_framed(sound, kind, seed));
  REQUIRE(outcome);
  return *outcome;
}

std::size_t lost_by(const FramedLog& sound, DamageKind kind, std::uint64_t seed) {
  return damage_once(sound, kind, seed).lost;
}

// Every kind of damage, from several seeds; `visit` sees each outcome that is not perfect.
template <class Visit>
Tally damage_in_every_way(const FramedLog& sound, const Visit& visit) {
  Tally tally;
  for (int kind = 0; kind <= static_cast<int>(last_damage_kind); ++kind) {
    for (std::uint64_t seed = 0; seed < seeds_per_case(); ++seed) {
      const auto damage_kind = static_cast<DamageKind>(kind);
      const FramedOutcome outcome = damage_once(sound, damage_kind, seed);
      ++tally.cases;
      if (outcome.is_perfect()) continue;
      ++tally.bad;
      tally.untold += outcome.untold > 0 ? 1 : 0;
      visit(fmt::format("{}, {}, seed {}: {} lost, {} invented", sound.name, name_of(damage_kind),
                        seed, outcome.lost, outcome.invented));
    }
  }
  return tally;
}

}  // namespace

TEST_CASE("a damaged framed log gives back each whole commit and invents none") {
  std::size_t cases = 0;
  for (const FramedLog& sound : sound_logs()) {
    const auto note = [](const std::string& what) { FAIL_CHECK(what); };
    cases += damage_in_every_way(sound, note).cases;
  }
  tally("damaged files", cases);
  CHECK(cases > 0);
}

TEST_CASE("a frame that a swap of sectors moved into a value from farther behind is no copy") {
  const FramedLog sound = engine_log("engine-1.1/log-binary-keys");
  const auto seed = GENERATE(47U, 82U, 188U, 202U, 221U, 283U, 350U, 398U);
  CHECK(lost_by(sound, DamageKind::sector_swap, seed) == 0);
}

TEST_CASE("a frame that was moved into a value is no copy where values hold none") {
  const FramedLog sound = written_log(LogFormat::framed_2, Shape::large, 7);
  const auto seed = GENERATE(93U, 505U);
  CHECK(lost_by(sound, DamageKind::sector_swap, seed) == 0);
}

TEST_CASE(
    "a commit that a swap of sectors moved into a value comes back where values hold frames") {
  const FramedLog sound = engine_log("recovery/large-values-of-frames-1.1");
  constexpr std::size_t sector = 512;
  constexpr std::size_t in_value = 26'624;
  constexpr std::size_t of_commits = 64'000;  // with the whole of one, the end and the start of two
  DamagedLog damaged{sound.bytes, std::vector<bool>(sound.commits.size(), true)};
  std::swap_ranges(damaged.bytes.begin() + in_value, damaged.bytes.begin() + in_value + sector,
                   damaged.bytes.begin() + of_commits);
  for (const std::size_t hit : {6U, 15U, 17U}) damaged.is_whole[hit] = false;
  const auto outcome = judge_framed(sound, damaged);
  REQUIRE(outcome);
  CHECK(outcome->is_perfect());
}

TEST_CASE("a copy that ends the value of a damaged commit is no commit, whatever follows it") {
  const FramedLog sound = engine_log("recovery/values-of-frames-1.1");
  CHECK(damage_once(sound, DamageKind::random_runs, 1022).is_perfect());
  CHECK(damage_once(sound, DamageKind::sector_swap, 3049).is_perfect());
}

TEST_CASE("a commit behind the rest of a torn one comes back though both are as long as that was") {
  const FramedLog sound = engine_log("recovery/values-of-frames-1.1");
  CHECK(lost_by(sound, DamageKind::splice_twice, 3174) == 0);
}

TEST_CASE("a frame in a damaged commit is a copy where its version stands behind that commit") {
  const FramedLog sound = engine_log("recovery/values-of-frames-1.1");
  CHECK(damage_once(sound, DamageKind::random_runs, 427).is_perfect());
}

TEST_CASE("a commit that may be a copy stored in a value is listed as uncertain") {
  const FramedLog sound = engine_log("recovery/values-of-frames-1.1");
  const FramedOutcome outcome = damage_once(sound, DamageKind::sector_swap, 472);
  CHECK(outcome.invented > 0);
  CHECK(outcome.untold == 0);
}

TEST_CASE("a log of clock versions gives back what stands behind a damaged commit") {
  const auto format = GENERATE(LogFormat::framed_1, LogFormat::framed_2);
  const FramedLog sound = written_log(format, Shape::text, 7, Versions::clock);
  CHECK(lost_by(sound, DamageKind::length_field, 1) == 0);
}

TEST_CASE("a frame of a writer that many others overtook is no copy") {
  const FramedLog sound = engine_log("recovery/overtaken-writers-1.0");
  CHECK(lost_by(sound, DamageKind::splice, 27) == 0);
  CHECK(lost_by(sound, DamageKind::insert, 24) == 0);
  CHECK(lost_by(sound, DamageKind::sector_repeat, 49) == 0);
}

TEST_CASE("a frame that was moved into a log whose values hold frames is no copy") {
  const FramedLog sound = engine_log("recovery/values-of-frames-1.0");
  CHECK(lost_by(sound, DamageKind::sector_swap, 1) == 0);
}

TEST_CASE("a frame that fills the value of a damaged record is no commit") {
  CHECK(damage_once(engine_log("recovery/values-of-frames-1.0"), DamageKind::sector_swap, 49)
            .is_perfect());
  CHECK(damage_once(engine_log("recovery/values-of-frames-1.1"), DamageKind::cut_many, 84)
            .is_perfect());
}

TEST_CASE("copies of frames that end a value in front of the log's own frames are no commits") {
  const FramedLog sound = engine_log("recovery/values-of-frames-1.1");
  CHECK(damage_once(sound, DamageKind::sector_swap, 5026).is_perfect());
  CHECK(damage_once(sound, DamageKind::random_runs, 5058).is_perfect());
  const FramedLog written = written_log(LogFormat::framed_1, Shape::log_in_value, 7);
  CHECK(damage_once(written, DamageKind::hole, 1022).is_perfect());
}

TEST_CASE("a copy of a version that the log has farther behind is no commit") {
  const FramedLog sound = written_log(LogFormat::framed_2, Shape::log_in_value, 7);
  CHECK(damage_once(sound, DamageKind::hole, 63).is_perfect());
  CHECK(damage_once(sound, DamageKind::sector_swap, 6).is_perfect());
}

TEST_CASE("a log whose first sector was overwritten with another one is no legacy log") {
  const FramedLog sound = engine_log("recovery/overtaken-writers-1.0");
  const FramedOutcome repeated = damage_once(sound, DamageKind::sector_repeat, 8);
  CHECK(repeated.is_perfect());
  const FramedOutcome swapped = damage_once(sound, DamageKind::sector_swap, 1099);
  CHECK(swapped.is_perfect());
}

TEST_CASE("frames whose records are read in step with damage in front of them are no copies") {
  const FramedLog sound = written_log(LogFormat::framed_1, Shape::binary, 7);
  const auto seed = GENERATE(31U, 193U, 270U, 320U);
  CHECK(lost_by(sound, DamageKind::random_runs, seed) == 0);
}

TEST_CASE("a header whose version and first frames are damaged is no header of a newer release") {
  const FramedLog sound = written_log(LogFormat::framed_1, Shape::text, 7);
  const std::size_t version_at = formats::log_magic.size();
  for (const char version : {'\3', '\17', 'n'}) {
    DamagedLog damaged{sound.bytes, std::vector<bool>(sound.commits.size(), true)};
    damaged.bytes[version_at] = version;
    for (const std::size_t hit : {0U, 1U}) {
      damaged.bytes[sound.commits[hit].offset] ^= 0x55;
      damaged.is_whole[hit] = false;
    }
    const auto outcome = judge_framed(sound, damaged);
    INFO("version " << static_cast<int>(version));
    REQUIRE(outcome);
    CHECK(outcome->is_perfect());
  }
}

// A value that holds frames looks like the log itself once the bytes around it are gone: then only
// its versions tell, and they may fit by chance.
TEST_CASE(
    "frames stored in values are taken for the log's own in less than one damaged log of 500, and "
    "listed as uncertain") {
  Tally all;
  std::string bad;
  for (const FramedLog& sound :
       {engine_log("recovery/values-of-frames-1.0"), engine_log("recovery/values-of-frames-1.1"),
        written_log(LogFormat::framed_1, Shape::log_in_value, 7),
        written_log(LogFormat::framed_2, Shape::log_in_value, 7),
        written_log(LogFormat::framed_1, Shape::log_in_value, 7, Versions::clock),
        written_log(LogFormat::framed_2, Shape::log_in_value, 7, Versions::clock)}) {
    const Tally tally =
        damage_in_every_way(sound, [&bad](const std::string& what) { bad += what + "\n"; });
    all.cases += tally.cases;
    all.bad += tally.bad;
    all.untold += tally.untold;
  }
  INFO(bad);
  CHECK(all.bad * 500 < all.cases);
  CHECK(all.untold == 0);
}
