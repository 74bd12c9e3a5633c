#include <persist/formats/log_header.hpp>

namespace persist::formats {

Decoded<FrameVersion> decode_log_header(ByteView bytes) noexcept {
  const ByteView magic = bytes.substr(0, log_magic.size());
  if (magic != log_magic.substr(0, magic.size())) return std::unexpected(DecodeError::bad_magic);
  if (bytes.size() < log_header_length_bytes) return std::unexpected(DecodeError::truncated);
  switch (bytes[log_magic.size()]) {
    case 1:
      return FrameVersion::v1;
    case 2:
      return FrameVersion::v2;
    default:
      return std::unexpected(DecodeError::newer_version);
  }
}

void append_log_header(std::string& out, FrameVersion version) {
  out.append(log_magic);
  out.push_back(static_cast<char>(version));
}

}  // namespace persist::formats
