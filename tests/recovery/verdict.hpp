// How what the library's reader brings back from a damaged log compares with the truth.
#pragma once

#include <string>

#include "recovery/damage_kinds.hpp"

namespace persist::recovery {

enum class Outcome { good, lost, invented };
// Of rows that were never written, the worst: what the reader, or the file, says of them.
enum class Invention {
  none,
  unbroken,   // the bytes read as a sound log's: nothing in the file contradicts them
  uncertain,  // listed as such, and left out by repair --strict
  untold,     // handed on as whole although the bytes around them are no records
};

struct Verdict {
  Outcome outcome = Outcome::good;
  Invention invention = Invention::none;
  // Rows are as good as the format allows, but a whole commit was left out, or a record that was
  // never written was handed on, below newer ones.
  bool strict_lost = false;
  bool strict_invented = false;
  std::string why;
};

// Reads `damaged` with the library's reader.
[[nodiscard]] Verdict judge(const SoundLog& log, const DamagedLog& damaged);

}  // namespace persist::recovery
