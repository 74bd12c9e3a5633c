#include "cli/signals.hpp"

#include <semaphore.h>
#include <signal.h>

#include <atomic>
#include <cerrno>
#include <ctime>

namespace persist::app {
namespace {

std::atomic<int> stop_signal_number{0};
std::atomic<bool> progress_wanted{false};
sem_t progress_wake;

static_assert(std::atomic<int>::is_always_lock_free);

void on_stop(int number) {
  stop_signal_number.store(number);
  struct sigaction action{};
  action.sa_handler = SIG_DFL;
  sigaction(number, &action, nullptr);
}

void on_progress_request(int) {
  const int saved = errno;
  progress_wanted.store(true);
  sem_post(&progress_wake);
  errno = saved;
}

void handle(int number, void (*handler)(int), int flags) {
  struct sigaction action{};
  action.sa_handler = handler;
  action.sa_flags = flags;
  sigemptyset(&action.sa_mask);
  sigaction(number, &action, nullptr);
}

bool is_ignored(int number) {
  struct sigaction action{};
  sigaction(number, nullptr, &action);
  return action.sa_handler == SIG_IGN;
}

}  // namespace

void install_signal_handlers() {
  sem_init(&progress_wake, 0, 0);
  // Without SA_RESTART a read from a pipe and a sleep end when the command is asked to stop.
  handle(SIGINT, on_stop, 0);
  handle(SIGTERM, on_stop, 0);
  // Whoever said nohup wants the command to outlive its terminal.
  if (!is_ignored(SIGHUP)) handle(SIGHUP, on_stop, 0);
  handle(SIGUSR1, on_progress_request, SA_RESTART);
  handle(SIGPIPE, SIG_IGN, 0);
  handle(SIGXFSZ, SIG_IGN, 0);
}

void block_signals_here() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

int stop_signal() noexcept {
  return stop_signal_number.load(std::memory_order_relaxed);
}

bool wait_for_progress_request(std::chrono::milliseconds timeout) {
  timespec until{};
  clock_gettime(CLOCK_REALTIME, &until);
  const auto total_ns = until.tv_nsec + timeout.count() % 1000 * 1'000'000;
  until.tv_sec += timeout.count() / 1000 + total_ns / 1'000'000'000;
  until.tv_nsec = total_ns % 1'000'000'000;
  sem_timedwait(&progress_wake, &until);
  return progress_wanted.exchange(false);
}

void wake_up() noexcept {
  sem_post(&progress_wake);
}

}  // namespace persist::app
