// How calls fail: every one returns Result<T>; nothing in this library throws on bad input.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <utility>

namespace persist {

enum class ErrorCode {
  not_found,         // the file or directory is not there
  permission,        // it may not be touched, or its name cannot be followed
  exists,            // an output is already there
  no_space,          // ENOSPC, EDQUOT
  io,                // any other error of the file system
  damaged,           // bytes that no release writes
  not_a_database,    // the target is no such file at all
  newer_format,      // written by a newer release than this project knows
  busy,              // another process writes there
  changed,           // the files are not those a plan was made for
  limit,             // a limit of the caller's or the format's, or the system's on threads
  invalid_argument,  // the call itself is wrong
  interrupted,       // the caller asked to stop
  conflict,          // a transaction lost to one that committed first
  closed,            // the transaction or database is closed
  read_only,         // a write in a read transaction
  mismatch,          // a conditional write met another value
  queue_full,        // the asynchronous queue has no room; nothing was applied
  poisoned,          // the log failed earlier; nothing more is accepted
  unsupported,       // the target cannot hold what was asked for
  dangling_link,     // a symbolic link whose file is not there: perhaps on what is not mounted
  no_memory,         // memory ran out
};

struct Error {
  ErrorCode code = ErrorCode::io;
  std::string message;  // one sentence without a full stop: what is wrong
  std::string path;     // the file, empty when none is concerned
  std::optional<std::uint64_t> offset;  // in that file, bytes
  std::string advice;   // what to do next, empty when there is nothing to say
  int os_error = 0;     // errno, 0 when the system did not fail

  // "PATH: at byte OFFSET: MESSAGE (system's words); ADVICE"
  [[nodiscard]] std::string to_string() const;
};

template <class T = void>
using Result = std::expected<T, Error>;

// Shorthand for `return fail(ErrorCode::damaged, path, "…")`.
[[nodiscard]] inline std::unexpected<Error> fail(ErrorCode code, std::string path,
                                                 std::string message, std::string advice = {}) {
  return std::unexpected(
      Error{code, std::move(message), std::move(path), std::nullopt, std::move(advice), 0});
}
[[nodiscard]] inline std::unexpected<Error> fail_at(ErrorCode code, std::string path,
                                                    std::uint64_t offset, std::string message,
                                                    std::string advice = {}) {
  return std::unexpected(
      Error{code, std::move(message), std::move(path), offset, std::move(advice), 0});
}

}  // namespace persist

// Hands an error on to the caller. PERSIST_TRY(call) for Result<void>; PERSIST_TRY_ASSIGN(auto x, call)
// for a value.
#define PERSIST_CONCAT_INNER(a, b) a##b
#define PERSIST_CONCAT(a, b) PERSIST_CONCAT_INNER(a, b)
#define PERSIST_TRY(expression)                                                    \
  do {                                                                             \
    if (auto persist_result = (expression); !persist_result) {                     \
      return std::unexpected(std::move(persist_result).error());                   \
    }                                                                              \
  } while (false)
#define PERSIST_TRY_ASSIGN_INNER(result, target, expression)                       \
  auto result = (expression);                                                      \
  if (!result) return std::unexpected(std::move(result).error());                  \
  target = *std::move(result)
#define PERSIST_TRY_ASSIGN(target, expression) \
  PERSIST_TRY_ASSIGN_INNER(PERSIST_CONCAT(persist_result_, __LINE__), target, expression)
