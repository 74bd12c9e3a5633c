#include "log/frame_neighbours.hpp"

#include <algorithm>

#include "log/frame_run.hpp"
#include "log/record_walk.hpp"

namespace persist::log {
namespace {

constexpr std::size_t convincing_frames = 8;
constexpr std::size_t max_frames_ahead = 64;
constexpr std::size_t long_run_frames = 3;
constexpr std::uint64_t rest_of_head_bytes = 16;  // of a record, without its key

}  // namespace

Result<bool> FrameNeighbours::is_followed(const FoundFrame& found) {
  FoundFrame last = found;
  for (std::size_t count = 1; count < convincing_frames; ++count) {
    if (last.end() == probe_.window().end()) return count > 1;
    PERSIST_TRY_ASSIGN(const auto next, probe_.at(last.end()));
    if (!next || !can_stand_behind(last.version, next->version)) return false;
    // A copy may end a value right in front of the log's own frames.
    if (next->version + context_.disorder < found.version) return false;
    last = *next;
  }
  return true;
}

Result<bool> FrameNeighbours::begins_long_run(const FoundFrame& found) {
  FoundFrame last = found;
  for (std::size_t count = 1;; ++count) {
    if (!versions_.is_missing(last.version)) return false;
    if (!versions_.is_in_order(last.version, last.offset)) return false;
    if (count == long_run_frames) return true;
    PERSIST_TRY_ASSIGN(const auto next, probe_.at(last.end()));
    if (!next || !can_stand_behind(last.version, next->version)) return false;
    last = *next;
  }
}

Result<bool> FrameNeighbours::leads_to_own(const FoundFrame& found) {
  if (outline_->chain_at(found.end()) != nullptr) return true;
  PERSIST_TRY_ASSIGN(const auto next, probe_.at(found.end()));
  if (!next || !versions_.is_missing(next->version)) return false;
  return outline_->chain_at(next->end()) != nullptr ||
         versions_.is_in_order(next->version, next->offset);
}

Result<bool> FrameNeighbours::carries_on_to(const FoundFrame& found, std::uint64_t end) {
  const bool comes_next =
      found.version > context_.last_version && versions_.is_in_order(found.version, found.offset);
  if (!comes_next) return false;
  PERSIST_TRY_ASSIGN(const FrameRun run, frame_run(probe_, found.offset, end));
  return run.end == end;
}

Result<bool> FrameNeighbours::crosses_over(const FoundFrame& found, std::uint64_t end) {
  PERSIST_TRY_ASSIGN(const FrameRun run, frame_run(probe_, found.offset, end));
  if (run.end != end) return false;
  PERSIST_TRY_ASSIGN(const auto next, probe_.at(end));
  return next && can_stand_behind(run.last_version, next->version);
}

Result<bool> FrameNeighbours::has_version_at(std::uint64_t offset, Version version) {
  for (std::size_t count = 0; count < convincing_frames; ++count) {
    PERSIST_TRY_ASSIGN(const auto frame, probe_.at(offset));
    if (!frame) return false;
    if (frame->version == version) return true;
    offset = frame->end();
  }
  return false;
}

Result<bool> FrameNeighbours::is_borne_out_at(std::uint64_t end, Version version) {
  Window& window = probe_.window();
  if (end >= window.end()) return true;
  const std::uint64_t record_offset = end + formats::frame_header_length_bytes(probe_.version());
  PERSIST_TRY_ASSIGN(const auto next, record_head_at(window, record_offset));
  const bool is_near =
      next && (can_stand_behind(version, next->version) || versions_.is_missing(next->version));
  if (is_near) return true;
  // What was moved may end before the version.
  const std::uint64_t sector_end = (end + sector_bytes - 1) / sector_bytes * sector_bytes;
  if (record_offset >= sector_end) return true;
  PERSIST_TRY_ASSIGN(const ByteView bytes, window.view(record_offset, 1));
  if (bytes.empty()) return true;
  const auto key_length = static_cast<std::uint8_t>(bytes.front());
  return record_offset + key_length + rest_of_head_bytes > sector_end;
}

// The checksum of the log's own frame of this version, when it is kept: of those read last, or of
// the next sure ones.
std::optional<std::uint32_t> FrameNeighbours::own_checksum(Version version,
                                                           std::uint64_t offset) const {
  const auto is_wanted = [version](const auto& frame) { return frame.version == version; };
  if (const ReadFrame* read = context_.recent.find(RecentFrames::capacity, is_wanted)) {
    return read->checksum;
  }
  const FrameChain* const next = outline_->next_chain(offset);
  if (next == nullptr) return std::nullopt;
  const auto mark = std::ranges::find_if(next->leading, is_wanted);
  if (mark == next->leading.end()) return std::nullopt;
  return mark->checksum;
}

Result<FrameNeighbours::Follower> FrameNeighbours::follower_of(const FoundFrame& found) {
  FoundFrame last = found;
  for (std::size_t count = 0; count < max_frames_ahead; ++count) {
    PERSIST_TRY_ASSIGN(const auto next, probe_.at(last.end()));
    if (!next || !can_stand_behind(last.version, next->version)) break;
    last = *next;
    if (outline_->chain_at(last.offset) != nullptr) break;
    const bool is_ahead = outline_->contains(last.version);
    if (!is_ahead && !context_.versions.contains(last.version)) continue;
    const auto checksum = own_checksum(last.version, found.offset);
    if (checksum) return *checksum == last.header.checksum ? Follower::own : Follower::copy;
    return is_ahead ? Follower::copy : Follower::none;
  }
  return Follower::none;
}

}  // namespace persist::log
