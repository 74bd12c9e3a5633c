// A thread that does one thing at an interval, and remembers how it went.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <persist/stats.hpp>
#include <thread>

namespace persist::engine {

class PeriodicWorker {
 public:
  // Returns whether there was anything to do. Called on the worker's thread only. Memory that runs
  // out in it is an error like any other.
  using Task = std::function<Result<bool>()>;

  PeriodicWorker(std::chrono::milliseconds interval, Task task);
  ~PeriodicWorker();
  PeriodicWorker(const PeriodicWorker&) = delete;
  PeriodicWorker& operator=(const PeriodicWorker&) = delete;

  // Returns when the task is not running and will not run again.
  void stop();
  [[nodiscard]] WorkerReport report() const;

 private:
  void work() noexcept;
  [[nodiscard]] Result<bool> try_task() noexcept;
  void run_task() noexcept;

  const std::chrono::milliseconds interval_;
  const Task task_;
  mutable std::mutex mutex_;
  std::condition_variable stopping_;
  bool is_stopping_ = false;
  WorkerReport report_;
  std::thread thread_;  // last: it uses all the others
};

}  // namespace persist::engine
