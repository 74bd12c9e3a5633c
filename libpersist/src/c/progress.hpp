// The caller's progress function as the C++ library's two: bytes are counted, stopping is asked
// for.
#pragma once

#include <persist/persist.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <persist/result.hpp>

namespace persist::c {

// Outlives the calls that count into it.
class Progress {
 public:
  Progress(persist_progress report, void* context) noexcept : report_(report), context_(context) {}

  [[nodiscard]] std::atomic<std::uint64_t>* bytes() noexcept { return &bytes_; }
  // Starts a call, unless the caller stops it at once. So the function is asked at least once,
  // however little there is to read.
  [[nodiscard]] Result<> start() {
    bytes_ = 0;
    const auto stops = should_stop();
    if (!stops || !stops()) return {};
    return fail(ErrorCode::interrupted, {}, "stopped as asked");
  }
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
