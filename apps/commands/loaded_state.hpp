// A target's state for the commands that look at it: opened, loaded with progress, damage reported,
// and loaded again when a live log changed underneath.
#pragma once

#include <optional>
#include <persist/state.hpp>

#include "cli/values.hpp"
#include "commands/target.hpp"

namespace persist::app {

struct LoadRequest {
  std::string target;
  std::optional<PointInTime> at;
  bool history = false;
};

struct LoadedState {
  Target target;
  State state;
  // What damage alone makes of the command: exit_success, exit_finding for a torn tail,
  // exit_damage.
  int damage_status = exit_success;
  double seconds = 0;  // that loading took
};

// Errors: those of open_target and State::load; invalid_argument when `at` is a time and the
// database counts its versions. Damage is logged as warnings.
[[nodiscard]] Result<LoadedState> load_state(Context& context, const LoadRequest& request);

}  // namespace persist::app
