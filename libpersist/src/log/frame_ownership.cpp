#include "log/frame_ownership.hpp"

#include <algorithm>

#include "log/frame_run.hpp"

namespace persist::log {
namespace {

constexpr std::uint64_t page_bytes = 4096;  // what is moved at once, at most

}  // namespace

bool DamagedFrame::leads_to(const RecordHead& record) const {
  return (first && first->offset == record.offset) ||
         std::ranges::binary_search(walk.boundaries, record.offset);
}

// Where the damaged frame ends in front of another one, a chain of the log's begins no earlier: it
// would take in the copies that end the damaged frame's value.
Result<void> FrameOwnership::need_outline() {
  if (outlook_.outline) return {};
  std::uint64_t from = damaged_.offset;
  if (damaged_.end) {
    PERSIST_TRY_ASSIGN(const auto next, probe_.at(*damaged_.end));
    if (next) from = *damaged_.end;
  }
  PERSIST_TRY_ASSIGN(outlook_.outline, FrameOutline::of(probe_, from, context_));
  return {};
}

Result<bool> FrameOwnership::goes_on_at(std::uint64_t offset) {
  PERSIST_TRY_ASSIGN(const bool header, is_log_header_at(probe_.window(), offset));
  if (header) offset += formats::log_header_length_bytes;
  if (offset >= probe_.window().end()) return true;
  PERSIST_TRY_ASSIGN(const auto frame, probe_.at(offset));
  if (!frame || !versions_.is_plausible(frame->version)) return false;
  const FoundFrame found = *frame;
  PERSIST_TRY_ASSIGN(const bool obvious, is_obvious(found, {}));
  if (obvious) return true;
  PERSIST_TRY(need_outline());
  if (outline().chain_at(offset) != nullptr) return true;
  return !outline().contains(found.version) && versions_.is_in_order(found.version, offset);
}

// Whether it goes on from what was read, for long: no copy does, but one right behind another, or
// one that ends a commit in front of the log's own frames.
Result<bool> FrameOwnership::is_obvious(const FoundFrame& found,
                                        const std::vector<RecordHead>& covering) {
  if (last_copy_ && found.offset == last_copy_->end) return false;
  if (!versions_.goes_on_from_read(found)) return false;
  const Version highest = found.version + usual_disorder;
  const bool may_be_covered = std::ranges::any_of(
      covering, [highest](const RecordHead& record) { return record.version <= highest; });
  if (may_be_covered) return false;
  return neighbours_.is_followed(found);
}

// Whether `record` and `found` are of one commit, and `found` does not begin it anew: no commit
// holds a frame of itself, but a copy of its beginning may stand in front of it.
Result<bool> FrameOwnership::is_of_commit_around(const RecordHead& record,
                                                 const FoundFrame& found) {
  if (record.version != found.version || record.value_offset > found.offset) return false;
  PERSIST_TRY_ASSIGN(const auto frame, probe_.at(found.offset));
  if (!frame) return false;
  return std::ranges::none_of(probe_.records(), [&record](const formats::RecordView& own) {
    return own.key == record.key && own.value.has_value() == record.has_value &&
           (!own.value || own.value->size() == record.end - record.value_offset);
  });
}

// Whether the record's value begins with a log header, and the log with `found`.
Result<bool> FrameOwnership::is_log_in_value(const RecordHead& record, const FoundFrame& found) {
  if (record.value_offset + formats::log_header_length_bytes != found.offset) return false;
  return is_log_header_at(probe_.window(), record.value_offset);
}

// Whether a record that the log's end cuts covers `found`, and was not torn and appended to.
Result<bool> FrameOwnership::is_copy_in_cut(const RecordHead& record, const FoundFrame& found) {
  const std::uint64_t log_end = probe_.window().end();
  PERSIST_TRY_ASSIGN(const FrameRun run, frame_run(probe_, found.offset, log_end));
  if (run.end == log_end) return false;
  const bool goes_on =
      found.version > record.version && versions_.is_in_order(found.version, found.offset);
  if (!goes_on) return true;
  PERSIST_TRY_ASSIGN(const bool borne_out, neighbours_.is_borne_out_at(run.end, run.last_version));
  return !borne_out;
}

// Whether a record that covers `found` with its value is a record of the log, although nothing
// proves its length: then its commit ends with it, where the log goes on.
Result<bool> FrameOwnership::is_copy_in_last(const RecordHead& record, const FoundFrame& found) {
  if (!versions_.is_in_order(record.version, record.offset)) return false;
  if (record.end > probe_.window().end()) return is_copy_in_cut(record, found);
  PERSIST_TRY_ASSIGN(const bool goes_on, goes_on_at(record.end));
  if (!goes_on) return false;
  // Read by chance in step with the records of the log's own frames.
  PERSIST_TRY_ASSIGN(const bool crosses, neighbours_.crosses_over(found, record.end));
  if (crosses) return false;
  PERSIST_TRY_ASSIGN(const bool own, neighbours_.carries_on_to(found, record.end));
  return !(own && found.version > record.version);
}

// Whether `found`, which a record covers with its value, is a copy in it.
Result<bool> FrameOwnership::is_copy_in(const RecordHead& record, const FoundFrame& found) {
  PERSIST_TRY_ASSIGN(const bool is_log, is_log_in_value(record, found));
  if (is_log) return true;
  if (!versions_.is_missing(record.version)) return false;
  if (!damaged_.leads_to(record)) {
    PERSIST_TRY_ASSIGN(const bool is_long, neighbours_.begins_long_run(found));
    if (is_long) return false;
  }
  PERSIST_TRY_ASSIGN(const bool same, is_of_commit_around(record, found));
  if (same) return true;
  const bool is_sure = outline().chain_at(found.offset) != nullptr;
  if (is_sure && versions_.goes_on_from_read(found)) return false;
  if (record.end < probe_.window().end()) {
    PERSIST_TRY_ASSIGN(const auto next, record_head_at(probe_.window(), record.end));
    if (next && next->version == record.version && next->key > record.key) return true;
  }
  if (is_sure) return false;
  // A record that was torn is seldom torn right where its value begins.
  const bool fills_value = record.value_offset == found.offset;
  if (fills_value && !context_.comes_next(found.version, record.version)) return true;
  return is_copy_in_last(record, found);
}

// Whether it goes on from a copy right in front of it.
bool FrameOwnership::follows_copy(const FoundFrame& found) const {
  return last_copy_ && found.offset == last_copy_->end &&
         can_stand_behind(last_copy_->version, found.version);
}

// As the sure frames show, or where there are few of them, the damaged places so far.
bool FrameOwnership::may_values_hold_frames() const {
  return outline().values_hold_frames().value_or(outlook_.copies > 0);
}

// What was moved replaced whole sectors, and with them what was read before the damage.
bool FrameOwnership::is_sector_in_place(const FoundFrame& found) const {
  const std::uint64_t payload_offset =
      found.offset + formats::frame_header_length_bytes(probe_.version());
  const std::uint64_t sector = payload_offset / sector_bytes * sector_bytes;
  return sector < damaged_.offset && context_.run_begin <= sector;
}

// Whether a frame of a version that is missing elsewhere was moved here with a piece of the disk,
// or is a writer's that was overtaken by far: then the log goes on right behind it.
Result<bool> FrameOwnership::was_moved(const FoundFrame& found) {
  if (!versions_.is_within_log(found.version) || follows_copy(found)) return false;
  if (!may_values_hold_frames()) return true;
  // Behind the last copy in a damaged frame's value the log goes on, too.
  if (found.end() != damaged_.end) {
    PERSIST_TRY_ASSIGN(const bool leads, neighbours_.leads_to_own(found));
    if (leads) return true;
  }
  if (is_sector_in_place(found) && !can_stand_behind(context_.last_version, found.version))
    return false;
  PERSIST_TRY_ASSIGN(const FrameRun run, frame_run(probe_, found.offset, probe_.window().end()));
  if (found.offset / page_bytes != (run.end - 1) / page_bytes) return false;
  return neighbours_.is_borne_out_at(run.end, run.last_version);
}

// Whether it lies in a sector with the beginning of the log's next frame, which the sector's end
// cuts: a log in a value goes on there.
Result<bool> FrameOwnership::is_cut_out(const FoundFrame& found) {
  if (is_sector_in_place(found)) return false;
  PERSIST_TRY_ASSIGN(const FrameRun run, frame_run(probe_, found.offset, probe_.window().end()));
  const std::uint64_t sector_end = (found.offset / sector_bytes + 1) * sector_bytes;
  const std::uint64_t record_offset =
      run.end + formats::frame_header_length_bytes(probe_.version());
  if (record_offset >= sector_end) return false;
  PERSIST_TRY_ASSIGN(const auto next, record_head_at(probe_.window(), record_offset));
  return next && context_.comes_next(next->version, run.last_version) &&
         versions_.is_in_short_gap(found.version, next->version);
}

// The same, of a frame that a record covers with its value, in a log whose values hold no frames:
// a sector was moved into the value. Where that is only a guess, the first copy would look so, too.
Result<bool> FrameOwnership::was_moved_into_value(const FoundFrame& found) {
  if (!versions_.is_missing(found.version)) return false;
  if (may_values_hold_frames()) return is_cut_out(found);
  if (!outline().values_hold_frames() && versions_.is_in_order(found.version, found.offset))
    return false;
  if (!versions_.is_within_log(found.version)) return false;
  PERSIST_TRY_ASSIGN(const FrameRun run, frame_run(probe_, found.offset, probe_.window().end()));
  if (found.offset / sector_bytes != (run.end - 1) / sector_bytes) return false;
  return neighbours_.is_borne_out_at(run.end, run.last_version);
}

// Inside a damaged frame whose end is known, a frame is a copy, unless bytes were lost in front of
// it and the end is that of the log's frames by chance; or it was moved there.
Result<bool> FrameOwnership::is_own_before_end(const FoundFrame& found, const FrameChain* chain) {
  if (chain != nullptr) return chain->end > *damaged_.end;
  PERSIST_TRY_ASSIGN(const bool again, neighbours_.has_version_at(*damaged_.end, found.version));
  if (again) return false;
  const bool is_later = !damaged_.first || found.version > damaged_.first->version ||
                        !versions_.is_in_order(damaged_.first->version, damaged_.offset);
  if (is_later) {
    PERSIST_TRY_ASSIGN(const bool own, neighbours_.carries_on_to(found, *damaged_.end));
    if (own) return true;
  }
  return was_moved(found);
}

Result<bool> FrameOwnership::look_closer(const FoundFrame& found,
                                         const std::vector<RecordHead>& covering) {
  for (const RecordHead& record : covering) {
    PERSIST_TRY_ASSIGN(const bool copy, is_copy_in(record, found));
    if (copy) return was_moved_into_value(found);
  }
  const FrameChain* const chain = outline().chain_at(found.offset);
  if (chain == nullptr) {
    if (outline().contains(found.version)) return false;
    PERSIST_TRY_ASSIGN(const auto follower, neighbours_.follower_of(found));
    if (follower != FrameNeighbours::Follower::none) {
      return follower == FrameNeighbours::Follower::own;
    }
  }
  if (damaged_.end && found.offset < *damaged_.end) return is_own_before_end(found, chain);
  if (chain != nullptr) return true;
  // Copies of frames that were read may stand right in front of the next ones.
  const bool goes_on_from_copy =
      follows_copy(found) && (!last_copy_->was_read_before || found.version < context_.max_version);
  if (!goes_on_from_copy && versions_.is_in_order(found.version, found.offset)) return true;
  return was_moved(found);
}

Result<bool> FrameOwnership::look_at(const FoundFrame& found) {
  if (!versions_.is_plausible(found.version)) return false;
  if (damaged_.first) {
    PERSIST_TRY_ASSIGN(const bool same, is_of_commit_around(*damaged_.first, found));
    if (same) return false;
  }
  PERSIST_TRY_ASSIGN(const auto* const covering, covering_.of(found));
  if (!damaged_.end || found.offset >= *damaged_.end) {
    PERSIST_TRY_ASSIGN(const bool obvious, is_obvious(found, *covering));
    if (obvious) return true;
  }
  PERSIST_TRY(need_outline());
  return look_closer(found, *covering);
}

// A frame that is of no sure chain may be a copy after all where values hold frames.
Result<void> FrameOwnership::note_own(const FoundFrame& found) {
  const bool is_sure = !outlook_.outline || outline().chain_at(found.offset) != nullptr;
  if (is_sure || !may_values_hold_frames()) return {};
  const FrameChain* const next = outline().next_chain(found.offset);
  const std::uint64_t to = next == nullptr ? probe_.window().end() : next->offset;
  PERSIST_TRY_ASSIGN(const FrameRun run, frame_run(probe_, found.offset, to));
  outlook_.uncertain_to = run.end;
  return {};
}

Result<bool> FrameOwnership::is_own(const FoundFrame& found) {
  PERSIST_TRY_ASSIGN(const bool own, look_at(found));
  if (own) {
    PERSIST_TRY(note_own(found));
    return true;
  }
  ++outlook_.copies;
  last_copy_ = Copy{found.end(), found.version, context_.versions.contains(found.version)};
  return false;
}

}  // namespace persist::log
