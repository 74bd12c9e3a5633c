// Transactions and damage as rows: NDJSON for scripts, aligned lines for people.
#pragma once

#include <persist/log_reader.hpp>
#include <persist/surrealdb_names.hpp>
#include <string>

#include "output/json.hpp"

namespace persist::app {

struct LogRowStyle {
  bool json = false;
  bool show_records = false;
  bool colour = false;
  Encoding encoding = Encoding::automatic;
  const SurrealNames* names = nullptr;  // null: records are not named
};

// Each appends whole lines to `out`.
void append_log_heading(std::string& out, const LogRowStyle& style);
void append_commit_row(std::string& out, const Commit& commit, const LogRowStyle& style);
void append_damage_row(std::string& out, const Damage& damage, const LogRowStyle& style);

}  // namespace persist::app
