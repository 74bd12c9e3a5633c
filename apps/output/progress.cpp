#include "output/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <new>
#include <system_error>
#include <thread>

#include "cli/signals.hpp"
#include "output/bytes.hpp"
#include "output/log.hpp"
#include "output/table.hpp"
#include "output/terminal.hpp"
#include "output/time.hpp"

namespace persist::app {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds first_bar_after{1000};
constexpr milliseconds bar_every{100};
constexpr milliseconds line_every{10'000};

// There is one terminal line, and one semaphore that SIGUSR1 raises.
std::atomic<bool> is_one_shown{false};

void put_to_stderr(std::string_view text) {
  // Progress is worth no error: what a full or closed standard error loses is lost.
  [[maybe_unused]] const auto ignored = ::write(STDERR_FILENO, text.data(), text.size());
}

double fraction_of(const Progress::State& state, std::uint64_t done_bytes) {
  if (state.total_bytes == 0) return 0;
  return std::min(1.0, static_cast<double>(done_bytes) / static_cast<double>(state.total_bytes));
}

// Whole seconds: the rate's own trembling makes fractions of them noise.
std::string rest_text(double seconds) {
  const double whole = std::ceil(seconds);
  return whole < 60 ? fmt::format("{:.0f} s", whole) : duration_text(whole);
}

// "1.1 GiB/s, 12 s left"
std::string rate_and_rest(const Progress::State& state, std::uint64_t done_bytes, double seconds) {
  if (seconds <= 0 || done_bytes == 0) return "starting";
  const double rate = static_cast<double>(done_bytes) / seconds;
  std::string text = size_text(static_cast<std::uint64_t>(rate)) + "/s";
  if (state.total_bytes > done_bytes) {
    text += ", " + rest_text(static_cast<double>(state.total_bytes - done_bytes) / rate) + " left";
  }
  return text;
}

}  // namespace

std::string progress_line(const Progress::State& state, std::uint64_t done_bytes, double seconds) {
  const std::string rest = rate_and_rest(state, done_bytes, seconds);
  if (state.total_bytes == 0)
    return fmt::format("{}: {}, {}", state.label, size_text(done_bytes), rest);
  return fmt::format("{}: {:.0f}% of {}, {}", state.label, 100 * fraction_of(state, done_bytes),
                     size_text(state.total_bytes), rest);
}

std::string progress_bar(const Progress::State& state, std::uint64_t done_bytes, double seconds,
                         std::size_t width) {
  const std::string rest = rate_and_rest(state, done_bytes, seconds);
  if (state.total_bytes == 0) return progress_line(state, done_bytes, seconds);
  const double fraction = fraction_of(state, done_bytes);
  const std::string tail = fmt::format(" {:3.0f}%  {}", 100 * fraction, rest);
  const std::size_t taken = display_width(state.label) + display_width(tail) + 4;
  if (taken + 8 > width) return progress_line(state, done_bytes, seconds);
  const std::size_t cells = std::min<std::size_t>(width - taken, 40);
  const auto full = static_cast<std::size_t>(fraction * static_cast<double>(cells));
  return fmt::format("{} [{}{}]{}", state.label, std::string(full, '#'),
                     std::string(cells - full, '.'), tail);
}

struct Progress::Runner {
  explicit Runner(Progress::State given) : state(std::move(given)), thread([this] { work(); }) {}
  ~Runner() {
    stopping = true;
    wake_up();
    thread.join();
    if (bar_shown) put_to_stderr("\r\x1b[K");
    is_one_shown = false;
  }

  // Progress is worth no memory that the command itself lacks.
  void work() noexcept {
    try {
      show_until_stopped();
    } catch (const std::bad_alloc&) {
      return;
    }
  }

  void show_until_stopped() {
    block_signals_here();
    const bool always = state.when == When::always;
    const bool wanted = always || (!state.quiet && state.when == When::automatic);
    const bool as_bar = wanted && !as_json && ::isatty(STDERR_FILENO) != 0;
    const milliseconds interval = as_bar ? bar_every : line_every;
    auto next = Clock::now() + (always ? milliseconds{0} : as_bar ? first_bar_after : line_every);
    while (!stopping) {
      const auto until = std::chrono::ceil<milliseconds>(next - Clock::now());
      const bool asked = wait_for_progress_request(std::max(until, milliseconds{0}));
      if (stopping) break;
      const bool due = Clock::now() >= next;
      if (due) next = Clock::now() + interval;
      if (asked || (due && wanted && !as_bar)) print_line();
      if (due && as_bar) draw_bar();
    }
    if (always && !as_bar) print_line();
  }

  double seconds() const { return std::chrono::duration<double>(Clock::now() - began).count(); }

  void print_line() {
    const std::string line = progress_line(state, state.done_bytes(), seconds());
    if (as_json) return log_progress(line);
    put_to_stderr((bar_shown ? "\r\x1b[K" : "") + line + "\n");
  }

  void draw_bar() {
    bar_shown = true;
    const std::size_t width = terminal_columns(STDERR_FILENO).value_or(80) - 1;
    put_to_stderr("\r" + progress_bar(state, state.done_bytes(), seconds(), width) + "\x1b[K");
  }

  Progress::State state;
  // Every line is an object then, whoever reads them: a bar is none.
  const bool as_json = log_style() == LogStyle::json;
  Clock::time_point began = Clock::now();
  bool bar_shown = false;  // the thread's, until it is joined
  std::atomic<bool> stopping{false};
  std::thread thread;  // last: it uses all of the above
};

// What is read in a few milliseconds is not worth a thread.
constexpr std::uint64_t least_bytes = std::uint64_t{16} << 20U;

Progress::Progress(State state) {
  const bool is_short = state.total_bytes > 0 && state.total_bytes < least_bytes;
  if (is_short && state.when != When::always) return;
  if (is_one_shown.exchange(true)) return;
  try {
    runner_ = std::make_unique<Runner>(std::move(state));
  } catch (const std::system_error&) {  // no thread to be had: nothing is shown
    is_one_shown = false;
  }
}
Progress::~Progress() = default;

}  // namespace persist::app
