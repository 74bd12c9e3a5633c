// From arguments to a command's exit status: finds the command among them, parses the rest with
// what it declares, runs it, and looks whether its output got where it should.
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <new>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <system_error>

#include "cli/help_text.hpp"
#include "cli/nearest.hpp"
#include "cli/signals.hpp"
#include "cli/standard_streams.hpp"
#include "commands/command.hpp"
#include "output/bytes.hpp"

namespace persist::app {
namespace {

struct Request {
  const Command* command = nullptr;
  std::vector<std::string> rest;  // the arguments without the command's name
  bool wants_help = false;
  bool wants_version = false;
};

// Index of the command's name: the first argument that is no option and no option's value.
Parsed<std::optional<std::size_t>> find_command_name(const std::vector<std::string>& arguments,
                                                     const Parser& globals) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (!argument.starts_with('-') || argument == "-") return i;
    if (argument == "--") continue;
    const std::string name = argument.substr(0, argument.find('='));
    const OptionSpec* spec = globals.find(name);
    if (spec == nullptr && argument.starts_with("--")) {
      std::vector<std::string_view> known;
      for (const OptionSpec* each : globals.specs()) known.push_back(each->names.back());
      return std::unexpected("unknown global option '" + name + "'" + did_you_mean(name, known));
    }
    if (spec != nullptr && spec->takes_value() && name.size() == argument.size()) ++i;
  }
  return std::nullopt;
}

Parsed<Request> understand(const std::vector<std::string>& arguments, const Parser& globals) {
  Request request;
  request.rest = arguments;
  // Help is given however wrong or unfinished the rest is.
  const auto end = std::ranges::find(arguments, "--");
  request.wants_help = std::any_of(arguments.begin(), end, [](const std::string& argument) {
    return argument == "--help" || argument == "-h";
  });
  request.wants_version = std::find(arguments.begin(), end, "--version") != end;
  const auto last = request.rest.begin() + (end - arguments.begin());
  request.rest.erase(std::remove_if(request.rest.begin(), last,
                                    [](const std::string& argument) {
                                      return argument == "--help" || argument == "-h" ||
                                             argument == "--version";
                                    }),
                     last);
  auto at = find_command_name(request.rest, globals);
  if (!at) return std::unexpected(at.error());
  if (!*at) return request;
  const std::string name = request.rest[**at];
  request.command = find_command(name);
  if (request.command == nullptr) {
    std::vector<std::string_view> known;
    for (const Command& command : command_table()) known.push_back(command.name);
    return std::unexpected("unknown command '" + name + "'" + did_you_mean(name, known));
  }
  request.rest.erase(request.rest.begin() + static_cast<std::ptrdiff_t>(**at));
  return request;
}

bool decide_colour(When when, int descriptor) {
  if (when != When::automatic) return when == When::always;
  // https://no-color.org: set and not empty switches colour off.
  const char* no_color = std::getenv("NO_COLOR");  // NOLINT(concurrency-mt-unsafe)
  const char* terminal = std::getenv("TERM");      // NOLINT(concurrency-mt-unsafe)
  if (no_color != nullptr && *no_color != '\0') return false;
  if (terminal == nullptr || std::string_view(terminal) == "dumb") return false;
  return ::isatty(descriptor) != 0;
}

LogLevel least_level(const GlobalOptions& options) {
  if (options.quiet) return LogLevel::error;
  if (options.verbosity == 0) return LogLevel::warning;
  return options.verbosity == 1 ? LogLevel::info : LogLevel::debug;
}

// As far as the options could be understood: a mistake among them is said as they ask for, too.
void set_up_log(const GlobalOptions& options, std::string_view command) {
  set_up_log(options.log_style, least_level(options), decide_colour(options.colour, STDERR_FILENO),
             command);
}

int refuse_usage(const std::string& message, std::string_view hint) {
  log_error(message);
  log_hint(hint);
  return exit_usage;
}

constexpr std::string_view only_report_lost =
    "the files were written; only the report of it is lost";

int refuse_for_want_of_memory(const Context& context) {
  Error error{ErrorCode::io, "the machine has not enough memory for this", {}, {}, {}, 0};
  error.advice = context.has_written ? std::string(only_report_lost)
                                     : "let it have more, or give a --max-memory below " +
                                           size_text(context.options.max_memory_bytes);
  return fail_with(error);
}

// Memory and threads that the machine refuses come as exceptions. They are caught here, and not
// left to end the process: what the command had made so far is taken away on the way, temporary
// files too.
int run_to_its_end(const Run& run, Context& context) {
  try {
    return run(context);
  } catch (const std::bad_alloc&) {
    return refuse_for_want_of_memory(context);
  } catch (const std::length_error&) {  // more than any container can hold
    return refuse_for_want_of_memory(context);
  } catch (const std::system_error& error) {
    return fail_with({ErrorCode::io, error.what(), {}, {}, {}, 0});
  }
}

int finish_output(OutputStream& out, int status, bool has_written = false) {
  if (const Result<> finished = out.finish(); !finished) {
    Error error = finished.error();
    if (has_written) error.advice = only_report_lost;
    return worse_of(status, fail_with(error, Doing::writing));
  }
  return stop_requested() ? exit_signal_base + stop_signal() : status;
}

int print_and_finish(const GlobalOptions& options, OutputStream& out, const Json& object,
                     const std::string& text) {
  if (options.json) {
    print_json(out, object);
  } else {
    out.write(text);
  }
  return finish_output(out, exit_success);
}

// A reader of JSON gets an object whatever happens.
void print_failure(const Command& command, const GlobalOptions& options, OutputStream& out) {
  if (!options.json || out.size_bytes() > 0) return;
  if (!first_error() && !stop_requested()) return;
  Json object = json_report(command.name);
  object["error"] = first_error().value_or("interrupted");
  print_json(out, object);
}

int run_command(const Request& request, Parser& parser, GlobalOptions& options, OutputStream& out) {
  const Run run = request.command->prepare(parser);
  const auto parsed = parser.parse(request.rest);
  if (request.wants_help) {
    const std::string text = command_help(*request.command, parser);
    return print_and_finish(options, out, help_json(request.command->name, text), text);
  }
  set_up_log(options, request.command->name);
  if (!parsed) {
    const int status = refuse_usage(std::string(request.command->name) + ": " + parsed.error(),
                                    "usage: " + usage_line(*request.command, parser));
    print_failure(*request.command, options, out);
    return finish_output(out, status);
  }
  Context context{options, posix_file_system(), out, request.command->name,
                  decide_colour(options.colour, STDOUT_FILENO)};
  const int status = run_to_its_end(run, context);
  print_failure(*request.command, options, out);
  return finish_output(out, status, context.has_written);
}

}  // namespace

int run_program(const std::vector<std::string>& arguments) {
  occupy_closed_standard_streams();
  install_signal_handlers();
  GlobalOptions options;
  Parser parser;
  declare_globals(parser, options);
  const std::unique_ptr<OutputStream> out = standard_output();
  const auto request = understand(arguments, parser);
  if (!request) {
    static_cast<void>(parser.parse(arguments));
    set_up_log(options, {});
    return refuse_usage(request.error(), "'persist --help' lists the commands");
  }
  if (request->command != nullptr && !request->wants_version) {
    return run_command(*request, parser, options, *out);
  }
  // However wrong the rest is.
  static_cast<void>(parser.parse(request->rest));
  if (request->wants_version) {
    return print_and_finish(options, *out, version_json(), version_text() + "\n");
  }
  if (request->wants_help) {
    const std::string text = program_help(parser);
    return print_and_finish(options, *out, help_json({}, text), text);
  }
  return refuse_usage("no command given", "'persist --help' lists the commands");
}

}  // namespace persist::app
