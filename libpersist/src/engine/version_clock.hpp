// Which version a commit gets (formats/README.md, "Release lines"): nanoseconds since 1970 up to
// line 0.18, a counter from 0.27 on; always above every version seen.
#pragma once

#include <algorithm>
#include <chrono>
#include <limits>
#include <persist/formats/bytes.hpp>
#include <persist/release_line.hpp>

namespace persist::engine {

[[nodiscard]] inline Version next_version(ReleaseLine line, Version last) noexcept {
  if (line != ReleaseLine::v0_18) return last + 1;
  const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
  const auto now = std::chrono::duration_cast<std::chrono::nanoseconds>(since_1970).count();
  // A clock that jumps back, or two commits in one nanosecond, must not repeat a version.
  return std::max(static_cast<Version>(std::max<std::int64_t>(now, 0)), last + 1);
}

// The first version that starting the line's engine on the files would refuse.
[[nodiscard]] constexpr Version version_limit(ReleaseLine line) noexcept {
  switch (line) {
    case ReleaseLine::v0_18:
      return std::numeric_limits<Version>::max();
    case ReleaseLine::v0_27:
    case ReleaseLine::v1_0:
      return version_limit_0_27;
    case ReleaseLine::v1_1:
      return version_limit_1_1;
  }
  return version_limit_1_1;
}

}  // namespace persist::engine
