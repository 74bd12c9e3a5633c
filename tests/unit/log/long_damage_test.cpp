// Damage that goes on for long, or pretends to: what it costs to read past it.
#include <atomic>
#include <persist/formats/varint.hpp>
#include <persist/log_reader.hpp>

#include "log/legacy_record.hpp"
#include "support/catch.hpp"
#include "support/real_files.hpp"
#include "support/string_file.hpp"
#include "unit/log/legacy_records.hpp"

using namespace persist;
using namespace persist::test;

namespace {

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

}  // namespace

TEST_CASE("a key's length that damage has made huge takes no memory") {
  std::string bytes = records_from(1, 24 * mebibyte);
  std::string length;
  formats::append_varint(length, 20 * mebibyte);
  log::RecordShape shape;
  std::size_t at = 0;
  for (; at < mebibyte; at += static_cast<std::size_t>(shape.length)) {
    REQUIRE(log::parse_record(bytes.data() + at, bytes.size() - at, shape) == log::Parse::whole);
  }
  bytes.replace(at, length.size(), length);
  MeasuredFile file(std::move(bytes));
  GatheringSink sink;
  REQUIRE(read_log(file, {}, sink));
  CHECK(sink.damage.size() == 1);
  CHECK(file.largest_read_bytes() <= 4 * mebibyte);
}
