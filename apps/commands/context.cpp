#include <algorithm>
#include <array>
#include <cstdlib>

#include "cli/signals.hpp"
#include "commands/command.hpp"

namespace persist::app {

std::string Context::temp_dir() const {
  if (options.temp_dir) return *options.temp_dir;
  const char* from_environment = std::getenv("TMPDIR");  // NOLINT(concurrency-mt-unsafe)
  return from_environment != nullptr && *from_environment != '\0' ? from_environment : "/tmp";
}

Progress::State Context::progress_of(std::string label, std::uint64_t total_bytes,
                                     std::function<std::uint64_t()> done_bytes) const {
  return {std::move(label), total_bytes, std::move(done_bytes), options.progress, options.quiet};
}

int exit_status_of(const Error& error, Doing doing) noexcept {
  switch (error.code) {
    case ErrorCode::not_found:
    case ErrorCode::dangling_link:
    case ErrorCode::permission:
      return doing == Doing::reading ? exit_no_input : exit_cant_create;
    case ErrorCode::exists:
      return exit_cant_create;
    case ErrorCode::no_space:
    case ErrorCode::io:
    case ErrorCode::poisoned:
    case ErrorCode::no_memory:
      return exit_io_error;
    case ErrorCode::busy:
    case ErrorCode::changed:
    case ErrorCode::queue_full:
    case ErrorCode::conflict:
      return exit_busy;
    case ErrorCode::damaged:
    case ErrorCode::not_a_database:
    case ErrorCode::newer_format:
    case ErrorCode::mismatch:
      return exit_damage;
    case ErrorCode::limit:  // the caller's or the format's, unless it was the system's
      return error.os_error == 0 ? exit_damage : exit_io_error;
    case ErrorCode::invalid_argument:
    case ErrorCode::unsupported:
    case ErrorCode::closed:
    case ErrorCode::read_only:
      return exit_usage;
    case ErrorCode::interrupted:
      return exit_signal_base + (stop_requested() ? stop_signal() : 2);
  }
  return exit_io_error;
}

int exit_status_of(FileKind file, const Damage& damage) noexcept {
  if (file == FileKind::snapshot || !damage.is_torn_tail) return exit_damage;
  return damage.code == DamageCode::damaged_header || damage.offset > 0 ? exit_finding
                                                                        : exit_damage;
}

int fail_with(const Error& error, Doing doing) {
  if (error.code != ErrorCode::interrupted) log_error(error);
  return exit_status_of(error, doing);
}

int fail_usage(std::string_view message) {
  log_error(message);
  return exit_usage;
}

int worse_of(int a, int b) noexcept {
  constexpr std::array mild{exit_success, exit_finding, exit_partial, exit_damage};
  const auto rank = [&](int status) {
    const auto* at = std::find(mild.begin(), mild.end(), status);
    return at == mild.end() ? status : static_cast<int>(at - mild.begin());
  };
  return rank(a) >= rank(b) ? a : b;
}

}  // namespace persist::app
