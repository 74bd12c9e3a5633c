#include "engine/commit_encoder.hpp"

#include <algorithm>
#include <new>
#include <persist/formats/frame.hpp>

namespace persist::engine {
namespace {

void append_records(std::string& out, const WriteSet& writes, Version version) {
  for (const auto& [key, written] : writes.map()) {
    formats::append_record(out, {key, version, written->value()});
  }
}

// The payload is written first, behind room for the header, which holds its checksum.
void append_framed(std::string& out, const WriteSet& writes, Version version,
                   formats::FrameVersion frame_version) {
  const std::size_t begin = out.size();
  const std::size_t header_bytes = formats::frame_header_length_bytes(frame_version);
  out.append(header_bytes, '\0');
  append_records(out, writes, version);
  std::string header;
  formats::append_frame_header(header, ByteView(out).substr(begin + header_bytes), 0,
                               frame_version);
  std::ranges::copy(header, out.begin() + static_cast<std::ptrdiff_t>(begin));
}

}  // namespace

std::uint64_t payload_bytes(const WriteSet& writes, Version version) noexcept {
  return writes.encoded_bytes_without_versions() +
         writes.map().size() * formats::varint_length_bytes(version);
}

Result<> append_commit(std::string& out, const WriteSet& writes, Version version,
                       LogFormat format) {
  const std::size_t before = out.size();
  try {
    const std::size_t needed =
        before + formats::frame_v2_header_length_bytes + payload_bytes(writes, version);
    if (needed > out.capacity()) out.reserve(std::max(needed, 2 * out.capacity()));
    if (format == LogFormat::legacy) {
      append_records(out, writes, version);
    } else {
      append_framed(
          out, writes, version,
          format == LogFormat::framed_1 ? formats::FrameVersion::v1 : formats::FrameVersion::v2);
    }
  } catch (const std::bad_alloc&) {
    out.resize(before);
    return fail(ErrorCode::no_memory, {}, "there is no memory to encode the transaction");
  }
  return {};
}

}  // namespace persist::engine
