#include <persist/formats/frame.hpp>
#include <persist/log_builder.hpp>
#include <utility>

#include "log/frame_limit.hpp"

namespace persist {
namespace {

constexpr std::size_t max_output_bytes = std::size_t{4} << 20U;

formats::FrameVersion frame_version_of(LogFormat format) noexcept {
  return format == LogFormat::framed_1 ? formats::FrameVersion::v1 : formats::FrameVersion::v2;
}

std::uint64_t payload_length_bytes(std::span<const RecordView> records) noexcept {
  std::uint64_t length = 0;
  for (const RecordView& record : records) length += formats::record_length_bytes(record);
  return length;
}

Result<> put(const LogBuilder::Output& output, ByteView bytes) {
  while (!bytes.empty()) {
    const ByteView part = bytes.substr(0, max_output_bytes);
    PERSIST_TRY(output(part));
    bytes.remove_prefix(part.size());
  }
  return {};
}

}  // namespace

LogBuilder::LogBuilder(LogFormat format, Output output)
    : format_(format), output_(std::move(output)) {}

Result<> LogBuilder::begin() {
  if (format_ == LogFormat::legacy) return {};
  bytes_.clear();
  formats::append_log_header(bytes_, frame_version_of(format_));
  PERSIST_TRY(output_(bytes_));
  size_bytes_ += bytes_.size();
  return {};
}

Result<> LogBuilder::add(std::span<const RecordView> records, std::uint64_t synced_to) {
  const bool is_framed = format_ != LogFormat::legacy;
  // Before anything is encoded: a commit that does not fit must not cost its size twice over.
  if (is_framed) PERSIST_TRY(log::check_payload_fits(payload_length_bytes(records), {}));
  payload_.clear();
  for (const RecordView& record : records) formats::append_record(payload_, record);
  bytes_.clear();
  if (is_framed) {
    formats::append_frame_header(bytes_, payload_, synced_to, frame_version_of(format_));
    PERSIST_TRY(output_(bytes_));
  }
  PERSIST_TRY(put(output_, payload_));
  size_bytes_ += bytes_.size() + payload_.size();
  return {};
}

}  // namespace persist
