// The 8 bytes that open the framed part of a log (README.md, "Log"): FF 'SMXAOL' and the version of
// the frames that follow. No legacy record starts with 0xFF, so it is found where a record would be.
#pragma once

#include <persist/formats/bytes.hpp>

namespace persist::formats {

enum class FrameVersion : std::uint8_t { v1 = 1, v2 = 2 };

inline constexpr ByteView log_magic{"\xFFSMXAOL", 7};
inline constexpr std::size_t log_header_length_bytes = 8;
inline constexpr char header_first_byte = '\xFF';

// Errors: truncated (the bytes are a proper prefix of a header), bad_magic, newer_version.
[[nodiscard]] Decoded<FrameVersion> decode_log_header(ByteView bytes) noexcept;

void append_log_header(std::string& out, FrameVersion version);

}  // namespace persist::formats
