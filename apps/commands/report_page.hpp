// The page that `persist report` writes.
#pragma once

#include <persist/info.hpp>
#include <persist/repair.hpp>
#include <persist/verify.hpp>
#include <string>
#include <vector>

#include "commands/command.hpp"

namespace persist::app {

// A log's commits, summed up in slices of equal length, for drawing.
struct LogSlice {
  std::uint64_t commits = 0;
  Version last_version = 0;  // 0: no commit begins in it
};

struct ReportData {
  std::string target;
  InfoReport info;
  VerifyReport check;
  std::optional<RepairPlan> plan;  // none: nothing could be planned
  std::vector<LogSlice> slices;
};

[[nodiscard]] std::string report_page(const ReportData& data);

}  // namespace persist::app
