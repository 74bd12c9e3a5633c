// How far a long command is, on standard error: a bar with rate and time left on a terminal once it
// took a second, a plain line every ten seconds elsewhere, one line at once on SIGUSR1. `always`
// begins at once and ends with a line.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace persist::app {

enum class When { automatic, always, never };

// One is shown at a time: a second one, inside the first, shows nothing.
class Progress {
 public:
  struct State {
    std::string label;                          // "verify db/aol.bin"
    std::uint64_t total_bytes = 0;              // 0: not known
    std::function<std::uint64_t()> done_bytes;  // called from another thread
    When when = When::automatic;
    bool quiet = false;
  };
  explicit Progress(State state);
  // Takes the bar away.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

 private:
  struct Runner;
  std::unique_ptr<Runner> runner_;
};

// One line: "verify db/aol.bin: 43% of 1.2 GiB, 1.1 GiB/s, 1 s left". Seconds since the start.
[[nodiscard]] std::string progress_line(const Progress::State& state, std::uint64_t done_bytes,
                                        double seconds);
// The same with a bar, at most `width` columns.
[[nodiscard]] std::string progress_bar(const Progress::State& state, std::uint64_t done_bytes,
                                       double seconds, std::size_t width);

}  // namespace persist::app
