// What is left out before the readings of a damaged region are weighed, and that it had no chance.
#include "log/legacy_pruning.hpp"

#include <algorithm>
#include <random>
#include <set>
#include <vector>

#include "log/legacy_region.hpp"
#include "support/catch.hpp"
#include "support/noise.hpp"
#include "unit/log/legacy_records.hpp"

using namespace persist;
using namespace persist::log;
using namespace persist::test;

namespace {

// What was learned from a sound log, and the versions that are expected.
struct Learned {
  LegacyModel model;
  VersionRanges expected;

  Learned() {
    const std::string sound = records_from(1000, 64 << 10);
    RecordShape shape;
    for (std::size_t at = 0; at < sound.size(); at += static_cast<std::size_t>(shape.length)) {
      REQUIRE(parse_record(sound.data() + at, sound.size() - at, shape) == Parse::whole);
      model.learn(sound.data() + at, shape, 0);
    }
    model.prepare();
    expected.add(1, 100'000, 1.0F);
  }

  [[nodiscard]] std::vector<Candidate> candidates_in(const std::string& bytes) const {
    return expected_among(find_candidates(bytes), expected, bytes.size(), SIZE_MAX);
  }
};

struct Sifted {
  std::vector<Candidate> candidates;
  std::vector<WeighedStart> kept;
};

Sifted sift_behind_damage(const std::string& bytes) {
  const Learned learned;
  const ByteScores byte_scores(bytes, learned.model);
  const RecordWeights weights(bytes, learned.model, learned.expected, byte_scores);
  Sifted sifted;
  sifted.candidates = learned.candidates_in(bytes);
  const auto lengths = learned.model.commonest_key_lengths(8);
  sifted.kept =
      prune({bytes, true, lengths, 0.0F}, sifted.candidates, learned.model, byte_scores, weights);
  return sifted;
}

bool keeps(const Sifted& sifted, std::size_t offset) {
  return std::ranges::any_of(sifted.kept,
                             [offset](const WeighedStart& one) { return one.start.at == offset; });
}

struct Region {
  std::string bytes;
  std::set<std::size_t> records;  // where the whole ones begin
};

// Records, torn ones, odd ones, zeros and noise, in any order.
Region damaged_region(std::mt19937_64& random) {
  const std::string nothing = noise(mebibyte);
  Region region;
  std::string& bytes = region.bytes;
  for (Version version = 1500; bytes.size() < 6000; ++version) {
    const std::string record = record_of(version);
    std::string odd;
    formats::append_record(odd, {"\xF3\x91\x02\x7F", version, "\xE1\xE2\xE3"});
    const std::size_t length = 1 + random() % 200;
    switch (random() % 6) {
      case 0:
        bytes += record.substr(0, random() % record.size());
        break;
      case 1:
        bytes += record.substr(random() % record.size());
        break;
      case 2:
        region.records.insert(bytes.size());
        bytes += odd;
        break;
      case 3:
        bytes.append(length, '\0');
        break;
      case 4:
        bytes += nothing.substr(random() % mebibyte, length);
        break;
      default:
        region.records.insert(bytes.size());
        bytes += record;
    }
  }
  return region;
}

// Where the records begin that are believed.
std::set<std::size_t> believed_in(const std::string& bytes, bool prunes) {
  constexpr float even_chance = 0.5F;
  const Learned learned;
  RegionQuestion question;
  question.bytes = bytes;
  question.begins_in_damage = true;
  question.ends_file = true;
  question.prunes = prunes;
  std::set<std::size_t> offsets;
  for (const RegionRecord& one :
       read_region(question, learned.candidates_in(bytes), learned.model, learned.expected)) {
    if (!one.record.is_headless && one.probability > even_chance) offsets.insert(one.record.at);
  }
  return offsets;
}

}  // namespace

TEST_CASE("nearly everything that chance makes look like a record is sifted out") {
  const Sifted sifted = sift_behind_damage(noise(mebibyte));
  REQUIRE(sifted.candidates.size() > 1000);
  CHECK(sifted.kept.size() * 20 < sifted.candidates.size());
}

TEST_CASE("a record of the usual shape alone in noise is not sifted out") {
  std::string bytes = noise(8000);
  const std::string record = record_of(1700);
  bytes.replace(4000, record.size(), record);
  CHECK(keeps(sift_behind_damage(bytes), 4000));
}

TEST_CASE("a record of another shape behind one of the usual shape is not sifted out") {
  std::string odd;
  formats::append_record(odd, {"\xF3\x91\x02\x7F", 1701, "\xE1\xE2\xE3"});
  std::string bytes = noise(8000);
  const std::string front = record_of(1700);
  bytes.replace(4000, front.size() + odd.size(), front + odd);
  CHECK(keeps(sift_behind_damage(bytes), 4000 + front.size()));
}

TEST_CASE("a record of another shape in front of a torn one is not sifted out") {
  std::string odd;
  formats::append_record(odd, {"\xF3\x91\x02\x7F", 1701, "\xE1\xE2\xE3"});
  std::string bytes = noise(8000);
  const std::string torn = record_of(1702).substr(0, 14);
  bytes.replace(4000, odd.size() + torn.size(), odd + torn);
  CHECK(keeps(sift_behind_damage(bytes), 4000));
}

TEST_CASE("what is sifted out costs no record that would have been believed, and invents none") {
  std::mt19937_64 random(GENERATE(range(1, 201)));
  const Region region = damaged_region(random);
  const auto plain = believed_in(region.bytes, false);
  const auto sifted = believed_in(region.bytes, true);
  REQUIRE(plain.size() > 2);
  for (const std::size_t at : region.records) {
    CHECK(sifted.contains(at) >= plain.contains(at));
  }
  for (const std::size_t at : sifted) {
    CHECK((region.records.contains(at) || plain.contains(at)));
  }
}
