// The repaired files while they are still temporary: built, synced, read back, not yet swapped in.
#pragma once

#include "recover/survey.hpp"
#include "rewrite/two_file_swap.hpp"

namespace persist::recover {

struct NewFiles {
  rewrite::NewFiles files;
  std::uint64_t log_records = 0;
  std::uint64_t snapshot_entries = 0;
};

enum class Unchanged { leave, copy };

struct Destination {
  DatabaseFiles files;
  Unchanged unchanged = Unchanged::leave;  // a file that needs no repair is left out or copied
  // A temporary file beside one of them.
  std::function<Result<AtomicFile>(const std::string& target, std::string_view suffix)> create;
};

// Errors: those of `create`, of AtomicFile and of reading; interrupted.
[[nodiscard]] Result<NewFiles> build_files(FileSystem& files, const RepairPlan& plan,
                                           const RepairOptions& options, const Destination& to);

// What the new files and those that stay mean together, read back from the disk.
struct Proof {
  std::string fingerprint;
  std::uint64_t live_keys = 0;
};

// Error `damaged` when the new files are not clean, or not what was planned.
[[nodiscard]] Result<Proof> prove(FileSystem& files, const RepairPlan& plan, NewFiles& built,
                                  const RepairOptions& options);

// Bytes that a repair needs at most, beside each file: for the space check.
[[nodiscard]] std::uint64_t bytes_needed(const RepairPlan& plan) noexcept;

}  // namespace persist::recover
