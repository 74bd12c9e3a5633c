// Reads single commits by the places that a survey noted.
#pragma once

#include <deque>

#include "log/window.hpp"
#include "recover/survey.hpp"

namespace persist::recover {

class CommitFetcher {
 public:
  // The log, then the adopted leftovers. Memory: a small buffer each, or their largest commit.
  explicit CommitFetcher(std::span<File* const> sources);

  // Views live until the next call. Error `changed` when the place does not hold that commit.
  [[nodiscard]] Result<std::span<const RecordView>> fetch(const LateCommit& place);

 private:
  std::deque<log::Window> windows_;
  std::vector<RecordView> records_;
};

// Tells commits of one version apart.
[[nodiscard]] std::uint64_t hash_records(std::span<const RecordView> records) noexcept;

}  // namespace persist::recover
