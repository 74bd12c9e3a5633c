// Messages for the operator, on standard error: text or one JSON object a line.
#pragma once

#include <optional>
#include <persist/result.hpp>
#include <string>
#include <string_view>

namespace persist::app {

enum class LogStyle { text, json };
enum class LogLevel { debug, info, warning, error };

// Called once, before the first message. `command` goes into JSON lines; empty when none was named.
void set_up_log(LogStyle style, LogLevel least, bool colour, std::string_view command);

void log_message(LogLevel level, std::string_view message);
void log_error(const Error& error);
void log_warning(const Error& error);
// What the first error said: what came after it followed from it.
[[nodiscard]] const std::optional<std::string>& first_error();

inline void log_error(std::string_view message) {
  log_message(LogLevel::error, message);
}
inline void log_warning(std::string_view message) {
  log_message(LogLevel::warning, message);
}
// What to do next, below an error: shown with it, without a label.
void log_hint(std::string_view message);
// How far a command is: shown when it is due or asked for, however little else is.
void log_progress(std::string_view message);
[[nodiscard]] LogStyle log_style() noexcept;
// Shown with -v.
inline void log_info(std::string_view message) {
  log_message(LogLevel::info, message);
}

}  // namespace persist::app
