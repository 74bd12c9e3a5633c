#include "commands/loaded_info.hpp"

#include <persist/state.hpp>

#include "cli/signals.hpp"

namespace persist::app {

Result<LoadedInfo> load_info(Context& context, const Target& target, std::uint64_t max_memory_bytes,
                             std::atomic<std::uint64_t>& done) {
  LoadedInfo loaded;
  StateOptions state_options;
  state_options.on_damage = [&](const std::string& path, const Damage& damage) {
    loaded.damage_status = worse_of(loaded.damage_status, target.exit_status_of(path, damage));
  };
  state_options.max_memory_bytes = max_memory_bytes;
  state_options.temp_dir = context.temp_dir();
  state_options.log_end_offset = target.log_end_offset;
  state_options.progress = &done;
  state_options.should_stop = stop_requested;
  PERSIST_TRY_ASSIGN(const State state, State::load(context.files, target.log.get(),
                                                    target.snapshot.get(), state_options));
  InfoOptions options;
  options.max_memory_bytes = max_memory_bytes;
  options.temp_dir = context.temp_dir();
  options.should_stop = stop_requested;
  PERSIST_TRY_ASSIGN(
      loaded.report,
      info(context.files, {target.log.get(), target.snapshot.get(), target.log_end_offset}, state,
           options));
  loaded.report.damaged = loaded.damage_status != exit_success;
  return loaded;
}

}  // namespace persist::app
