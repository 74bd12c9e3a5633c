// What repair says: JSON for scripts and report.json, text for people.
#pragma once

#include <string>

#include "json/repair_json.hpp"
#include "output/json.hpp"

namespace persist::app {

using json::lost_tables;
using json::repair_json;
using json::RepairReport;

// Ends with what to do next. `maps`: the files drawn, or nothing.
[[nodiscard]] std::string repair_text(const RepairReport& report, const std::string& maps,
                                      bool colour);

}  // namespace persist::app
