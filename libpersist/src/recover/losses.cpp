#include "recover/losses.hpp"

#include <algorithm>

namespace persist {

std::string_view name_of(LossReason reason) noexcept {
  switch (reason) {
    case LossReason::unreadable:
      return "unreadable";
    case LossReason::partial:
      return "partial";
    case LossReason::uncertain:
      return "uncertain";
    case LossReason::refused_version:
      return "refused-version";
  }
  return "unknown";
}

namespace recover {
namespace {

bool can_be_one(const Loss& first, const Loss& second) {
  const bool parts = first.reason == LossReason::partial || second.reason == LossReason::partial;
  const bool same_version = !first.version || !second.version || *first.version == *second.version;
  return parts && same_version && first.offset + first.length == second.offset;
}

void join(Loss& first, Loss&& second) {
  first.length += second.length;
  if (!first.version) first.version = second.version;
  first.is_torn_tail = first.is_torn_tail || second.is_torn_tail;
  first.reason = LossReason::partial;
  for (std::string& key : second.keys) {
    if (first.keys.size() == max_listed_keys) break;
    if (std::ranges::find(first.keys, key) == first.keys.end())
      first.keys.push_back(std::move(key));
  }
}

}  // namespace

void Losses::add(Loss loss) {
  if (last_ && can_be_one(*last_, loss)) {
    join(*last_, std::move(loss));
    return;
  }
  finish();
  last_ = std::move(loss);
}

void Losses::last_took(std::uint64_t commits) {
  if (last_) last_->commits = std::max(last_->commits, commits);
}

void Losses::finish() {
  if (!last_) return;
  if (!last_->is_torn_tail) {
    plan_.lost_commits += last_->commits;
    plan_.lost_bytes += last_->length;
  }
  if (plan_.lost.size() < max_listed_) plan_.lost.push_back(*std::move(last_));
  last_.reset();
}

}  // namespace recover
}  // namespace persist
