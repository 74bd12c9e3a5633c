// Steps over records without touching their values: whether bytes have the shape of a commit, asked
// of ranges of any size before any of them is taken into memory.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "log/window.hpp"

namespace persist::log {

// Where a record lies and what it says, but for its value.
struct RecordHead {
  std::string key;
  Version version = 0;
  bool has_value = false;
  std::uint64_t offset = 0;
  std::uint64_t value_offset = 0;  // `end` when there is no value
  std::uint64_t end = 0;           // may lie behind the window's end: then the file cuts the record
};

// The record at `offset`. None: no record can start there, or the bytes end within its head.
[[nodiscard]] Result<std::optional<RecordHead>> record_head_at(Window& window,
                                                               std::uint64_t offset);

// How far bytes from `begin` on are records of one version with ascending keys.
struct PayloadWalk {
  Version version = 0;            // 0: not even the first record decodes
  std::vector<std::string> keys;  // of whole records, the first few
  std::vector<std::uint64_t>
      boundaries;             // ends of whole records, ascending, the first few thousand
  std::uint64_t records = 0;  // whole ones
  std::uint64_t end = 0;      // behind the last whole record, `begin` when there is none
};
[[nodiscard]] Result<PayloadWalk> walk_payload(Window& window, std::uint64_t begin,
                                               std::uint64_t end);

}  // namespace persist::log
