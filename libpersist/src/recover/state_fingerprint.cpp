#include "recover/state_fingerprint.hpp"

namespace persist::recover {

Result<StateIdentity> identity_of(const State& state) {
  Fingerprint fingerprint;
  StateIdentity identity;
  PERSIST_TRY(state.for_each([&](const KeyState& key) {
    fingerprint.add(key.key, *key.versions.back().value);
    ++identity.live_keys;
    return true;
  }));
  identity.fingerprint = fingerprint.to_string();
  return identity;
}

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
  return identity_of(state);
}

}  // namespace persist::recover
