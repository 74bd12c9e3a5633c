#include "log/frame_proof.hpp"

#include <algorithm>

namespace persist::log {
namespace {

using formats::FrameHeader;
using formats::FrameVersion;

// Payloads that are rebuilt are held in memory.
constexpr std::uint64_t max_rebuilt_length_bytes = std::uint64_t{64} << 20U;

constexpr std::size_t recent_ends = 64;  // of frames: values that synced_to takes

// A random mismatch of 32 bits is confined to one byte once in four million cases.
bool differs_in_one_byte(std::uint32_t a, std::uint32_t b) {
  const std::uint32_t difference = a ^ b;
  for (unsigned shift = 0; shift < 32; shift += 8) {
    if ((difference & ~(0xFFU << shift)) == 0) return true;
  }
  return false;
}

// Whether some value that `synced_to` can have had makes `wanted` of its half of the checksum: what
// the neighbours have, or the stored one with one byte changed.
bool some_synced_to_gives(std::uint32_t wanted, std::uint64_t stored, std::uint64_t offset,
                          const FramedContext& context) {
  const auto gives = [wanted](std::uint64_t candidate) {
    return formats::synced_to_checksum(candidate) == wanted;
  };
  if (gives(context.last_synced_to) || gives(offset)) return true;
  const auto gives_end = [&gives](const ReadFrame& frame) { return gives(frame.end); };
  if (context.recent.find(recent_ends, gives_end) != nullptr) return true;
  for (unsigned shift = 0; shift < 64; shift += 8) {
    const std::uint64_t without = stored & ~(std::uint64_t{0xFF} << shift);
    for (std::uint64_t byte = 0; byte < 256; ++byte) {
      if (gives(without | byte << shift)) return true;
    }
  }
  return false;
}

}  // namespace

Result<bool> is_proven(FrameProbe& probe, std::uint64_t offset, std::uint64_t end,
                       const FramedContext& context) {
  const FrameVersion version = probe.version();
  const std::size_t header_length = formats::frame_header_length_bytes(version);
  const std::uint64_t length = end - offset;
  if (length > max_rebuilt_length_bytes) return false;
  PERSIST_TRY_ASSIGN(const ByteView bytes,
                     probe.window().view(offset, static_cast<std::size_t>(length)));
  if (bytes.size() < length) return false;
  FrameHeader header;
  header.payload_length = formats::load_little_endian<std::uint32_t>(bytes.data());
  header.checksum = formats::load_little_endian<std::uint32_t>(bytes.data() + 4);
  if (version == FrameVersion::v2) {
    header.synced_to = formats::load_little_endian<std::uint64_t>(bytes.data() + 8);
  }
  const ByteView payload = bytes.substr(header_length, length - header_length);
  const std::uint32_t computed = formats::frame_checksum(payload, header.synced_to, version);
  if (computed == header.checksum) return true;  // only the length was damaged
  if (header.payload_length != payload.size()) return false;
  if (differs_in_one_byte(computed, header.checksum)) return true;
  return version == FrameVersion::v2 &&
         some_synced_to_gives(header.checksum ^ formats::payload_checksum(payload),
                              header.synced_to, offset, context);
}

}  // namespace persist::log
