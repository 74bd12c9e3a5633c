#include "engine/periodic_worker.hpp"

#include <new>
#include <utility>

#include "engine/out_of_memory.hpp"

namespace persist::engine {

PeriodicWorker::PeriodicWorker(std::chrono::milliseconds interval, Task task)
    : interval_(interval), task_(std::move(task)), thread_([this] { work(); }) {}

PeriodicWorker::~PeriodicWorker() {
  stop();
}

void PeriodicWorker::stop() {
  {
    const std::scoped_lock lock(mutex_);
    is_stopping_ = true;
  }
  stopping_.notify_one();
  if (thread_.joinable()) thread_.join();
}

WorkerReport PeriodicWorker::report() const {
  const std::scoped_lock lock(mutex_);
  return report_;
}

void PeriodicWorker::work() noexcept {
  std::unique_lock lock(mutex_);
  while (!stopping_.wait_for(lock, interval_, [this] { return is_stopping_; })) {
    lock.unlock();
    run_task();
    lock.lock();
  }
}

Result<bool> PeriodicWorker::try_task() noexcept {
  try {
    return task_();
  } catch (const std::bad_alloc&) {
    return out_of_memory();
  }
}

void PeriodicWorker::run_task() noexcept {
  const auto begin = std::chrono::steady_clock::now();
  auto done = try_task();
  const auto duration = std::chrono::steady_clock::now() - begin;
  if (done && !*done) return;
  const std::scoped_lock lock(mutex_);
  ++report_.runs;
  report_.last_duration = duration;
  report_.last_error = done ? std::nullopt : std::optional(std::move(done).error());
}

}  // namespace persist::engine
