#include "log/frame_continuation.hpp"

#include <algorithm>

#include "log/frame_enclosure.hpp"
#include "log/frame_run.hpp"

namespace persist::log {
namespace {

constexpr std::uint64_t sector_bytes = 512;
constexpr std::size_t anchor_frames = 8;
constexpr std::uint64_t max_anchor_distance_bytes = std::uint64_t{1} << 20U;
constexpr std::uint64_t short_record_head_bytes = 24;

bool are_neighbours(Version a, Version b) {
  return (a > b ? a - b : b - a) <= version_slack;
}

// Whether the neighbours of a frame bear it out: its version follows those just read, or what comes
// behind it is the log's end, a frame or at least the start of one with a version like its own (a
// sector that was moved with its frames). A copy of a frame inside a value has text around it.
Result<bool> is_borne_out(FrameProbe& probe, const FoundFrame& found,
                          const FramedContext& context) {
  if (context.max_version == 0 || are_neighbours(found.version, context.last_version)) return true;
  if (found.end() >= probe.window().end()) return true;
  const std::size_t header_length = formats::frame_header_length_bytes(probe.version());
  const std::uint64_t to_sector_end = sector_bytes - found.end() % sector_bytes;
  if (to_sector_end < header_length + short_record_head_bytes) return true;  // nothing to look at
  PERSIST_TRY_ASSIGN(const auto next, record_head_at(probe.window(), found.end() + header_length));
  return next && are_neighbours(next->version, found.version);
}

// Whether frames of near versions follow each other from `frame` on, so many, or to the log's end,
// that they are the log and no copies in a value.
Result<bool> is_anchor(FrameProbe& probe, const FoundFrame& frame) {
  FoundFrame last = frame;
  for (std::size_t count = 1; count < anchor_frames && last.end() < probe.window().end(); ++count) {
    PERSIST_TRY_ASSIGN(const auto next, probe.at(last.end()));
    if (!next || !are_neighbours(next->version, last.version)) return false;
    last = *next;
  }
  return true;
}

Result<std::optional<FoundFrame>> find_anchor(FrameProbe& probe, std::uint64_t from,
                                              std::uint64_t to) {
  for (std::uint64_t at = from; at < to; ++at) {
    PERSIST_TRY_ASSIGN(const auto frame, probe.at(at));
    if (!frame) continue;
    PERSIST_TRY_ASSIGN(const bool is_sure, is_anchor(probe, *frame));
    if (is_sure) return frame;
    at = frame->end() - 1;
  }
  return std::nullopt;
}

std::uint64_t anchor_limit(FrameProbe& probe, std::uint64_t from) {
  return std::min(probe.window().end(), from + max_anchor_distance_bytes);
}

Result<void> look_for_anchor(FrameProbe& probe, DamagedFrame& damaged, std::uint64_t from) {
  if (damaged.anchor && damaged.anchor->offset >= from) return {};
  const std::uint64_t to = anchor_limit(probe, from);
  PERSIST_TRY_ASSIGN(damaged.anchor,
                     find_anchor(probe, std::max(from, damaged.no_anchor_before), to));
  if (!damaged.anchor) damaged.no_anchor_before = std::max(damaged.no_anchor_before, to);
  return {};
}

// Whether `version` is missing where damage begins next, behind the frames from `offset` on: a
// sector was moved from there to here.
Result<bool> is_lost_behind(FrameProbe& probe, DamagedFrame& damaged, std::uint64_t offset,
                            Version version) {
  if (!damaged.moved) {
    damaged.moved = MissingVersions{};
    PERSIST_TRY_ASSIGN(const FrameRun run, frame_run(probe, offset, probe.window().end()));
    if (run.end == probe.window().end()) return false;
    PERSIST_TRY_ASSIGN(const auto next, find_anchor(probe, run.end, anchor_limit(probe, run.end)));
    damaged.moved = {run.last_version, next ? next->version : run.last_version + usual_disorder};
  }
  return version > damaged.moved->low && version < damaged.moved->high;
}

// Whether the log can go on with a frame of a new version: it does for long, or farther behind with
// a later one, or what lies there has lost this one.
Result<bool> can_go_on_with(FrameProbe& probe, DamagedFrame& damaged, const FoundFrame& found,
                            const FramedContext& context) {
  if (found.version < context.max_version) return true;
  PERSIST_TRY_ASSIGN(const bool is_sure, is_anchor(probe, found));
  if (is_sure) return true;
  PERSIST_TRY(look_for_anchor(probe, damaged, found.end()));
  if (!damaged.anchor && context.max_version == 0) return true;
  if (!damaged.anchor) return context.is_near(found.version, found.offset - damaged.offset);
  if (found.version < damaged.anchor->version) return true;
  return is_lost_behind(probe, damaged, damaged.anchor->offset, found.version);
}

}  // namespace

Result<bool> goes_on_at(FrameProbe& probe, std::uint64_t offset, DamagedFrame& damaged,
                        const FramedContext& context) {
  if (offset == probe.window().end()) return true;
  PERSIST_TRY_ASSIGN(const bool header, is_log_header_at(probe.window(), offset));
  if (header) return true;
  PERSIST_TRY_ASSIGN(const auto frame, probe.at(offset));
  if (!frame) return false;
  const FoundFrame found = *frame;
  if (!context.may_follow(found.version, probe.window().end() - offset)) return false;
  PERSIST_TRY_ASSIGN(const bool borne_out, is_borne_out(probe, found, context));
  if (!borne_out) return false;
  return can_go_on_with(probe, damaged, found, context);
}

Result<bool> belongs_to_log(FrameProbe& probe, DamagedFrame& damaged, const FoundFrame& found,
                            const FramedContext& context) {
  if (!context.may_follow(found.version, probe.window().end() - damaged.offset)) return false;
  PERSIST_TRY_ASSIGN(const bool borne_out, is_borne_out(probe, found, context));
  if (!borne_out) return false;
  if (!damaged.end || found.offset >= *damaged.end) {
    return can_go_on_with(probe, damaged, found, context);
  }
  if (*damaged.end == probe.window().end()) {
    return carries_on_to(probe, found, context.last_version, *damaged.end);
  }
  PERSIST_TRY_ASSIGN(const auto next, probe.at(*damaged.end));
  if (!next) return false;
  if (found.version < next->version) return true;
  return is_lost_behind(probe, damaged, *damaged.end, found.version);
}

}  // namespace persist::log
