#include "log/legacy_locate.hpp"

#include <algorithm>
#include <persist/release_line.hpp>
#include <span>

#include "log/framed_start.hpp"
#include "log/legacy_chain.hpp"
#include "log/legacy_framed_part.hpp"
#include "log/legacy_learning.hpp"

namespace persist::log {
namespace {

constexpr std::size_t looked_back_records = 16;
constexpr std::size_t first_ahead_bytes = 4 << 10;
constexpr std::size_t widened_ahead_bytes = 64 << 10;  // from here on any version may go on
constexpr std::size_t largest_ahead_bytes = 512 << 10;
constexpr std::size_t anchor_records = 8;
// Copies of a log in a value are not as long.
constexpr std::size_t anchor_records_among_copies = 32;

constexpr std::size_t least_to_compare = 5;

constexpr Version wide_reach = 4000;  // of a counter
constexpr Version usual_reach = 64;   // of a counter
constexpr Version usual_rest_ns = 10'000'000'000;
// One log has versions of a clock and counted ones only after a change of release.
constexpr float other_kind_share = 1e-6F;
constexpr Version start_slack_ns = 3'600'000'000'000;

Version lowered(Version version, Version by) {
  return version > by ? version - by : 1;
}

VersionRanges any_versions() {
  VersionRanges ranges;
  ranges.add(earliest_clock_version, Version{5} * 1'000'000'000'000'000'000U, 0.5F);
  ranges.add(1, Version{1} << 32U, 0.5F);
  ranges.slack = 1'000'000'000;
  return ranges;
}

// Around the versions in front of the region, and those met since.
VersionRanges near_versions(const LegacyState& state, std::size_t first, Version outlier) {
  const auto& records = state.pending.records;
  VersionTrack track = state.settled;
  for (std::size_t i = 0; i < first; ++i) track.note(records[i].shape.version);
  if (track.newest() == 0) return any_versions();
  VersionRanges ranges;
  ranges.set_taken(track.taken(first > 0 ? records[first - 1].shape.version : 0));
  Version newest = std::max(track.newest(), outlier == 0 ? state.scanner.versions().newest() : 0);
  for (std::size_t i = first; i < records.size() && outlier != 0; ++i) {
    const Version version = records[i].shape.version;
    if (version != outlier) newest = std::max(newest, version);
  }
  const bool is_counter = track.is_counter();
  const Version oldest = track.newest();
  ranges.slack = is_counter ? usual_reach : track.slack();
  ranges.add(lowered(oldest, is_counter ? counter_disorder : track.slack()),
             newest + (is_counter ? usual_reach : usual_rest_ns), 0.8F);
  ranges.add(lowered(oldest, track.slack()), newest + (is_counter ? wide_reach : track.reach()),
             0.2F);
  return ranges;
}

// The anchor's version that is far from all others was altered, as a rule: it says nothing about
// where those in front are.
void leave_out_outlier(std::vector<Version>& anchor) {
  if (anchor.size() < least_to_compare) return;
  std::ranges::sort(anchor);
  const bool is_clock = is_clock_version(anchor[anchor.size() / 2]);
  const Version far_ahead = is_clock ? usual_rest_ns : usual_reach;
  const Version far_back = is_clock ? usual_wait_ns : usual_reach;
  if (anchor.back() - anchor[anchor.size() - 2] > far_ahead) anchor.pop_back();
  if (anchor[1] - anchor.front() > far_back) anchor.erase(anchor.begin());
}

// What lies between two sound stretches has versions between theirs, but for a little disorder.
void expect_between(const LegacyState& state, const std::vector<Candidate>& candidates,
                    const Chain& anchor, LocatedRegion& region) {
  std::vector<Version> known;
  if (region.first > 0) known.push_back(state.pending.records[region.first - 1].shape.version);
  if (known.empty() && state.settled.newest() != 0) known.push_back(state.settled.newest());
  if (known.empty() && anchor.empty() && !state.in_damage) {
    // All there is: what can be read from the log's beginning on. The last one may be damaged.
    const Chain front = chain_from(candidates, 0);
    for (std::size_t i = 0; i + 1 < front.size(); ++i) {
      known.push_back(candidates[front[i]].shape.version);
    }
  }
  const bool knows_front = !known.empty();
  // The first ones may be copies in a value that ends where the log goes on.
  const std::size_t copies = anchor.size() > anchor_records ? anchor.size() - anchor_records : 0;
  std::vector<Version> behind;
  for (const std::size_t i : std::span(anchor).subspan(copies)) {
    behind.push_back(candidates[i].shape.version);
  }
  leave_out_outlier(behind);
  known.insert(known.end(), behind.begin(), behind.end());
  if (known.empty()) return;
  const auto [low, high] = std::ranges::minmax(known);
  const bool is_counter = !is_clock_version(low);
  const Version slack =
      is_counter ? counter_disorder : std::max(state.settled.slack(), clock_disorder_ns);
  Version below = slack;
  Version above = slack;
  if (!knows_front) below = is_counter ? region.bytes.size() / 8 : start_slack_ns;
  if (anchor.empty()) above = is_counter ? usual_reach : usual_rest_ns;
  if (state.model.has_nested_records()) {
    region.expected.clear();
  } else {
    region.expected.scale(anchor.empty() ? 0.5F : 0.1F);
  }
  if (is_counter != is_clock_version(high)) region.expected.scale(is_counter, other_kind_share);
  region.expected.add(lowered(low, below), high + above, anchor.empty() ? 0.5F : 0.9F);
}

class Locator {
 public:
  Locator(LegacyState& state, const Doubt& doubt) : state_(state), doubt_(doubt) {}

  Result<LocatedRegion> locate() {
    place_start();
    PERSIST_TRY(learn_in_front(state_, region_.first));
    region_.is_among_copies = state_.model.has_nested_records();
    const VersionRanges near = near_versions(state_, region_.first, doubt_.outlier);
    // Damage that has gone on for so long goes on, as a rule.
    std::size_t ahead = state_.in_damage ? largest_ahead_bytes : first_ahead_bytes;
    for (;; ahead *= 4) {
      PERSIST_TRY(look(ahead));
      region_.candidates = find_candidates(region_.bytes);
      auto candidates = those_of(near);
      Chain anchor = anchor_in(candidates);
      if (anchor.empty() && (ahead >= widened_ahead_bytes || region_.ends_log)) {
        candidates = those_of(any_versions());
        anchor = anchor_in(candidates);
      }
      PERSIST_TRY_ASSIGN(const bool is_framed, end_before_framed_part(candidates, anchor));
      PERSIST_TRY(look(ahead));  // the window was elsewhere
      if (is_framed) {
        candidates = those_of(near);
        anchor.clear();
      }
      region_.expected = near;
      expect_between(state_, candidates, anchor, region_);
      if (!anchor.empty()) {
        region_.bytes = region_.bytes.substr(0, candidates[anchor.back()].end());
        region_.ends_log = region_.offset + region_.bytes.size() >= state_.end;
        return region_;
      }
      if (region_.ends_log) return region_;
      if (ahead < largest_ahead_bytes) continue;
      region_.is_open = true;
      return region_;
    }
  }

 private:
  void place_start() {
    const auto& records = state_.pending.records;
    std::size_t first = records.size();
    const std::uint64_t noticed = std::min(doubt_.noticed, state_.end);
    const auto is_near = [&](std::size_t i) {
      if (records[i - 1].offset < state_.fixed_to) return false;
      return records.size() - i < looked_back_records || records[i].offset >= noticed;
    };
    while (first > state_.pending.behind_damage() && is_near(first)) --first;
    region_.first = doubt_.first.value_or(first);
    region_.offset = region_.first < records.size() ? records[region_.first].offset : state_.at;
    region_.broken_at = static_cast<std::size_t>(noticed - region_.offset);
  }

  [[nodiscard]] std::vector<Candidate> those_of(const VersionRanges& expected) const {
    return expected_among(region_.candidates, expected, region_.bytes.size(),
                          state_.in_damage ? SIZE_MAX : 0);
  }

  Result<void> look(std::size_t ahead) {
    const std::uint64_t front = state_.pending.front(region_.offset);
    const auto lead = static_cast<std::size_t>(region_.offset - front);
    PERSIST_TRY_ASSIGN(const ByteView view,
                       state_.window.view(front, lead + region_.broken_at + ahead));
    const auto left = static_cast<std::size_t>(
        std::min<std::uint64_t>(state_.end - region_.offset, region_.broken_at + ahead));
    pending_ = view.substr(0, lead);
    region_.bytes = view.substr(lead, left);
    region_.ends_log =
        region_.offset + region_.bytes.size() >= std::min(state_.end, state_.window.end());
    return {};
  }

  [[nodiscard]] Chain anchor_in(const std::vector<Candidate>& candidates) const {
    const bool among_copies = state_.model.has_nested_records();
    return first_chain(candidates, region_.broken_at,
                       among_copies ? anchor_records_among_copies : anchor_records);
  }

  // A frame's payload is made of records too: what looks like going on may be the framed part.
  Result<bool> end_before_framed_part(const std::vector<Candidate>& candidates,
                                      const Chain& anchor) {
    FramedPartHints hints;
    const std::size_t last = anchor.empty() ? region_.bytes.size() : candidates[anchor.front()].at;
    for (const Candidate& candidate : candidates) {
      if (candidate.at < region_.broken_at || candidate.at > last) continue;
      hints.records.push_back(region_.offset + candidate.at);
    }
    hints.headers = headers_in_front_of(last);
    PERSIST_TRY_ASSIGN(const auto found,
                       find_framed_part(state_.window, state_.at, hints, anchor.empty()));
    if (!found) return false;
    state_.end = *found;
    if (*found <= region_.offset) {
      place_start();
    } else {
      region_.broken_at =
          std::min(region_.broken_at, static_cast<std::size_t>(*found - region_.offset));
    }
    return true;
  }

  // Where the log header stands: also in what was read as records, for one that lost its last bytes
  // takes in as many of what follows.
  [[nodiscard]] std::vector<std::uint64_t> headers_in_front_of(std::size_t end) const {
    constexpr std::size_t last_bytes = formats::log_magic.size() - 1;  // of one right before it
    const ByteView bytes(pending_.data(), pending_.size() + region_.bytes.size());
    return log_headers_in(bytes.substr(0, pending_.size() + end + last_bytes),
                          region_.offset - pending_.size());
  }

  LegacyState& state_;
  const Doubt& doubt_;
  LocatedRegion region_;
  ByteView pending_;  // bytes right in front of the region's
};

}  // namespace

Result<LocatedRegion> locate_region(LegacyState& state, const Doubt& doubt) {
  return Locator(state, doubt).locate();
}

}  // namespace persist::log
