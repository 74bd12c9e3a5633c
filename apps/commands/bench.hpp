// What the operations of `persist bench` share: their options, and how a result is shown.
#pragma once

#include <functional>
#include <vector>

#include "commands/command.hpp"

namespace persist::app {

struct BenchOptions {
  std::uint64_t runs = 5;
};

// One operation, measured several times beside the fastest that the hardware can do with the same
// bytes, in the same run: only their ratio means something on another day.
struct Measured {
  std::vector<double> seconds;        // of each run
  std::vector<double> floor_seconds;  // of the floor's runs
  std::uint64_t bytes = 0;            // that one run works through
  std::uint64_t records = 0;
  std::string floor;  // what the floor is, for people
  // As JSON: the last line of a stream, which has its schema in the first.
  bool ends_stream = false;
};

// Seconds that `work` takes; its error when it fails.
[[nodiscard]] Result<double> time_of(const std::function<Result<>()>& work);

// The JSON object or the table. `more` may add members.
void show_measured(Context& context, std::string_view operation, const Measured& measured,
                   const std::function<void(Json&)>& more = {});

// Load, verify, dump and snapshot of a target that is only read.
enum class ReadBench { load, verify, dump, snapshot };
[[nodiscard]] int run_read_bench(ReadBench operation, const std::string& target,
                                 const BenchOptions& options, Context& context);

}  // namespace persist::app
