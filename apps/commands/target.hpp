// TARGET: a database directory, a log file, a snapshot file, or - for standard input. One place
// decides what it is, opens it for reading and finds out whether somebody is writing there.
#pragma once

#include <memory>
#include <optional>
#include <persist/database_files.hpp>
#include <persist/verify.hpp>
#include <string>
#include <vector>

#include "commands/command.hpp"

namespace persist::app {

struct Target {
  std::string name;     // as typed
  DatabaseFiles files;  // an empty path: that file is not part of the target
  bool is_directory = false;
  bool is_stream = false;  // standard input, or a pipe by its path: it cannot be opened again

  // Open for reading; null when that file is not part of the target or not there. Reading from them
  // ends with `interrupted` when the command was asked to stop.
  std::unique_ptr<File> log;
  std::unique_ptr<File> snapshot;
  std::uint64_t log_bytes = 0;
  std::uint64_t snapshot_bytes = 0;

  // Somebody writes there now. The log is then read up to the length it had when it was opened, and
  // an unfinished end is no finding.
  bool live = false;
  std::optional<std::uint64_t> log_end_offset;

  [[nodiscard]] std::uint64_t total_bytes() const noexcept { return log_bytes + snapshot_bytes; }
  // Whether a finding is only where the live writer was when the log was opened.
  [[nodiscard]] bool is_unfinished_end(const Damage& damage) const noexcept;
  // What damage of the file at `path`, one of the two, means for the exit status.
  [[nodiscard]] int exit_status_of(const std::string& path, const Damage& damage) const noexcept;
};

// What is said for people of a target that somebody writes to.
inline constexpr std::string_view live_text = "live: another process writes there";
[[nodiscard]] std::string live_line(const std::string& target);
// The same on standard error, where standard output has rows and nothing but rows.
void warn_if_live(const Target& target);

// The positional TARGET (required) or TARGET... of a command.
void declare_target(Parser& parser, std::string& into);
void declare_targets(Parser& parser, std::vector<std::string>& into);

// --decode surrealdb. Other engines on these files may come.
enum class Decode { nothing, surrealdb };
void declare_decode(Parser& parser, Decode& into);

// The files of the database in `directory`, where --aol-path and --snapshot-path say.
[[nodiscard]] DatabaseFiles files_in(const Context& context, const std::string& directory);
// For commands that take a database directory and no other target. Errors: not_found when there is
// nothing; invalid_argument for what is no directory.
[[nodiscard]] Result<> check_directory(Context& context, const std::string& name);

// Decides what `name` stands for, without opening a directory's files and without looking for
// writers: for commands whose library call does both itself. A lone file and standard input are
// open then. Errors: as open_target, but a directory with neither file is none.
[[nodiscard]] Result<Target> resolve_target(Context& context, const std::string& name);

// Opens what `name` stands for. Errors: not_found when there is nothing, or a directory with
// neither file; permission; io; interrupted.
[[nodiscard]] Result<Target> open_target(Context& context, const std::string& name);

// Whether a file can be made at `output`: no directory is there, and it is, or would become, no
// file of the database that is read. Errors: exists.
[[nodiscard]] Result<> check_output_file(Context& context, const std::string& target,
                                         const std::string& output);

// For dry runs. Whether a file can be made at `path`, or in it when it is a directory; what is
// missing of its directories counts as made. Errors: permission, also of a read-only file system.
[[nodiscard]] Result<> check_writable(const std::string& path);
[[nodiscard]] Result<> check_writable(std::initializer_list<std::string> paths);

// Whether standard input is among them more than once: the second would find it empty.
[[nodiscard]] bool reads_input_twice(std::span<const std::string> targets) noexcept;

// Whether a live log was replaced or cut while it was read, so that what was read belongs to no one
// instant. The caller opens the target again.
[[nodiscard]] Result<bool> changed_underneath(Context& context, const Target& target);

// What a lone file holds, judged by its first bytes; none: they tell nothing.
[[nodiscard]] std::optional<FileKind> recognize(ByteView first_bytes);

}  // namespace persist::app
