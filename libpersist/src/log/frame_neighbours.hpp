// What stands behind a frame in a damaged place, and whether that bears it out as the log's own.
#pragma once

#include "log/missing_versions.hpp"

namespace persist::log {

inline constexpr std::uint64_t sector_bytes = 512;  // a disk's

class FrameNeighbours {
 public:
  // All of them outlive it.
  FrameNeighbours(FrameProbe& probe, const FramedContext& context,
                  const std::optional<FrameOutline>& outline, const MissingVersions& versions)
      : probe_(probe), context_(context), outline_(outline), versions_(versions) {}

  // Whether many frames follow each other in order from `found` on, or two that end the log. This
  // alone needs no outline.
  [[nodiscard]] Result<bool> is_followed(const FoundFrame& found);

  // Whether `found` and those right behind it are of several versions that are missing here: a
  // value that holds frames seldom hits that many.
  [[nodiscard]] Result<bool> begins_long_run(const FoundFrame& found);
  // Whether a sure chain begins behind `found`, or behind one more, or a frame that is in order.
  [[nodiscard]] Result<bool> leads_to_own(const FoundFrame& found);
  // Whether `found` and those right behind it lead to exactly `end`, with versions that come next.
  [[nodiscard]] Result<bool> carries_on_to(const FoundFrame& found, std::uint64_t end);
  // Whether `found` and those right behind it lead to `end`, and the frame there goes on from them.
  [[nodiscard]] Result<bool> crosses_over(const FoundFrame& found, std::uint64_t end);
  // Whether a frame of `version` is among those from `offset` on.
  [[nodiscard]] Result<bool> has_version_at(std::uint64_t offset, Version version);
  // Whether what stands at `end`, behind a frame of `version`, is the log's end, a frame or at
  // least the start of one with a version like its own. A copy in a value has text around it.
  [[nodiscard]] Result<bool> is_borne_out_at(std::uint64_t end, Version version);

  // Of the frames right behind `found` that go on from it, the first whose version is known: the
  // log's own frame of that version, which the damage wrote twice, or a copy, which is of another
  // log; none when that cannot be told.
  enum class Follower { none, own, copy };
  [[nodiscard]] Result<Follower> follower_of(const FoundFrame& found);

 private:
  [[nodiscard]] std::optional<std::uint32_t> own_checksum(Version version,
                                                          std::uint64_t offset) const;

  FrameProbe& probe_;
  const FramedContext& context_;
  const std::optional<FrameOutline>& outline_;
  const MissingVersions& versions_;
};

}  // namespace persist::log
