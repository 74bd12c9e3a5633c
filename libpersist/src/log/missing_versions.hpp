// Which versions can stand in a damaged place: those that are missing in the frames read and in the
// sure ones behind it. Copies of frames in values mostly have others.
#pragma once

#include <optional>

#include "log/frame_outline.hpp"
#include "log/framed_context.hpp"

namespace persist::log {

class MissingVersions {
 public:
  // `context` and `outline` outlive it; of those below, what is said of sure frames needs the
  // outline to be there. The log ends at `log_end`.
  MissingVersions(const FramedContext& context, const std::optional<FrameOutline>& outline,
                  std::uint64_t damage_offset, std::uint64_t log_end)
      : context_(context), outline_(outline), damage_offset_(damage_offset), log_end_(log_end) {}

  // Neither read before nor beyond what the rest of the file, and some that is gone, has room for.
  [[nodiscard]] bool is_plausible(Version version) const;
  // Whether it goes on from what was read, when no more was lost than what is in front of it.
  [[nodiscard]] bool goes_on_from_read(const FoundFrame& frame) const;

  // Plausible, and of no sure frame.
  [[nodiscard]] bool is_missing(Version version) const;
  // Between the frames read and the next sure ones behind `offset`.
  [[nodiscard]] bool is_in_order(Version version, std::uint64_t offset) const;
  // Near those that are known: of a commit that a moved sector held, which is lost where it was.
  [[nodiscard]] bool is_within_log(Version version) const;
  // Whether all from `first` to `last` are missing, and hardly another one beside them: as many as
  // one sector held.
  [[nodiscard]] bool is_in_short_gap(Version first, Version last) const;

 private:
  [[nodiscard]] bool is_in_order_after_read(Version version, const FrameChain* next) const;
  [[nodiscard]] bool is_in_order_before(Version version, const FrameChain& next) const;

  const FramedContext& context_;
  const std::optional<FrameOutline>& outline_;
  std::uint64_t damage_offset_;
  std::uint64_t log_end_;
};

}  // namespace persist::log
