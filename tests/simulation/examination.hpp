// What a program finds that opens a database after a power cut, and whether it can go on.
#pragma once

#include <optional>
#include <persist/database.hpp>
#include <persist/options.hpp>
#include <persist/result.hpp>
#include <string>

#include "simulation/image.hpp"
#include "simulation/model.hpp"

namespace persist::simulation {

// What a reader sees now.
[[nodiscard]] Result<Rows> rows_of(Database& database);

struct Finding {
  std::string problem;      // empty: it opened, took a commit, and has it after opening again
  bool is_refusal = false;  // opening says that what had been synced is damaged
  std::uint64_t rows_hash = 0;
  Version newest_version = 0;
};

// Opens the database of line `line`. `trace`, when not null, receives what opening did to the
// files.
[[nodiscard]] Finding examine(const Image& image, ReleaseLine line,
                              std::vector<Event>* trace = nullptr);

// The rows after a repair of everything whole, or why there are none.
[[nodiscard]] Result<Rows> rows_after_repair(const Image& image, ReleaseLine line);

// Whether verify finds no damage: a power cut leaves a torn tail at most. Returns what it finds.
[[nodiscard]] std::optional<std::string> find_damage(const Image& image);

}  // namespace persist::simulation
