#include "log/frame_outline.hpp"

#include <algorithm>
#include <iterator>
#include <map>

#include "log/frame_search.hpp"

namespace persist::log {
namespace {

// A value seldom holds so many frames of neighbouring versions.
constexpr std::uint64_t sure_frames = 8;
constexpr std::uint64_t sure_frames_at_end = 2;
constexpr std::size_t max_chains = 1 << 15;
constexpr std::size_t max_starts = 1 << 17;
constexpr std::uint64_t sampled_bytes = 8 << 10;  // of frames, whose values are looked into

// Many versions that were read before make a chain one of copies: a value holds a log.
bool is_long(const FrameChain& chain) {
  return chain.frames >= sure_frames && chain.seen_before * 4 < chain.frames;
}

// Whether a short chain that ends the log goes on from the one in front of it, or from what was
// read in front of the damage: a value that ends the log may hold frames too.
bool ends_log(const FrameChain& chain, const std::vector<FrameChain>& before,
              std::uint64_t damage_offset, const FramedContext& context) {
  if (chain.frames < sure_frames_at_end || chain.seen_before > 0) return false;
  const bool is_first = before.empty();
  const Version last = is_first ? context.max_version : before.back().high;
  if (last == 0) return true;
  const std::uint64_t from = is_first ? damage_offset : before.back().end;
  const std::uint64_t lost = chain.offset - from + unseen_bytes;
  const Version most = is_first
                           ? context.highest_after(last, lost)
                           : highest_version_after(last, lost, before.back().mean_frame_bytes());
  return chain.low + usual_disorder > last && chain.low <= most;
}

// Whether a frame holds inside `outer`.
Result<bool> holds_frames(FrameProbe& probe, const FoundFrame& outer) {
  for (std::uint64_t at = outer.offset + 1; at < outer.end(); ++at) {
    PERSIST_TRY_ASSIGN(at, next_possible_start(probe.window(), at, outer.end()));
    PERSIST_TRY_ASSIGN(const auto frame, probe.at(at));
    if (frame && frame->end() <= outer.end()) return true;
  }
  return false;
}

// Chains by their lowest version, which overlap by less than half of the shorter one.
class DisjointChains {
 public:
  [[nodiscard]] bool take(const FrameChain& chain) {
    const auto next = ranges_.lower_bound(chain.low);
    if (next != ranges_.end() && overlaps(chain, next->first, next->second)) return false;
    if (next != ranges_.begin()) {
      const auto before = std::prev(next);
      if (overlaps(chain, before->first, before->second)) return false;
    }
    ranges_.emplace(chain.low, chain.high);
    return true;
  }

 private:
  static bool overlaps(const FrameChain& chain, Version low, Version high) {
    const Version from = std::max(chain.low, low);
    const Version to = std::min(chain.high, high);
    return from <= to && (to - from) >= (chain.high - chain.low) / 2;
  }

  std::map<Version, Version> ranges_;
};

}  // namespace

Result<FrameOutline> FrameOutline::of(FrameProbe& probe, std::uint64_t offset,
                                      const FramedContext& context) {
  FrameOutline outline;
  outline.looked_from_ = offset;
  outline.looked_to_ = offset;
  std::vector<FrameChain> sure;
  const std::uint64_t log_end = probe.window().end();
  const std::uint64_t damage_offset = offset;
  while (offset < log_end && sure.size() < max_chains) {
    PERSIST_TRY_ASSIGN(offset, outline.find_frames(probe, offset));
    PERSIST_TRY_ASSIGN(std::vector<FrameChain> chains, chains_from(probe, offset, context));
    if (chains.empty()) break;
    outline.note_start(offset, chains.back().end);
    offset = chains.back().end;
    for (FrameChain& chain : chains) {
      const bool is_sure =
          is_long(chain) || (chain.end == log_end && ends_log(chain, sure, damage_offset, context));
      if (is_sure) sure.push_back(std::move(chain));
    }
  }
  outline.keep_the_longer(std::move(sure));
  PERSIST_TRY(outline.look_into_values(probe));
  return outline;
}

// Reads the values of the first sure frames, as a sample of all.
Result<void> FrameOutline::look_into_values(FrameProbe& probe) {
  std::uint64_t left = sampled_bytes;
  for (const FrameChain& chain : chains_) {
    for (std::uint64_t offset = chain.offset; offset < chain.end;) {
      PERSIST_TRY_ASSIGN(const auto frame, probe.at(offset));
      if (!frame) return {};  // written to meanwhile
      PERSIST_TRY_ASSIGN(const bool holds, holds_frames(probe, *frame));
      if (holds) {
        values_hold_frames_ = true;
        return {};
      }
      offset = frame->end();
      left -= std::min<std::uint64_t>(left, frame->length_bytes);
      if (left == 0) {
        values_hold_frames_ = false;
        return {};
      }
    }
  }
  return {};
}

// The first offset from `at` on where a frame holds, the window's end when none does.
Result<std::uint64_t> FrameOutline::find_frames(FrameProbe& probe, std::uint64_t at) {
  Window& window = probe.window();
  for (; at < window.end(); ++at) {
    PERSIST_TRY_ASSIGN(at, next_possible_start(window, at, window.end()));
    PERSIST_TRY_ASSIGN(const auto frame, probe.at(at));
    if (frame) return at;
    PERSIST_TRY_ASSIGN(const ByteView bytes, window.view(at, 1));
    if (bytes.empty() || bytes.front() != formats::header_first_byte) continue;
    PERSIST_TRY_ASSIGN(const bool header, is_log_header_at(window, at));
    if (header) note_start(at, at + 1);
  }
  if (starts_.size() < max_starts) looked_to_ = at;
  return at;
}

void FrameOutline::note_start(std::uint64_t begin, std::uint64_t end) {
  if (starts_.size() == max_starts) return;
  starts_.push_back({begin, end});
  looked_to_ = end;
}

std::uint64_t FrameOutline::next_start(std::uint64_t offset) const {
  if (offset < looked_from_ || offset >= looked_to_) return offset;
  const auto next = std::ranges::upper_bound(starts_, offset, {}, &Range::end);
  return next == starts_.end() ? looked_to_ : std::max(offset, next->begin);
}

void FrameOutline::keep_the_longer(std::vector<FrameChain> chains) {
  std::ranges::stable_sort(chains, std::ranges::greater{}, &FrameChain::frames);
  DisjointChains disjoint;
  for (FrameChain& chain : chains) {
    if (!disjoint.take(chain)) continue;
    versions_.add_all_of(std::exchange(chain.versions, {}));
    min_version_ = min_version_ == 0 ? chain.low : std::min(min_version_, chain.low);
    max_version_ = std::max(max_version_, chain.high);
    chains_.push_back(std::move(chain));
  }
  std::ranges::sort(chains_, {}, &FrameChain::offset);
}

const FrameChain* FrameOutline::next_chain(std::uint64_t offset) const {
  const auto next = std::ranges::upper_bound(chains_, offset, {}, &FrameChain::end);
  return next == chains_.end() ? nullptr : &*next;
}

const FrameChain* FrameOutline::chain_at(std::uint64_t offset) const {
  const FrameChain* const chain = next_chain(offset);
  return chain != nullptr && chain->holds(offset) ? chain : nullptr;
}

}  // namespace persist::log
