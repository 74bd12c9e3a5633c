// The commit that no frame can hold, as everybody refuses it who writes frames.
#pragma once

#include <cstdint>
#include <persist/formats/frame.hpp>
#include <persist/result.hpp>
#include <string>

namespace persist::log {

// Of a payload that is to be written to the log at `path` (empty: the caller knows). Error `limit`.
[[nodiscard]] inline Result<> check_payload_fits(std::uint64_t length_bytes,
                                                 const std::string& path) {
  if (length_bytes <= formats::max_payload_length_bytes) return {};
  return fail(ErrorCode::limit, path, "a commit is larger than the 4 GiB that a frame can hold",
              "split it, or write a legacy log (lines 0.18 and 0.27), which can hold it");
}

}  // namespace persist::log
