#include "engine/commit_queue.hpp"

#include <algorithm>
#include <thread>
#include <utility>

namespace persist::engine {
namespace {

// A few for each processor. All at once they would stand in line before the next batch's leader,
// whose sync needs a processor for a moment several times: a quarter fewer commits a second, of 64
// writers on two processors.
int threads_woken_at_once() noexcept {
  constexpr int for_each_processor = 2;
  return for_each_processor * static_cast<int>(std::max(std::thread::hardware_concurrency(), 1U));
}

// About ten microseconds: what a batch without a sync takes.
constexpr int looks_when_waits_are_short = 400;

void pause_briefly() noexcept {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#endif
}

}  // namespace

CommitQueue::CommitQueue(Process process, bool waits_are_short)
    : process_(std::move(process)),
      looks_before_sleep_(waits_are_short ? looks_when_waits_are_short : 0),
      woken_at_once_(threads_woken_at_once()) {}

void CommitQueue::run(CommitRequest& request) {
  std::unique_lock lock(collecting_mutex_);
  Batch& batch = batches_[collecting_];
  const std::uint32_t seen = batch.completed.load(std::memory_order_relaxed);
  const bool is_leader = batch.requests.empty();
  batch.requests.push_back(&request);
  lock.unlock();
  if (is_leader) {
    lead(batch);
  } else {
    follow(batch, seen);
  }
}

void CommitQueue::lead(Batch& batch) {
  take_turn();
  {
    const std::scoped_lock lock(collecting_mutex_);
    taken_.swap(batch.requests);
    collecting_ = 1 - collecting_;
  }
  process_(taken_);
  const bool has_followers = taken_.size() > 1;
  taken_.clear();
  // Before the turn is handed over: its next owner lets this object collect again.
  const std::uint32_t seen = batch.completed.fetch_add(1, std::memory_order_release);
  turn_.unlock();
  if (has_followers) wake(batch.completed, seen, woken_at_once_);
}

void CommitQueue::follow(const Batch& batch, std::uint32_t seen) const noexcept {
  for (int look = 0; look < looks_before_sleep_; ++look) {
    if (batch.completed.load(std::memory_order_acquire) != seen) return;
    pause_briefly();
  }
  wait_while_equal(batch.completed, seen);
  wake(batch.completed, seen, 1);
}

void CommitQueue::take_turn() noexcept {
  for (int look = 0; look < looks_before_sleep_; ++look) {
    if (turn_.try_lock()) return;
    pause_briefly();
  }
  turn_.lock();
}

}  // namespace persist::engine
