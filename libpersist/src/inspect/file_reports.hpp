// What a reader summed up, as the report of its file.
#pragma once

#include <persist/verify.hpp>

namespace persist {

// Without findings.
[[nodiscard]] FileReport report_of(const std::string& path, const LogSummary& summary);
[[nodiscard]] FileReport report_of(const std::string& path, const SnapshotSummary& summary);

}  // namespace persist
