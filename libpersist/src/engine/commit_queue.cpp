#include "engine/commit_queue.hpp"

#include <algorithm>
#include <chrono>
#include <new>
#include <thread>
#include <utility>

#include "engine/out_of_memory.hpp"

namespace persist::engine {
namespace {

// Batches after vain tries to gather one: twice as many each time, so that writers who take longer
// to come back are not waited for again and again.
constexpr int longest_pause = 63;

// What a batch without a sync takes is less than to sleep and be woken. As long as every writer has
// a processor they look on for about ten microseconds; otherwise they let the others have theirs,
// for as long as a sync takes: then nobody sleeps. Few writers would come back from that too late.
constexpr int looks_with_a_processor = 400;
constexpr int looks_between_others = 20;
constexpr int looks_in_a_crowd = 100;

void pause_briefly() noexcept {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#endif
}

struct Looks {         // for something that comes soon
  int alone;           // one behind the other
  int between_others;  // and then so many more, while other threads run
};

Looks looks_among(std::size_t writers, bool waits_are_short) noexcept {
  static const std::size_t processors = std::max(std::thread::hardware_concurrency(), 1U);
  if (writers > processors) return {0, looks_in_a_crowd};
  return {waits_are_short ? looks_with_a_processor : 0, looks_between_others};
}

bool comes_soon(const auto& is_there, Looks looks) noexcept {
  for (int look = 0; look < looks.alone; ++look) {
    if (is_there()) return true;
    pause_briefly();
  }
  for (int look = 0; look < looks.between_others; ++look) {
    if (is_there()) return true;
    std::this_thread::yield();
  }
  return false;
}

}  // namespace

CommitQueue::CommitQueue(Prepare prepare, CarryOut carry_out, bool waits_are_short,
                         std::chrono::microseconds patience)
    : prepare_(std::move(prepare)),
      carry_out_(std::move(carry_out)),
      waits_are_short_(waits_are_short),
      patience_(patience) {}

void CommitQueue::run(CommitRequest& request) noexcept {
  std::unique_lock lock(collecting_mutex_);
  Batch& batch = batches_[collecting_];
  const std::uint32_t seen = batch.completed.load(std::memory_order_relaxed);
  const bool is_leader = batch.requests.empty();
  try {
    batch.requests.push_back(&request);
  } catch (const std::bad_alloc&) {
    request.outcome = out_of_memory();
    return;
  }
  lock.unlock();
  if (is_leader) {
    lead(batch);
  } else {
    follow(batch, seen);
  }
}

void CommitQueue::lead(Batch& batch) noexcept {
  take_turn();
  if (!waits_are_short_) gather(batch);
  const std::size_t gathered = prepared_.size();
  close(batch);
  prepare_from(gathered);
  carry_out_(prepared_);
  const std::size_t served = prepared_.size();
  prepared_.clear();
  // Before the turn is handed over: its next owner lets this object collect again.
  const std::uint32_t seen = batch.completed.fetch_add(1, std::memory_order_release);
  {
    const std::scoped_lock lock(collecting_mutex_);
    expected_ = served + batches_[collecting_].requests.size();
  }
  turn_.unlock();
  if (served > 1) wake(batch.completed, seen);
}

void CommitQueue::gather(Batch& batch) noexcept {
  using std::chrono::steady_clock;
  if (batches_not_gathered_ > 0) {
    --batches_not_gathered_;
    return;
  }
  auto last_came = steady_clock::now();
  for (;;) {
    const std::size_t before = prepared_.size();
    if (!note_new(batch)) return;
    prepare_from(before);
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

// False: there is no memory for it. Then the batch is closed as it is, which takes none.
bool CommitQueue::note_new(const Batch& batch) noexcept {
  const std::scoped_lock lock(collecting_mutex_);
  try {
    prepared_.insert(prepared_.end(),
                     batch.requests.begin() + static_cast<std::ptrdiff_t>(prepared_.size()),
                     batch.requests.end());
  } catch (const std::bad_alloc&) {
    return false;
  }
  return true;
}

// It gets no more requests: the other does.
void CommitQueue::close(Batch& batch) noexcept {
  const std::scoped_lock lock(collecting_mutex_);
  prepared_.swap(batch.requests);  // which begin with those that were noted
  batch.requests.clear();
  collecting_ = 1 - collecting_;
}

void CommitQueue::prepare_from(std::size_t begin) noexcept {
  const auto fresh = std::span(prepared_).subspan(begin);
  if (!fresh.empty()) waits_for_more_ = prepare_(fresh);
}

void CommitQueue::follow(const Batch& batch, std::uint32_t seen) const noexcept {
  const auto is_done = [&] { return batch.completed.load(std::memory_order_acquire) != seen; };
  // A sync, too, may end before a thread has slept: where others run meanwhile, to let them costs
  // less than to sleep and be woken.
  if (!comes_soon(is_done, looks_among(expected_, waits_are_short_)))
    wait_while_equal(batch.completed, seen);
}

void CommitQueue::take_turn() noexcept {
  const auto is_taken = [this] { return turn_.try_lock(); };
  if (!waits_are_short_ || !comes_soon(is_taken, looks_among(expected_, true))) turn_.lock();
}

}  // namespace persist::engine
