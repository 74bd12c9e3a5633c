#include "engine/staged_commits.hpp"

#include <algorithm>
#include <utility>

namespace persist::engine {
namespace {

// What is kept for the next batch; a single large one does not hold memory for ever, nor make every
// later one clear as much.
constexpr std::size_t largest_kept_count = 4096;

}  // namespace

bool StagedCommits::writes_any_of(const WriteSet& writes) {
  for (; known_ < commits_.size(); ++known_) {
    for (const auto& [key, written] : commits_[known_].writes->map()) keys_.insert(key);
  }
  return !keys_.empty() && std::ranges::any_of(writes.map(), [this](const auto& write) {
    return keys_.contains(write.first);
  });
}

bool StagedCommits::writes_what_was(const ReadSet& reads) const {
  if (reads.is_empty()) return false;
  return std::ranges::any_of(commits_, [&reads](const Commit& commit) {
    return std::ranges::any_of(commit.writes->map(),
                               [&reads](const auto& write) { return reads.contains(write.first); });
  });
}

bool StagedCommits::touch(ByteView key, KeyNode* found) {
  touched_.push_back({found, found == nullptr ? store_.make_node(key) : nullptr});
  return found != nullptr || touched_.back().made != nullptr;
}

void StagedCommits::add(WriteSet& writes, Version version) {
  commits_.push_back({&writes, version});
  touched_sealed_ = touched_.size();
}

void StagedCommits::apply() {
  Touched* touched = touched_.data();
  for (const Commit& commit : commits_) {
    apply_one(commit, touched);
    touched += commit.writes->map().size();
  }
  drop();
}

void StagedCommits::apply_one(const Commit& commit, Touched* touched) {
  for (auto& [key, written] : commit.writes->map()) {
    ValueVersion* const value = written.release();
    value->version = commit.version;
    KeyNode* node = touched->node != nullptr ? touched->node : store_.seek(key);
    if (node != nullptr) {
      value->older.store(node->newest.load(std::memory_order_relaxed), std::memory_order_relaxed);
      node->newest.store(value, std::memory_order_release);
    } else {
      touched->made->newest.store(value, std::memory_order_relaxed);
      node = &store_.insert(std::move(touched->made));
    }
    changes_.add(*node);
    ++touched;
  }
}

void StagedCommits::drop() noexcept {
  commits_.clear();
  known_ = 0;
  touched_sealed_ = 0;
  if (touched_.capacity() > largest_kept_count) touched_ = std::vector<Touched>();
  touched_.clear();
  if (keys_.bucket_count() > largest_kept_count) keys_ = std::unordered_set<ByteView>();
  keys_.clear();
}

}  // namespace persist::engine
