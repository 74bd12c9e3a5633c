#include "platform/background_worker.hpp"

#include <system_error>
#include <utility>

namespace persist::platform {

BackgroundWorker::~BackgroundWorker() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

bool BackgroundWorker::start_thread() {
  try {
    thread_ = std::thread([this] { work(); });
    return true;
  } catch (const std::system_error&) {
    return false;
  }
}

void BackgroundWorker::submit(Task task, Urgency urgency) {
  if (!thread_.joinable() && !start_thread()) {
    task();
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    if (urgency == Urgency::first) {
      waiting_.push_front(std::move(task));
    } else {
      waiting_.push_back(std::move(task));
    }
  }
  wake_.notify_one();
}

void BackgroundWorker::wait_until_idle() {
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [this] { return waiting_.empty() && !is_working_; });
  if (failure_) std::rethrow_exception(failure_);
}

void BackgroundWorker::work() noexcept {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return is_stopping_ || !waiting_.empty(); });
    if (is_stopping_) return;
    Task task = std::move(waiting_.front());
    waiting_.pop_front();
    is_working_ = true;
    const bool goes_on = failure_ == nullptr;
    lock.unlock();
    std::exception_ptr thrown;
    try {
      if (goes_on) task();
    } catch (...) {
      thrown = std::current_exception();
    }
    task = nullptr;
    lock.lock();
    if (thrown) failure_ = thrown;
    is_working_ = false;
    if (waiting_.empty()) idle_.notify_all();
  }
}

}  // namespace persist::platform
