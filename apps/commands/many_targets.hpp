// Commands that take any number of targets: several at once, results in the order they were named.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "commands/command.hpp"

namespace persist::app {

void declare_jobs(Parser& parser, std::uint64_t& into);

// --max-memory among jobs that all take as much as they may: as many as leave each of them the
// least there is.
struct MemoryShares {
  std::uint64_t jobs;
  std::uint64_t each_bytes;
};
[[nodiscard]] MemoryShares share_memory(const GlobalOptions& options, std::size_t targets,
                                        std::uint64_t jobs) noexcept;

// Calls `work(i, done)` for each target, at most `jobs` at once, each on one thread; `done` counts
// the bytes that it has read. Calls `finished(i)` on the caller's thread, in order, as soon as the
// targets up to i are done. Stops beginning new targets once the command was asked to stop.
void for_many_targets(Context& context, const std::vector<std::string>& targets, std::uint64_t jobs,
                      const std::function<void(std::size_t, std::atomic<std::uint64_t>&)>& work,
                      const std::function<void(std::size_t)>& finished);

}  // namespace persist::app
