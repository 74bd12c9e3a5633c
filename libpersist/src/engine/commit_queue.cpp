#include "engine/commit_queue.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <thread>
#include <utility>

namespace persist::engine {
namespace {

constexpr int longest_pause = 63;

constexpr int threads_woken_at_once = 4;
constexpr int all_threads = std::numeric_limits<int>::max();

// About ten microseconds: what a batch without a sync takes.
constexpr int looks_when_waits_are_short = 400;

void pause_briefly() noexcept {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#endif
}

}  // namespace

CommitQueue::CommitQueue(Prepare prepare, CarryOut carry_out, bool waits_are_short,
                         std::chrono::microseconds patience)
    : prepare_(std::move(prepare)),
      carry_out_(std::move(carry_out)),
      waits_are_short_(waits_are_short),
      patience_(patience) {}

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
  if (!waits_are_short_) gather(batch);
  prepare_new(batch, Then::close);
  carry_out_(prepared_);
  const bool has_followers = prepared_.size() > 1;
  expected_ = prepared_.size();
  prepared_.clear();
  // Before the turn is handed over: its next owner lets this object collect again.
  const std::uint32_t seen = batch.completed.fetch_add(1, std::memory_order_release);
  {
    const std::scoped_lock lock(collecting_mutex_);
    expected_ += batches_[collecting_].requests.size();
  }
  turn_.unlock();
  if (has_followers)
    wake(batch.completed, seen, waits_are_short_ ? threads_woken_at_once : all_threads);
}

void CommitQueue::gather(Batch& batch) {
  using std::chrono::steady_clock;
  if (batches_not_gathered_ > 0) {
    --batches_not_gathered_;
    return;
  }
  auto last_came = steady_clock::now();
  for (;;) {
    const std::size_t before = prepared_.size();
    prepare_new(batch, Then::collect_on);
    if (prepared_.size() >= expected_ || !waits_for_more_) break;
    const auto now = steady_clock::now();
    if (prepared_.size() > before) {
      last_came = now;
    } else if (now - last_came > patience_) {
      last_pause_ = std::min(2 * last_pause_ + 1, longest_pause);
      batches_not_gathered_ = last_pause_;
      return;
    }
    std::this_thread::yield();
  }
  last_pause_ = 0;
}

void CommitQueue::prepare_new(Batch& batch, Then then) {
  const std::size_t before = prepared_.size();
  {
    const std::scoped_lock lock(collecting_mutex_);
    prepared_.insert(prepared_.end(), batch.requests.begin() + static_cast<std::ptrdiff_t>(before),
                     batch.requests.end());
    if (then == Then::close) {
      batch.requests.clear();
      collecting_ = 1 - collecting_;
    }
  }
  for (CommitRequest* const request : std::span(prepared_).subspan(before)) {
    waits_for_more_ = prepare_(*request);
  }
}

void CommitQueue::follow(const Batch& batch, std::uint32_t seen) const noexcept {
  for (int look = 0; waits_are_short_ && look < looks_when_waits_are_short; ++look) {
    if (batch.completed.load(std::memory_order_acquire) != seen) return;
    pause_briefly();
  }
  wait_while_equal(batch.completed, seen);
  if (waits_are_short_) wake(batch.completed, seen, 1);
}

void CommitQueue::take_turn() noexcept {
  for (int look = 0; waits_are_short_ && look < looks_when_waits_are_short; ++look) {
    if (turn_.try_lock()) return;
    pause_briefly();
  }
  turn_.lock();
}

}  // namespace persist::engine
