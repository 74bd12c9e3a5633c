// The page that `persist report` writes.
#pragma once

#include <persist/info.hpp>
#include <persist/repair.hpp>
#include <persist/surrealdb_names.hpp>
#include <persist/verify.hpp>
#include <string>

#include "commands/command.hpp"

namespace persist::app {

struct ReportData {
  std::string target;
  InfoReport info;
  VerifyReport check;
  SurrealNames names;
  std::optional<RepairPlan> plan;
  std::string no_plan;  // why there is none
};

[[nodiscard]] std::string report_page(const ReportData& data);

}  // namespace persist::app
