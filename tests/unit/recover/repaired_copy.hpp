// Copies of real databases, planned and repaired.
#pragma once

#include <filesystem>
#include <persist/repair.hpp>

#include "support/catch.hpp"
#include "support/real_files.hpp"
#include "support/temporary_directory.hpp"

namespace persist::test {

namespace fs = std::filesystem;

// A copy of a real database that a test may change.
class Copy {
 public:
  explicit Copy(const std::string& name) {
    for (const char* file : {"aol.bin", "snapshot.bin"}) {
      const fs::path from = testdata(name + "/" + file);
      if (!fs::exists(from)) continue;
      fs::copy_file(from, directory_ / file);
      fs::permissions(directory_ / file, fs::perms(0644));
    }
  }
  [[nodiscard]] std::string operator/(std::string_view name) const { return directory_ / name; }
  [[nodiscard]] const std::string& path() const { return directory_.path(); }
  [[nodiscard]] DatabaseFiles files() const { return database_files(directory_.path(), {}); }
  [[nodiscard]] std::vector<std::string> names() const { return directory_.names(); }

 private:
  TemporaryDirectory directory_;
};

inline RepairPlan planned(const DatabaseFiles& database, const RepairOptions& options = {}) {
  auto plan = plan_repair(posix_file_system(), database, options);
  if (!plan) FAIL(plan.error().to_string());
  return *plan;
}

inline Result<RepairOutcome> apply(FileSystem& files, const RepairPlan& plan,
                                   const RepairOptions& options = {}) {
  return apply_repair(files, plan, options,
                      [](const RepairPlan&, const RepairOutcome&) { return "{}\n"; });
}

inline RepairOutcome applied(const RepairPlan& plan, const RepairOptions& options = {}) {
  auto outcome = apply(posix_file_system(), plan, options);
  if (!outcome) FAIL(outcome.error().to_string());
  return *outcome;
}

}  // namespace persist::test
