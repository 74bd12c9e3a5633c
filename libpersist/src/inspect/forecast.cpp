#include <sys/sysinfo.h>

#include <persist/forecast.hpp>
#include <persist/log_reader.hpp>

#include "inspect/clock.hpp"
#include "inspect/engines/loader.hpp"

namespace persist {
namespace {

using engines::Inputs;
using engines::Loader;

using Loaders = std::array<std::unique_ptr<Loader>, all_release_lines.size()>;

// What Linux grants one allocation at most as it is usually set up: all of its memory and swap.
std::uint64_t memory_and_swap_bytes() {
  struct sysinfo machine {};
  if (::sysinfo(&machine) != 0) return std::uint64_t{1} << 40U;
  return (std::uint64_t{machine.totalram} + machine.totalswap) * machine.mem_unit;
}

Result<Inputs> inputs_from(File* log, File* snapshot, const ForecastOptions& options) {
  Inputs inputs;
  inputs.log = log;
  inputs.snapshot = snapshot;
  if (options.log_end_offset) {
    inputs.log_length = *options.log_end_offset;
  } else if (log != nullptr) {
    PERSIST_TRY_ASSIGN(const FileInfo info, log->info());
    inputs.log_length = info.size_bytes;
  }
  inputs.now_ns = options.now_ns != 0 ? options.now_ns : nanoseconds_since_1970();
  inputs.max_allocation_bytes =
      options.max_allocation_bytes != 0 ? options.max_allocation_bytes : memory_and_swap_bytes();
  inputs.should_stop = options.should_stop;
  return inputs;
}

// The commits that are there, held against what each engine makes of the same bytes.
class Tally final : public LogSink {
 public:
  explicit Tally(Loaders& loaders) : loaders_(loaders) {}

  bool on_commit(const Commit& commit) override {
    bool all_over = true;
    for (const auto& loader : loaders_) {
      if (commit.trust != Trust::partial) loader->account_for(commit);
      all_over = all_over && loader->is_over();
    }
    return !all_over;
  }
  bool on_damage(const Damage&) override { return true; }

 private:
  Loaders& loaders_;
};

}  // namespace

Result<Forecast> forecast(File* log, File* snapshot, const ForecastOptions& options) {
  PERSIST_TRY_ASSIGN(const Inputs inputs, inputs_from(log, snapshot, options));
  Loaders loaders;
  for (const ReleaseLine line : all_release_lines) {
    auto& loader = loaders[static_cast<std::size_t>(line)];
    loader = engines::make_loader(line, inputs, nullptr);
    loader->load();
  }
  if (log != nullptr) {
    Tally tally(loaders);
    LogReadOptions read_options;
    read_options.end_offset = inputs.log_length;
    const auto read = read_log(*log, read_options, tally);
    if (!read && read.error().code != ErrorCode::newer_format) {
      return std::unexpected(read.error());
    }
  }
  Forecast forecast;
  for (const ReleaseLine line : all_release_lines) {
    const auto at = static_cast<std::size_t>(line);
    PERSIST_TRY_ASSIGN(forecast[at], loaders[at]->conclude());
  }
  return forecast;
}

}  // namespace persist
