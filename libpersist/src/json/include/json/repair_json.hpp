// What a repair would bring back, or did, as `persist repair --json` prints it and as report.json
// keeps it beside the originals (schema persist.repair/1).
#pragma once

#include <map>
#include <persist/repair.hpp>
#include <persist/surrealdb_names.hpp>
#include <string>

#include "json/json.hpp"

namespace persist::json {

struct RepairReport {
  const RepairPlan& plan;
  const RepairOutcome* outcome = nullptr;  // null: nothing was written
  std::string target;                      // as typed
  std::string output;                      // as typed; empty: in place
  const SurrealNames& names;
  bool decode = false;  // records are named in JSON, too
  Encoding encoding = Encoding::automatic;
};

// The names of SurrealDB's that the report of a plan uses: none when nothing is lost or uncertain.
// Reads both files. Errors: those of opening and reading them.
[[nodiscard]] Result<SurrealNames> names_for(FileSystem& files, const RepairPlan& plan);

// SurrealDB's tables with the number of their records among the lost keys.
[[nodiscard]] std::map<std::string, std::uint64_t> lost_tables(const RepairReport& report);

[[nodiscard]] Json repair_json(const RepairReport& report);

}  // namespace persist::json
