// A database in memory, for targets that work on whole ones.
#pragma once

#include <persist/state.hpp>
#include <string>

#include "fuzz/check.hpp"
#include "fuzz/input.hpp"
#include "simulation/memory_file_system.hpp"

namespace persist::fuzz {

// 2027: above what the seeds hold, so that versions that are times are in the past.
inline constexpr std::uint64_t now_ns = 1'800'000'000'000'000'000;

// Small, so that sorted runs are spilled, too.
inline constexpr std::uint64_t max_memory_bytes = 1U << 20U;

[[nodiscard]] inline DatabaseFiles database_at(const std::string& directory) {
  return database_files(directory, {});
}

// The input's files in /db; /tmp is there, too.
[[nodiscard]] inline simulation::Image image_of(const DatabaseInput& input) {
  simulation::Image image;
  image.directories = {"/db", "/tmp"};
  const auto put = [&image](const std::string& path, const std::string& bytes) {
    if (bytes.empty()) return;
    image.names.emplace(path, image.files.size());
    image.files.push_back(bytes);
  };
  put("/db/aol.bin", input.log);
  put("/db/snapshot.bin", input.snapshot);
  return image;
}

[[nodiscard]] inline Result<State> load(FileSystem& files, const std::string& directory,
                                        bool history = false) {
  StateOptions options;
  options.history = history;
  options.max_memory_bytes = max_memory_bytes;
  return State::load(files, database_at(directory), options);
}

// Keys, versions and values of all that a state has, as bytes that can be compared.
[[nodiscard]] std::string rows_of(const State& state);
[[nodiscard]] std::string fingerprint_of(const State& state);
// Records without a checksum.
[[nodiscard]] bool has_legacy_part(const State& state);

}  // namespace persist::fuzz
