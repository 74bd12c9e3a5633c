// The caller's progress function as the C++ library's two: bytes are counted, stopping is asked
// for.
#pragma once

#include <persist/persist.h>

#include <atomic>
#include <functional>
#include <mutex>

namespace persist::c {

// Outlives the calls that count into it.
class Progress {
 public:
  Progress(persist_progress report, void* context) noexcept : report_(report), context_(context) {}

  [[nodiscard]] std::atomic<std::uint64_t>* bytes() noexcept { return &bytes_; }
  void restart() noexcept { bytes_ = 0; }
  // May be asked by several threads; the caller's function is called by one at a time.
  [[nodiscard]] std::function<bool()> should_stop() {
    if (report_ == nullptr) return {};
    return [this] {
      const std::scoped_lock lock(mutex_);
      return report_(context_, bytes_) != 0;
    };
  }

 private:
  persist_progress report_;
  void* context_;
  std::atomic<std::uint64_t> bytes_{0};
  std::mutex mutex_;
};

}  // namespace persist::c
