#include "log/frame_enclosure.hpp"

#include <algorithm>

#include "log/record_walk.hpp"

namespace persist::log {
namespace {

// Commits of concurrent writers lie this close together; the damaged commit's version lies as close
// to those around it.
constexpr Version max_version_distance = 64;
// How far before a frame the record that holds it may start.
constexpr std::uint64_t max_lookback_bytes = std::uint64_t{4} << 20U;

bool are_close(Version a, Version b) {
  return (a > b ? a - b : b - a) <= max_version_distance;
}

// Whether the log goes on at `offset` with a commit near `version`.
Result<bool> continues_at(FrameProbe& probe, std::uint64_t offset, Version version) {
  if (offset == probe.window().end()) return true;
  PERSIST_TRY_ASSIGN(const auto frame, probe.at(offset));
  return frame && are_close(frame->version, version);
}

}  // namespace

Result<std::optional<std::uint64_t>> enclosing_commit_end(FrameProbe& probe,
                                                          std::uint64_t damage_offset,
                                                          const FoundFrame& frame,
                                                          Version max_version) {
  Window& window = probe.window();
  const std::uint64_t from =
      std::max(damage_offset, frame.offset - std::min(frame.offset, max_lookback_bytes));
  for (std::uint64_t at = from; at < frame.offset; ++at) {
    PERSIST_TRY_ASSIGN(const auto head, record_head_at(window, at));
    if (!head || head->value_offset > frame.offset || head->end < frame.end()) continue;
    if (max_version != 0 && !are_close(head->version, max_version)) continue;
    if (head->end > window.end()) continue;
    // The rest of the commit, record by record, to where the next frame must be.
    PERSIST_TRY_ASSIGN(const PayloadWalk walk, walk_payload(window, at, window.end()));
    for (const std::uint64_t boundary : walk.boundaries) {
      PERSIST_TRY_ASSIGN(const bool continues, continues_at(probe, boundary, head->version));
      if (continues) return boundary;
    }
  }
  return std::nullopt;
}

}  // namespace persist::log
