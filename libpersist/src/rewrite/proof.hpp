// Reading new files back before they replace anything.
#pragma once

#include "rewrite/layout.hpp"

namespace persist::rewrite {

struct Expectation {
  Digest digest;
  Version clock = 0;
  std::optional<std::string> clock_key;  // see Written
  bool history = true;                   // else only the newest version of each live key
  bool renumbered = false;               // versions are not compared, only how many there are
  std::optional<ReleaseLine> line;       // whose engine has to read the files as they are
};

// Error `mismatch` when the files mean anything else than what is expected, or are not sound.
[[nodiscard]] Result<> prove(FileSystem& files, const SourceFiles& fresh,
                             const Expectation& expected, const RewriteOptions& options);

// Refuses, before anything is written, what will not fit beside `target`. Error `no_space`.
[[nodiscard]] Result<> check_space(FileSystem& files, const std::string& target,
                                   std::uint64_t needed_bytes);

}  // namespace persist::rewrite
