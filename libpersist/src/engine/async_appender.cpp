#include "engine/async_appender.hpp"

#include <new>
#include <utility>

namespace persist::engine {
namespace {

// One write at most: enough to be worth a sync, little enough to be copied together.
constexpr std::size_t max_write_bytes = std::size_t{4} << 20U;

}  // namespace

AsyncAppender::AsyncAppender(LogFile& log, const AsyncQueueLimits& limits, bool sync_each)
    : log_(log), limits_(limits), sync_each_(sync_each), thread_([this] { work(); }) {}

AsyncAppender::~AsyncAppender() {
  stop();
}

bool AsyncAppender::has_room(const Chunk& pending, std::uint64_t counted_bytes) {
  const std::scoped_lock lock(mutex_);
  const bool fits_depth =
      !limits_.max_commits || usage_.commits + pending.commits + 1 <= *limits_.max_commits;
  const bool fits_bytes =
      !limits_.max_bytes ||
      usage_.bytes + pending.counted_bytes + counted_bytes <= *limits_.max_bytes;
  if (fits_depth && fits_bytes) return true;
  ++usage_.refused;
  return false;
}

void AsyncAppender::push(Chunk chunk) noexcept {
  std::unique_lock lock(mutex_);
  const std::uint64_t commits = chunk.commits;
  const std::uint64_t counted_bytes = chunk.counted_bytes;
  try {
    queue_.push_back(std::move(chunk));
  } catch (const std::bad_alloc&) {
    // It is visible already, so it must get into the log; those before it come first.
    written_.wait(lock, [this] { return usage_.commits == 0; });
    return write(chunk, lock);
  }
  usage_.commits += commits;
  usage_.bytes += counted_bytes;
  const bool has_to_wake = std::exchange(is_asleep_, false);
  lock.unlock();
  if (has_to_wake) work_to_do_.notify_one();
}

Result<> AsyncAppender::drain() {
  std::unique_lock lock(mutex_);
  const std::uint64_t pushed = written_commits_ + usage_.commits;
  written_.wait(lock, [&] { return written_commits_ >= pushed || log_.has_failed(); });
  lock.unlock();
  if (log_.has_failed()) return log_.refusal();
  return {};
}

void AsyncAppender::stop() {
  {
    const std::scoped_lock lock(mutex_);
    is_stopping_ = true;
    is_asleep_ = false;
  }
  work_to_do_.notify_one();
  if (thread_.joinable()) thread_.join();
}

AsyncAppender::Usage AsyncAppender::usage() const {
  const std::scoped_lock lock(mutex_);
  return usage_;
}

void AsyncAppender::work() noexcept {
  std::unique_lock lock(mutex_);
  for (;;) {
    is_asleep_ = queue_.empty();
    work_to_do_.wait(lock, [this] { return !queue_.empty() || is_stopping_; });
    if (queue_.empty()) return;
    Chunk chunk = take_some();
    write(chunk, lock);
    usage_.commits -= chunk.commits;
    usage_.bytes -= chunk.counted_bytes;
    written_commits_ += chunk.commits;
    written_.notify_all();
  }
}

AsyncAppender::Chunk AsyncAppender::take_some() noexcept {
  Chunk taken = std::move(queue_.front());
  queue_.pop_front();
  while (!queue_.empty() && taken.bytes.size() + queue_.front().bytes.size() <= max_write_bytes) {
    const Chunk& next = queue_.front();
    try {
      taken.bytes += next.bytes;
    } catch (const std::bad_alloc&) {
      break;  // it is written by itself
    }
    taken.last = next.last;
    taken.commits += next.commits;
    taken.counted_bytes += next.counted_bytes;
    queue_.pop_front();
  }
  return taken;
}

// Gives the lock away meanwhile.
void AsyncAppender::write(Chunk& chunk, std::unique_lock<std::mutex>& lock) noexcept {
  lock.unlock();
  const auto begin = std::chrono::steady_clock::now();
  auto written = log_.append(chunk.bytes, chunk.last, sync_each_);
  lock.lock();
  ++usage_.report.runs;
  usage_.report.last_duration = std::chrono::steady_clock::now() - begin;
  // The first failure is the reason; those after it only repeat it.
  if (!written && !usage_.report.last_error) {
    usage_.report.last_error = std::move(written).error();
  }
}

}  // namespace persist::engine
