#include "recover/state_fingerprint.hpp"

namespace persist::recover {

Result<StateIdentity> identify_state(FileSystem& files, File* log, File* snapshot,
                                     const Rules& rules, const RepairOptions& options) {
  StateOptions state_options;
  state_options.strict = rules.strict;
  state_options.max_memory_bytes = options.max_memory_bytes;
  state_options.temp_dir = options.temp_dir;
  state_options.keep_commit = [&rules](const Commit& commit) { return rules.keeps(commit); };
  state_options.progress = options.progress;
  state_options.should_stop = options.should_stop;
  PERSIST_TRY_ASSIGN(const State state, State::load(files, log, snapshot, state_options));
  return state.identity();
}

}  // namespace persist::recover
