// `persist bench append`: commits a second into a database.
#pragma once

#include <chrono>
#include <optional>
#include <persist/options.hpp>

#include "commands/command.hpp"

namespace persist::app {

struct FsyncChoice {
  FsyncMode mode = FsyncMode::every_append;
  std::chrono::milliseconds interval{1000};
};

struct AppendCommand {
  std::uint64_t writers = 1;
  AolMode aol = AolMode::synchronous_on_commit;
  FsyncChoice fsync;
  std::uint64_t value_size_bytes = 100;
  std::uint64_t keys_per_commit = 1;
  double seconds = 5;
  std::optional<std::uint64_t> commits;
  bool acks = false;
  bool dry_run = false;
  std::optional<std::chrono::milliseconds> snapshot_every;
  std::optional<ReleaseLine> line;  // none: that of the files
};

void declare_append_options(Parser& parser, AppendCommand& command);
[[nodiscard]] int run_append_bench(const std::string& directory, const AppendCommand& command,
                                   Context& context);

}  // namespace persist::app
