#include "log/legacy_nested.hpp"

#include <algorithm>

#include "log/legacy_chain.hpp"
#include "log/legacy_torn_end.hpp"

namespace persist::log {

void leave_out_nested(const RegionQuestion& question, const std::vector<Candidate>& records,
                      const LegacyModel& model, const VersionRanges& expected,
                      std::vector<Candidate>& starts) {
  const ByteView bytes = question.bytes;
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

}  // namespace persist::log
