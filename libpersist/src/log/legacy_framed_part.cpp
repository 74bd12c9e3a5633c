#include "log/legacy_framed_part.hpp"

#include "log/frame_run.hpp"
#include "log/framed_start.hpp"

namespace persist::log {
namespace {

using formats::FrameVersion;

// A value may hold a copy of a few frames.
constexpr std::size_t enough_frames = 6;
constexpr std::size_t enough_frames_when_likely = 2;

Result<bool> frames_go_on(Window& window, std::uint64_t offset, FrameVersion version,
                          std::size_t wanted) {
  FrameProbe probe(window, version);
  return frames_follow(probe, offset, wanted);
}

// Whether frames lead from `offset` beyond `read_to`: a log that a value holds ends in it.
Result<bool> frames_lead_beyond(Window& window, std::uint64_t offset, FrameVersion version,
                                std::uint64_t read_to) {
  FrameProbe probe(window, version);
  PERSIST_TRY_ASSIGN(const FrameRun run, frame_run(probe, offset, read_to + 1));
  return run.end > read_to;
}

}  // namespace

std::vector<std::uint64_t> log_headers_in(ByteView bytes, std::uint64_t offset) {
  std::vector<std::uint64_t> headers;
  for (std::size_t at = bytes.find(formats::log_magic); at != ByteView::npos;
       at = bytes.find(formats::log_magic, at + 1)) {
    headers.push_back(offset + at);
  }
  return headers;
}

Result<std::optional<std::uint64_t>> find_framed_part(Window& window, std::uint64_t least_offset,
                                                      const FramedPartHints& hints,
                                                      bool is_likely) {
  const std::size_t wanted = is_likely ? enough_frames_when_likely : enough_frames;
  for (const std::uint64_t header : hints.headers) {
    PERSIST_TRY_ASSIGN(const auto start, framed_part_at(window, header));
    if (!start) continue;
    PERSIST_TRY_ASSIGN(const bool leads_on, frames_lead_beyond(window, start->frames_offset,
                                                               start->version, least_offset));
    if (!leads_on) continue;
    PERSIST_TRY_ASSIGN(const bool goes_on,
                       frames_go_on(window, start->frames_offset, start->version, wanted));
    if (goes_on) return header;
  }
  for (const std::uint64_t record : hints.records) {
    for (const FrameVersion version : {FrameVersion::v2, FrameVersion::v1}) {
      const std::uint64_t header_length = formats::frame_header_length_bytes(version);
      if (record < least_offset + header_length) continue;
      const std::uint64_t frame = record - header_length;
      PERSIST_TRY_ASSIGN(const bool goes_on, frames_go_on(window, frame, version, wanted));
      if (!goes_on) continue;
      if (frame >= least_offset + formats::log_header_length_bytes) {
        const std::uint64_t header = frame - formats::log_header_length_bytes;
        PERSIST_TRY_ASSIGN(const auto start, framed_part_at(window, header));
        if (start && start->frames_offset == frame) return header;
      }
      return frame;
    }
  }
  return std::nullopt;
}

}  // namespace persist::log
