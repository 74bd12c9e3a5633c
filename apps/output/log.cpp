#include "output/log.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <optional>

#include "output/bytes.hpp"
#include "output/json.hpp"

namespace persist::app {
namespace {

struct Setup {
  LogStyle style = LogStyle::text;
  LogLevel least = LogLevel::warning;
  bool colour = false;
  std::string command;
};

Setup& setup() {
  static Setup instance;
  return instance;
}

std::optional<std::string>& first_error_slot() {
  static std::optional<std::string> instance;
  return instance;
}

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warning:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

std::string_view name_of(LogLevel level) {
  constexpr std::array<std::string_view, 4> names{"debug", "info", "warning", "error"};
  return names[static_cast<std::size_t>(level)];
}

// Made at the first message: a command that says nothing pays nothing.
spdlog::logger& logger() {
  static spdlog::logger instance = [] {
    spdlog::logger made("persist", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made.set_level(to_spdlog(setup().least));
    const auto utc = spdlog::pattern_time_type::utc;
    // The JSON members before it are put in by the pattern, those after it by json_line().
    const std::string pattern =
        setup().style == LogStyle::text ? "%v" : R"({"time":"%Y-%m-%dT%H:%M:%S.%fZ",%v})";
    made.set_formatter(std::make_unique<spdlog::pattern_formatter>(pattern, utc));
    return made;
  }();
  return instance;
}

std::string text_line(LogLevel level, std::string_view message) {
  constexpr std::array<std::string_view, 4> colours{"\x1b[2m", "", "\x1b[33m", "\x1b[31m"};
  const std::string_view colour = colours[static_cast<std::size_t>(level)];
  std::string line = "persist: ";
  if (level == LogLevel::warning || level == LogLevel::error) {
    if (setup().colour) line += colour;
    line.append(name_of(level)) += ": ";
    if (setup().colour) line += "\x1b[0m";
  }
  return line.append(on_one_line(message));
}

std::string json_line(LogLevel level, std::string_view message, const Error* error) {
  std::string line = "\"level\":\"";
  line.append(name_of(level)) += '"';
  const auto member = [&line](std::string_view name, std::string_view value) {
    if (value.empty()) return;
    line.append(",\"").append(name) += "\":";
    append_json_text(line, value);
  };
  member("command", setup().command);
  member("message", message);
  if (error == nullptr) return line;
  if (!error->path.empty()) {
    line += ',';
    append_bytes_member(line, "path", error->path, Encoding::automatic);
  }
  if (error->offset) {
    line += ',';
    append_number_member(line, "offset", *error->offset);
  }
  member("advice", error->advice);
  if (error->os_error != 0) {
    line += ',';
    append_number_member(line, "errno", static_cast<std::uint64_t>(error->os_error));
  }
  return line;
}

void emit(LogLevel level, std::string_view message, const Error* error) {
  if (level == LogLevel::error && !first_error_slot()) {
    first_error_slot() = error == nullptr ? std::string(message) : error->to_string();
  }
  if (level < setup().least) return;
  const bool as_text = setup().style == LogStyle::text;
  const std::string line = as_text ? text_line(level, message) : json_line(level, message, error);
  logger().log(to_spdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

void emit(LogLevel level, const Error& error) {
  const bool as_text = setup().style == LogStyle::text;
  emit(level, as_text ? error.to_string() : error.message, &error);
}

}  // namespace

void set_up_log(LogStyle style, LogLevel least, bool colour, std::string_view command) {
  setup() = {style, least, colour, std::string(command)};
}

void log_message(LogLevel level, std::string_view message) {
  emit(level, message, nullptr);
}
void log_hint(std::string_view message) {
  const bool as_text = setup().style == LogStyle::text;
  const std::string line =
      as_text ? text_line(LogLevel::info, message) : json_line(LogLevel::info, message, nullptr);
  // It belongs to the error above it, or was asked for: --quiet, under which the logger passes
  // errors only, keeps neither back. The level is the logger's alone; the line has its own.
  logger().log(spdlog::level::err, spdlog::string_view_t(line.data(), line.size()));
}
void log_progress(std::string_view message) {
  log_hint(message);
}
LogStyle log_style() noexcept {
  return setup().style;
}
void log_error(const Error& error) {
  emit(LogLevel::error, error);
}
void log_warning(const Error& error) {
  emit(LogLevel::warning, error);
}
const std::optional<std::string>& first_error() {
  return first_error_slot();
}

}  // namespace persist::app
