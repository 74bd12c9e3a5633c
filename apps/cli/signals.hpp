// SIGINT, SIGTERM and SIGHUP ask the command to stop, SIGUSR1 asks for a line of progress, a closed
// pipe and a file beyond `ulimit -f` are ordinary write errors. The process's one piece of global
// state.
#pragma once

#include <chrono>

namespace persist::app {

void install_signal_handlers();

// The signal that asked to stop, 0: none did. A second one of them ends the process at once.
[[nodiscard]] int stop_signal() noexcept;
[[nodiscard]] inline bool stop_requested() noexcept {
  return stop_signal() != 0;
}

// For threads beside the command's own: signals then interrupt what the command itself waits for.
void block_signals_here();

// Sleeps until SIGUSR1, wake_up() or the timeout; true when a progress line was asked for.
[[nodiscard]] bool wait_for_progress_request(std::chrono::milliseconds timeout);
void wake_up() noexcept;

}  // namespace persist::app
