// One thread that works off tasks while its owner goes on.
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>

namespace persist::platform {

class BackgroundWorker {
 public:
  enum class Urgency { in_turn, first };
  using Task = std::function<void()>;

  BackgroundWorker() = default;
  // Waits for the task that is running and drops the others.
  ~BackgroundWorker();
  BackgroundWorker(const BackgroundWorker&) = delete;
  BackgroundWorker& operator=(const BackgroundWorker&) = delete;

  // The first call starts the thread; a machine that refuses one runs the task here.
  void submit(Task task, Urgency urgency = Urgency::in_turn);
  // Returns when everything submitted has been done; what tasks wrote may then be read. Throws what
  // the first task threw that did, now and ever after: nothing behind it is done.
  void wait_until_idle();

 private:
  [[nodiscard]] bool start_thread();
  void work() noexcept;

  std::thread thread_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable idle_;
  std::deque<Task> waiting_;
  std::exception_ptr failure_;
  bool is_working_ = false;
  bool is_stopping_ = false;
};

}  // namespace persist::platform
