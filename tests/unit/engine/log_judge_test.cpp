#include "engine/log_judge.hpp"

#include <algorithm>

#include "support/string_file.hpp"
#include "unit/engine/crafted_log.hpp"
#include "unit/engine/open_database.hpp"

using namespace persist;
using namespace persist::test;

namespace {

const std::string sound_log = [] {
  std::string log;
  for (Version version = 1; version <= 60; ++version) {
    log += legacy_commit(version, {{"key:" + std::to_string(100 + version), "value of the key"}});
  }
  return log;
}();

// Ends earlier from the n-th read on, and notes how much is read at a time.
class ShrinkingFile final : public StringFile {
 public:
  ShrinkingFile(std::string bytes, std::uint64_t later_end, int reads_before)
      : StringFile(std::move(bytes)), later_end_(later_end), reads_before_(reads_before) {}
  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) override {
    most_bytes = std::max(most_bytes, into.size());
    REQUIRE(++reads_ < 1000);
    if (reads_before_-- > 0) return StringFile::read_at(offset, into);
    if (offset >= later_end_) return 0;
    return StringFile::read_at(offset,
                               into.first(std::min<std::size_t>(into.size(), later_end_ - offset)));
  }
  std::size_t most_bytes = 0;

 private:
  const std::uint64_t later_end_;
  int reads_before_;
  int reads_ = 0;
};

}  // namespace

TEST_CASE("a log that becomes shorter while it is judged is not judged") {
  // Whole records to the end, of which one stands inside another's commit.
  const std::string bytes = sound_log + legacy_commit(61, {{"key:161", "value of the key"}}) +
                            legacy_commit(70, {{"key:162", "value of the key"}}) +
                            legacy_commit(61, {{"key:163", "value of the key"}});
  const std::uint64_t later_end = GENERATE_REF(sound_log.size(), bytes.size() - 10);
  std::vector<ErrorCode> codes;
  constexpr int most_reads = 200;  // more than judging takes
  for (int reads = 0; reads < most_reads; ++reads) {
    ShrinkingFile file(bytes, later_end, reads);
    const auto judged = engine::judge_log(file);
    if (!judged) codes.push_back(judged.error().code);
  }
  CHECK(std::ranges::count(codes, ErrorCode::changed) > 0);
  REQUIRE_FALSE(codes.empty());
  CHECK(codes.back() == ErrorCode::damaged);
}

TEST_CASE("a torn log is judged in little memory, whatever its records say of their length") {
  const std::string record = legacy_commit(61, {{"key:161", std::string(64 << 20U, 'v')}});
  const std::string bytes = sound_log + record.substr(0, record.size() / 2);
  ShrinkingFile file(bytes, bytes.size(), 0);
  CHECK(must(engine::judge_log(file)) == sound_log.size());
  CHECK(file.most_bytes < bytes.size() / 8);
}
