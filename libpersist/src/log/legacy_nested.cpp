#include "log/legacy_nested.hpp"

#include <algorithm>
#include <span>

#include "log/legacy_chain.hpp"
#include "log/legacy_torn_end.hpp"

namespace persist::log {
namespace {

constexpr float nested_cost = 8.0F;  // of each: that a record, and not something else, comes now
constexpr std::size_t most_nested = 64;

// What chains of whole records within [from, end) add to the evidence of those bytes, at the best.
// `inner`: from the first start at or behind `from` on; `to_end`: only chains that end at `end`.
float nested_gain(const ByteScores& byte_scores, std::span<const WeighedStart> inner,
                  std::size_t end, bool to_end) {
  struct Chained {
    std::size_t end = 0;
    float gain = 0.0F;
  };
  std::vector<Chained> chains{{0, 0.0F}};
  float best = 0.0F;
  for (const WeighedStart& one : inner) {
    if (one.start.at >= end || chains.size() == most_nested) break;
    if (one.start.is_headless || one.start.end() > end) continue;
    const float gain = one.weight.own - byte_scores.of(one.start.at, one.start.end()) - nested_cost;
    if (gain <= 0.0F) continue;
    float before = 0.0F;
    for (const Chained& chain : chains) {
      if (chain.end <= one.start.at) before = std::max(before, chain.gain);
    }
    chains.push_back({one.start.end(), before + gain});
    if (!to_end || one.start.end() == end) best = std::max(best, before + gain);
  }
  return best;
}

}  // namespace

void leave_out_nested(const RegionQuestion& question, std::vector<Candidate> records,
                      const LegacyModel& model, const VersionRanges& expected,
                      std::vector<Candidate>& starts) {
  const ByteView bytes = question.bytes;
  // A chain that goes on with versions from nowhere goes on within a value.
  std::erase_if(records, [&expected](const Candidate& record) {
    return !record.is_expected && !expected.is_late(record.shape.version);
  });
  Chain taken = chain_to(records, bytes.size());
  if (!question.begins_in_damage) {
    Chain front = chain_from(records, 0);
    const auto is_vouched_for = [&](const Candidate& record) {
      if (record.end() == bytes.size()) return true;
      return question.ends_file && (is_head_torn_at(bytes, record.end(), model, expected) ||
                                    head_of_torn_value(bytes, record.end(), model, expected));
    };
    // Else it may have swallowed what follows.
    if (!front.empty() && !is_vouched_for(records[front.back()])) front.pop_back();
    taken.insert(taken.end(), front.begin(), front.end());
  }
  std::ranges::sort(taken);
  std::size_t next = 0;
  std::size_t closed_from = 0;
  std::size_t closed_to = 0;
  std::erase_if(starts, [&](const Candidate& start) {
    for (; next < taken.size() && records[taken[next]].at < start.at; ++next) {
      const Candidate& record = records[taken[next]];
      closed_from = record.at + static_cast<std::size_t>(record.shape.value_at());
      closed_to = record.end();
    }
    return start.at >= closed_from && start.at < closed_to;
  });
}

std::vector<bool> lead_to_end(ByteView bytes, const std::vector<WeighedStart>& starts,
                              const VersionRanges& expected) {
  const auto is_followed_by = [bytes](const Candidate& one, const Candidate& next) {
    if (next.shape.version != one.shape.version) return next.shape.version > one.shape.version;
    return next.key(bytes) > one.key(bytes);
  };
  std::vector<bool> lead(starts.size());
  for (std::size_t i = starts.size(); i-- > 0;) {
    const Candidate& one = starts[i].start;
    if (one.is_headless || !expected.contains(one.shape.version)) continue;
    lead[i] = one.end() == bytes.size();
    for (std::size_t next = first_at_or_behind(starts, one.end());
         next < starts.size() && starts[next].start.at == one.end(); ++next) {
      if (lead[next] && is_followed_by(one, starts[next].start)) lead[i] = true;
    }
  }
  return lead;
}

void weigh_nested(const ByteScores& byte_scores, const RecordEnds& ends,
                  std::vector<WeighedStart>& starts) {
  // The inner ones first.
  for (std::size_t i = starts.size(); i-- > 0;) {
    auto& [start, weight] = starts[i];
    if (start.is_headless || !start.shape.has_value) continue;
    if (ends.is_overrun(start) || ends.cost_of_zeros(start) > 0.0F) continue;
    const bool ends_foreign = byte_scores.foreign_in_front(start.end(), 1) > 0;
    const std::size_t value_at = start.at + static_cast<std::size_t>(start.shape.value_at());
    std::size_t first = i + 1;
    while (first < starts.size() && starts[first].start.at < value_at) ++first;
    weight.own += nested_gain(byte_scores, std::span<const WeighedStart>(starts).subspan(first),
                              start.end(), ends_foreign);
  }
}

}  // namespace persist::log
