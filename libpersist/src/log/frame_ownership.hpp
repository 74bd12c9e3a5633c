// Whether a frame that holds in a damaged place is the log's own, or a copy in a value.
#pragma once

#include <optional>

#include "log/covering_records.hpp"
#include "log/frame_neighbours.hpp"

namespace persist::log {

// What is kept from one damage to the next.
struct FramedOutlook {
  std::optional<FrameOutline> outline;  // once it was asked for
  std::uint64_t copies = 0;             // frames that were no frames of the log
  std::uint64_t uncertain_to = 0;       // the frames up to here may be copies, too
};

// What the damaged frame still tells of itself.
struct DamagedFrame {
  std::uint64_t offset = 0;
  bool holds = false;                // it does, and may be a copy in a value: nothing else is told
  PayloadWalk walk;                  // its records
  std::optional<RecordHead> first;   // the head of the first one, whole or not
  std::optional<std::uint64_t> end;  // where the log goes on behind it, when it is known

  // Whether its own records lead to `record`.
  [[nodiscard]] bool leads_to(const RecordHead& record) const;
};

class FrameOwnership {
 public:
  // All of them outlive it.
  FrameOwnership(FrameProbe& probe, const FramedContext& context, FramedOutlook& outlook,
                 const DamagedFrame& damaged)
      : probe_(probe),
        context_(context),
        outlook_(outlook),
        damaged_(damaged),
        versions_(context, outlook.outline, damaged.offset, probe.window().end()),
        neighbours_(probe, context, outlook.outline, versions_),
        covering_(probe.window(), versions_, damaged.offset) {}
  FrameOwnership(const FrameOwnership&) = delete;
  FrameOwnership& operator=(const FrameOwnership&) = delete;

  // Whether the log goes on at `offset`: it ends there, or a header is there, or a frame that can
  // be the next.
  [[nodiscard]] Result<bool> goes_on_at(std::uint64_t offset);

  // The first offset from `offset` on where a frame or a log header may begin.
  [[nodiscard]] std::uint64_t next_start(std::uint64_t offset) const {
    return outlook_.outline ? outline().next_start(offset) : offset;
  }

  // Whether a frame is the log's own; where only its version tells, in a log whose values hold
  // frames, the outlook says how far it is uncertain. To be asked of frames in the order of the
  // file.
  [[nodiscard]] Result<bool> is_own(const FoundFrame& found);

 private:
  [[nodiscard]] Result<void> need_outline();
  [[nodiscard]] const FrameOutline& outline() const { return *outlook_.outline; }
  [[nodiscard]] bool may_values_hold_frames() const;
  [[nodiscard]] Result<bool> look_at(const FoundFrame& found);
  [[nodiscard]] Result<bool> look_closer(const FoundFrame& found,
                                         const std::vector<RecordHead>& covering);
  [[nodiscard]] Result<bool> is_obvious(const FoundFrame& found,
                                        const std::vector<RecordHead>& covering);
  [[nodiscard]] Result<bool> is_of_commit_around(const RecordHead& record, const FoundFrame& found);
  [[nodiscard]] Result<bool> is_log_in_value(const RecordHead& record, const FoundFrame& found);
  [[nodiscard]] Result<bool> is_copy_in(const RecordHead& record, const FoundFrame& found);
  [[nodiscard]] Result<bool> is_copy_in_last(const RecordHead& record, const FoundFrame& found);
  [[nodiscard]] Result<bool> is_copy_in_cut(const RecordHead& record, const FoundFrame& found);
  [[nodiscard]] bool follows_copy(const FoundFrame& found) const;
  [[nodiscard]] Result<bool> was_moved(const FoundFrame& found);
  [[nodiscard]] bool is_sector_in_place(const FoundFrame& found) const;
  [[nodiscard]] Result<bool> is_cut_out(const FoundFrame& found);
  [[nodiscard]] Result<bool> was_moved_into_value(const FoundFrame& found);
  [[nodiscard]] Result<bool> is_own_before_end(const FoundFrame& found, const FrameChain* chain);
  [[nodiscard]] Result<void> note_own(const FoundFrame& found);

  FrameProbe& probe_;
  const FramedContext& context_;
  FramedOutlook& outlook_;
  const DamagedFrame& damaged_;
  MissingVersions versions_;
  FrameNeighbours neighbours_;
  CoveringRecords covering_;
  struct Copy {
    std::uint64_t end = 0;
    Version version = 0;
    bool was_read_before = false;  // a frame of this version
  };
  std::optional<Copy> last_copy_;  // the frame that was called a copy last
};

}  // namespace persist::log
