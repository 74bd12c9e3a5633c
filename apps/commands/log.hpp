// What the parts of `persist log` share: listing, following, and looking at bytes.
#pragma once

#include <optional>
#include <persist/log_reader.hpp>
#include <persist/surrealdb_names.hpp>
#include <string>

#include "cli/values.hpp"
#include "commands/target.hpp"

namespace persist::app {

struct LogOptions {
  std::string target;
  bool show_records = false;
  std::optional<std::string> key;
  std::optional<PointInTime> since;
  std::optional<PointInTime> until;
  bool reverse = false;
  bool follow = false;
  std::optional<std::uint64_t> hex_offset;
  Decode decode = Decode::nothing;
};

// Which transactions are asked for.
class LogFilter {
 public:
  LogFilter(const LogOptions& options, std::string log_path)
      : options_(options), log_path_(std::move(log_path)) {}
  [[nodiscard]] bool admits(const Commit& commit);
  // A time was given for a log whose versions are no times.
  [[nodiscard]] const std::optional<Error>& problem() const noexcept { return problem_; }

 private:
  const LogOptions& options_;
  std::string log_path_;
  std::optional<Error> problem_;
};

// The names that --decode asks for; empty without it.
[[nodiscard]] Result<SurrealNames> names_for(const LogOptions& options, const Target& target);

// Lists the log and then what is added to it, until interrupted: behind a version that --until
// leaves out there may yet come one that it does not, for commits that ran at the same time lie in
// any order. Returns an exit status.
[[nodiscard]] int follow_log(const LogOptions& options, Context& context, const Target& target);

// The bytes of the transaction at or before --hex's offset, field by field.
[[nodiscard]] int print_hex(const LogOptions& options, Context& context, const Target& target);

}  // namespace persist::app
