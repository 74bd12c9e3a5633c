// Damage that goes on for long, or pretends to: what it costs to read past it.
#include <atomic>
#include <persist/formats/record.hpp>
#include <persist/formats/varint.hpp>
#include <persist/log_reader.hpp>

#include "log/legacy_sieve.hpp"
#include "support/catch.hpp"
#include "support/noise.hpp"
#include "support/real_files.hpp"
#include "support/string_file.hpp"

using namespace persist;
using namespace persist::log;
using namespace persist::test;

namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20U;

std::string record_of(Version version) {
  std::string bytes;
  const std::string key = "user:" + std::to_string(100'000 + version % 1'000);
  formats::append_record(bytes, {key, version, "{\"name\":\"Tobie\",\"number\":12345}"});
  return bytes;
}

std::string records_from(Version version, std::size_t size_bytes) {
  std::string bytes;
  while (bytes.size() < size_bytes) bytes += record_of(version++);
  return bytes;
}

// Notes how much is asked for at once: that is what lies in memory.
class MeasuredFile final : public File {
 public:
  explicit MeasuredFile(std::string bytes) : file_(std::move(bytes)) {}

  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) override {
    std::size_t largest = largest_;
    while (largest < into.size() && !largest_.compare_exchange_weak(largest, into.size())) {
    }
    return file_.read_at(offset, into);
  }
  Result<FileInfo> info() override { return file_.info(); }
  Result<> write_at(std::uint64_t offset, ByteView bytes) override {
    return file_.write_at(offset, bytes);
  }
  Result<> truncate(std::uint64_t size) override { return file_.truncate(size); }
  Result<> sync() override { return file_.sync(); }
  Result<> copy_permissions(const FileInfo& info) override { return file_.copy_permissions(info); }
  const std::string& path() const override { return file_.path(); }

  [[nodiscard]] std::size_t largest_read_bytes() const { return largest_; }

 private:
  StringFile file_;
  std::atomic<std::size_t> largest_ = 0;
};

struct Sifted {
  std::vector<Candidate> candidates;
  std::vector<WeighedStart> kept;
};

Sifted sift_behind_damage(const std::string& bytes) {
  LegacyModel model;
  const std::string sound = records_from(1000, 64 << 10);
  RecordShape shape;
  for (std::size_t at = 0; at < sound.size(); at += static_cast<std::size_t>(shape.length)) {
    REQUIRE(parse_record(sound.data() + at, sound.size() - at, shape) == Parse::whole);
    model.learn(sound.data() + at, shape, 0);
  }
  model.prepare();
  VersionRanges expected;
  expected.add(1, 100'000, 1.0F);
  const ByteCoding coding(bytes, model);
  const RecordWeights weights(bytes, model, expected, coding);
  Sifted sifted;
  sifted.candidates = expected_among(find_candidates(bytes), expected, bytes.size(), SIZE_MAX);
  const auto lengths = model.commonest_key_lengths(8);
  sifted.kept = sift({bytes, true, lengths, 0.0F}, sifted.candidates, model, coding, weights);
  return sifted;
}

bool keeps(const Sifted& sifted, std::size_t offset) {
  return std::ranges::any_of(sifted.kept,
                             [offset](const WeighedStart& one) { return one.start.at == offset; });
}

}  // namespace

TEST_CASE("a key's length that damage has made huge takes no memory") {
  std::string bytes = records_from(1, 24 * mebibyte);
  std::string length;
  formats::append_varint(length, 20 * mebibyte);
  RecordShape shape;
  std::size_t at = 0;
  for (; at < mebibyte; at += static_cast<std::size_t>(shape.length)) {
    REQUIRE(parse_record(bytes.data() + at, bytes.size() - at, shape) == Parse::whole);
  }
  bytes.replace(at, length.size(), length);
  MeasuredFile file(std::move(bytes));
  GatheringSink sink;
  REQUIRE(read_log(file, {}, sink));
  CHECK(sink.damage.size() == 1);
  CHECK(file.largest_read_bytes() <= 4 * mebibyte);
}

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
