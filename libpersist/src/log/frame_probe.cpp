#include "log/frame_probe.hpp"

#include <algorithm>

#include "log/prefetch.hpp"
#include "log/record_walk.hpp"

namespace persist::log {
namespace {

// Frames up to this size are taken into the window at once; larger ones are hashed first, so that a
// damaged length cannot ask for memory.
constexpr std::size_t trusted_length_bytes = std::size_t{4} << 20U;
constexpr std::size_t first_look_bytes = 512;
constexpr std::size_t hash_piece_bytes = std::size_t{256} << 10U;

}  // namespace

Result<std::optional<FoundFrame>> FrameProbe::at(std::uint64_t offset) {
  const std::size_t header_length = formats::frame_header_length_bytes(version_);
  PERSIST_TRY_ASSIGN(ByteView bytes, window_.view(offset, header_length + first_look_bytes));
  prefetch_record_behind(bytes.data());
  const auto header = formats::decode_frame_header(bytes, version_);
  if (!header) return std::nullopt;
  const std::uint64_t needed = header_length + std::uint64_t{header->payload_length};
  if (needed > window_.remaining(offset)) return std::nullopt;
  // To decode so few bytes costs no more than this look at them.
  if (header->payload_length > first_look_bytes &&
      !formats::may_be_payload(bytes.substr(header_length), header->payload_length)) {
    return std::nullopt;
  }
  if (bytes.size() < needed) {
    if (needed > trusted_length_bytes) {
      PERSIST_TRY_ASSIGN(const bool holds, large_frame_holds(offset, *header));
      if (!holds) return std::nullopt;
    }
    PERSIST_TRY_ASSIGN(bytes, window_.view(offset, static_cast<std::size_t>(needed)));
    if (bytes.size() < needed) return std::nullopt;  // the file shrank meanwhile
  }
  const ByteView payload = bytes.substr(header_length, header->payload_length);
  if (!formats::decode_frame_payload(*header, payload, version_, records_)) return std::nullopt;
  return FoundFrame{offset, *header, static_cast<std::size_t>(needed), records_.front().version};
}

Result<bool> FrameProbe::large_frame_holds(std::uint64_t offset,
                                           const formats::FrameHeader& header) {
  const std::uint64_t begin = offset + formats::frame_header_length_bytes(version_);
  const std::uint64_t end = begin + header.payload_length;
  // Structure first: it gives up at the first wrong record, hashing only at the end.
  PERSIST_TRY_ASSIGN(const PayloadWalk walk, walk_payload(window_, begin, end));
  if (walk.end != end) return false;
  return has_right_checksum(offset, header);
}

Result<std::optional<std::uint64_t>> FrameProbe::end_by_checksum(std::uint64_t offset) {
  const std::size_t header_length = formats::frame_header_length_bytes(version_);
  PERSIST_TRY_ASSIGN(const ByteView bytes, window_.view(offset, header_length));
  const auto header = formats::decode_frame_header(bytes, version_);
  if (!header) return std::nullopt;
  const std::uint64_t needed = header_length + std::uint64_t{header->payload_length};
  if (needed > window_.remaining(offset)) return std::nullopt;
  hashed_bytes_ += header->payload_length;
  if (hashed_bytes_ / 2 > window_.end()) return std::nullopt;
  PERSIST_TRY_ASSIGN(const bool is_right, has_right_checksum(offset, *header));
  if (!is_right) return std::nullopt;
  return offset + needed;
}

Result<bool> FrameProbe::has_right_checksum(std::uint64_t offset,
                                            const formats::FrameHeader& header) {
  const std::uint64_t begin = offset + formats::frame_header_length_bytes(version_);
  const std::uint64_t end = begin + header.payload_length;
  formats::PayloadChecksum checksum(header.payload_length);
  std::vector<char> piece(
      static_cast<std::size_t>(std::min<std::uint64_t>(hash_piece_bytes, end - begin)));
  for (std::uint64_t at = begin; at < end;) {
    const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), end - at));
    PERSIST_TRY_ASSIGN(const std::size_t got,
                       window_.file().read_at(at, std::span(piece).first(want)));
    if (got < want) return false;
    checksum.add(ByteView(piece.data(), got));
    at += got;
  }
  return checksum.finish(header.synced_to, version_) == header.checksum;
}

Result<bool> is_log_header_at(Window& window, std::uint64_t offset) {
  PERSIST_TRY_ASSIGN(const ByteView bytes, window.view(offset, formats::log_header_length_bytes));
  return formats::decode_log_header(bytes.substr(0, formats::log_header_length_bytes)).has_value();
}

}  // namespace persist::log
