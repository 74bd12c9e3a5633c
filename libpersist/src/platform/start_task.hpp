// Tasks that run beside their owner, whose results it takes in its own order.
#pragma once

#include <future>
#include <system_error>

namespace persist::platform {

// The task runs on a thread of its own; where none is to be had, when its result is asked for.
template <typename Task>
[[nodiscard]] auto start_task(const Task& task, std::launch launch = std::launch::async) {
  try {
    return std::async(launch, task);
  } catch (const std::system_error&) {
    return std::async(std::launch::deferred, task);
  }
}

}  // namespace persist::platform
