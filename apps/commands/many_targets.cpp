#include "commands/many_targets.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>

#include "cli/signals.hpp"
#include "cli/values.hpp"
#include "commands/stream_input.hpp"
#include "commands/target.hpp"

namespace persist::app {
namespace {

// Before anything is read, so that the bar has an end. What cannot be looked at counts nothing: the
// work itself will say why.
std::uint64_t total_bytes(Context& context, const std::vector<std::string>& targets) {
  std::uint64_t total = 0;
  for (const std::string& name : targets) {
    const auto info = context.files.info(name);
    if (name == "-" || !info) continue;
    if (!info->is_directory) {
      total += info->size_bytes;
      continue;
    }
    const DatabaseFiles files = files_in(context, name);
    for (const std::string& path : {files.log, files.snapshot}) {
      if (const auto file = context.files.info(path)) total += file->size_bytes;
    }
  }
  return total;
}

class Board {
 public:
  explicit Board(std::size_t targets) : is_done_(targets, false) {}
  void mark(std::size_t i) {
    const std::lock_guard lock(mutex_);
    is_done_[i] = true;
    changed_.notify_one();
  }
  void fail(std::exception_ptr thrown) {
    const std::lock_guard lock(mutex_);
    if (!thrown_) thrown_ = std::move(thrown);
    changed_.notify_one();
  }
  // False when target `i` will never be done, since the command was asked to stop. Throws what was
  // thrown at work on another, in the caller's thread.
  bool wait_for(std::size_t i) {
    std::unique_lock lock(mutex_);
    constexpr std::chrono::milliseconds look_at_stop_every{100};
    while (!is_done_[i]) {
      if (thrown_) std::rethrow_exception(thrown_);
      if (stop_requested()) return false;
      changed_.wait_for(lock, look_at_stop_every);
    }
    return true;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<bool> is_done_;
  std::exception_ptr thrown_;
};

using Work = std::function<void(std::size_t)>;

void one_by_one(std::size_t targets, const Work& work, const Work& finished) {
  for (std::size_t i = 0; i < targets && !stop_requested(); ++i) {
    work(i);
    finished(i);
  }
}

// As many threads as are to be had: maybe none.
std::vector<std::jthread> start_threads(std::size_t count, const std::function<void()>& work) {
  std::vector<std::jthread> threads;
  threads.reserve(count);
  try {
    while (threads.size() < count) threads.emplace_back(work);
  } catch (const std::system_error&) {
    log_info("the system lets this command have " + std::to_string(threads.size()) + " of " +
             std::to_string(count) + " threads");
  }
  return threads;
}

void side_by_side(std::size_t targets, std::size_t threads, const Work& work,
                  const Work& finished) {
  std::atomic<std::size_t> next{0};
  Board board(targets);
  const auto take_turns = [&] {
    try {
      for (std::size_t i = next++; i < targets && !stop_requested(); i = next++) {
        work(i);
        board.mark(i);
      }
    } catch (...) {
      next = targets;
      board.fail(std::current_exception());
    }
  };
  const std::vector<std::jthread> workers = start_threads(threads, take_turns);
  if (workers.empty()) return one_by_one(targets, work, finished);
  try {
    for (std::size_t i = 0; i < targets && board.wait_for(i); ++i) finished(i);
  } catch (...) {
    next = targets;  // what has not begun need not, since nobody will see it
    throw;
  }
}

}  // namespace

void declare_jobs(Parser& parser, std::uint64_t& into) {
  parser.option("--jobs", "N", into, parse_positive, "Work on so many targets at once");
}

MemoryShares share_memory(const GlobalOptions& options, std::size_t targets,
                          std::uint64_t jobs) noexcept {
  const std::uint64_t most =
      std::max<std::uint64_t>(options.max_memory_bytes / least_memory_bytes, 1);
  const std::uint64_t shared =
      std::clamp<std::uint64_t>(std::min<std::uint64_t>(jobs, targets), 1, most);
  return {shared, options.max_memory_bytes / shared};
}

void for_many_targets(Context& context, const std::vector<std::string>& targets, std::uint64_t jobs,
                      const std::function<void(std::size_t, std::atomic<std::uint64_t>&)>& work,
                      const std::function<void(std::size_t)>& finished) {
  std::deque<std::atomic<std::uint64_t>> done(targets.size());
  // A pipe has no length: reading it, and then what was read of it, show progress of their own.
  const bool has_input = std::ranges::any_of(targets, is_stream);
  std::string label(context.command);
  label += targets.size() == 1 ? " " + targets.front() : "";
  std::optional<Progress> progress;
  if (!has_input) {
    progress.emplace(context.progress_of(label, total_bytes(context, targets), [&done] {
      std::uint64_t sum = 0;
      for (const auto& one : done) sum += one.load(std::memory_order_relaxed);
      return sum;
    }));
  }
  const auto counted_work = [&](std::size_t i) { work(i, done[i]); };
  const std::size_t threads = std::min<std::size_t>(jobs, targets.size());
  if (threads <= 1) {
    one_by_one(targets.size(), counted_work, finished);
  } else {
    side_by_side(targets.size(), threads, counted_work, finished);
  }
}

}  // namespace persist::app
