// What is done to a database while one call fails: every operation of the engine, every command
// that writes.
#pragma once

#include <functional>
#include <persist/database.hpp>
#include <string>
#include <vector>

#include "simulation/memory_file_system.hpp"
#include "simulation/model.hpp"

namespace persist::simulation {

inline const std::string output_directory = "/out";

// The file system that fails, what lies below it, and what should be there.
struct Stage {
  FileSystem& files;
  MemoryFileSystem& memory;
  Model& model;

  // Records what has been promised by now, for power cuts.
  void note_promise() const;
};

struct Scenario {
  std::string name;
  // How the files that are there at the start are made; may be empty.
  std::function<Result<>(Stage&)> prepare;
  // Returns the first error of what is done. An error with code `mismatch` and no path is a
  // complaint about the library, and no fault's.
  std::function<Result<>(Stage&)> act;
  bool writes_to_output =
      false;  // a new database in output_directory; after an error there is none
};

[[nodiscard]] std::vector<Scenario> engine_scenarios();
[[nodiscard]] std::vector<Scenario> rewriting_scenarios();

[[nodiscard]] Options scenario_options(FsyncMode fsync,
                                       AolMode aol = AolMode::synchronous_on_commit,
                                       ReleaseLine line = ReleaseLine::v1_1);
// One commit, with its promise noted when `is_promise` and it is acknowledged; after an error it
// has to be invisible.
[[nodiscard]] Result<> commit_one(Stage& stage, Database& database, bool is_promise = true);

}  // namespace persist::simulation
