#include "log/frame_enclosure.hpp"

#include <algorithm>

#include "log/frame_run.hpp"

namespace persist::log {
namespace {

// Commits of concurrent writers lie this close together; the damaged commit's version lies as close
// to those around it.
constexpr Version max_version_distance = 16;
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

// Whether the damaged frame's own records say that the end of the log cuts it, in a value that
// holds `frame`. A frame that carries on the versions is the log's own all the same: the damaged
// one was torn and appended to.
Result<bool> is_cut_around(FrameProbe& probe, const PayloadWalk& walk, const FoundFrame& frame) {
  PERSIST_TRY_ASSIGN(const auto head, record_head_at(probe.window(), walk.end));
  if (!head || head->value_offset > frame.offset || head->end <= probe.window().end()) return false;
  if (walk.records > 0 && head->version != walk.version) return false;
  if (frame.version > head->version && are_close(frame.version, head->version)) return false;
  PERSIST_TRY_ASSIGN(const FrameRun run, frame_run(probe, frame.offset, probe.window().end()));
  return run.end < probe.window().end();
}

}  // namespace

Result<bool> carries_on_to(FrameProbe& probe, const FoundFrame& frame, Version version,
                           std::uint64_t end) {
  if (frame.version <= version || !are_close(frame.version, version)) return false;
  PERSIST_TRY_ASSIGN(const FrameRun run, frame_run(probe, frame.offset, end));
  return run.end == end;
}

Result<std::optional<std::uint64_t>> enclosing_commit_end(FrameProbe& probe,
                                                          std::uint64_t damage_offset,
                                                          const PayloadWalk& walk,
                                                          const FoundFrame& frame,
                                                          Version last_version) {
  Window& window = probe.window();
  PERSIST_TRY_ASSIGN(const bool cut_around, is_cut_around(probe, walk, frame));
  if (cut_around) return window.end();
  const std::uint64_t from =
      std::max(damage_offset, frame.offset - std::min(frame.offset, max_lookback_bytes));
  for (std::uint64_t at = from; at < frame.offset; ++at) {
    PERSIST_TRY_ASSIGN(const auto head, record_head_at(window, at));
    if (!head || head->value_offset > frame.offset || head->end < frame.end()) continue;
    if (last_version != 0 && !are_close(head->version, last_version)) continue;
    if (head->end > window.end()) continue;
    // The rest of the commit, record by record, to where the next frame must be.
    PERSIST_TRY_ASSIGN(const PayloadWalk rest, walk_payload(window, at, window.end()));
    for (const std::uint64_t boundary : rest.boundaries) {
      PERSIST_TRY_ASSIGN(const bool continues, continues_at(probe, boundary, head->version));
      if (!continues) continue;
      // Read by chance in step with the records of the log's own frames.
      PERSIST_TRY_ASSIGN(const bool own, carries_on_to(probe, frame, last_version, boundary));
      if (own) return std::nullopt;
      return boundary;
    }
  }
  return std::nullopt;
}

}  // namespace persist::log
