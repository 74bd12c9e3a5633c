// The table of commands, and what each is given.
//
// To add the command `frob`:
//   1. apps/commands/frob.cpp, with a struct of its options and two separate steps:
//
//        struct FrobOptions { std::string target; bool hard = false; };
//        int run_frob(const FrobOptions& options, Context& context) { ... }   // an exit status
//        Run prepare_frob(Parser& parser) {            // not in the anonymous namespace
//          auto options = std::make_shared<FrobOptions>();
//          parser.flag("--hard", options->hard, "Frob harder");
//          declare_target(parser, options->target);                           // target.hpp
//          return [options](Context& context) { return run_frob(*options, context); };
//        }
//
//   2. its file in apps/CMakeLists.txt, its declaration and its row in table.cpp. Help, completion
//      and suggestions follow from the row and from what prepare_frob declares.
//   3. tests/golden/frob/.
//
// A command writes data to context.out, says everything else through output/log.hpp, polls
// stop_requested() (cli/signals.hpp) or hands it to the library as `should_stop`, shows progress
// through output/progress.hpp, and turns errors into exit statuses with fail_with() below. With
// --json the first error that was logged becomes the object, when the command printed none.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <persist/file_system.hpp>
#include <persist/verify.hpp>
#include <span>
#include <string>
#include <string_view>

#include "cli/parser.hpp"
#include "output/json.hpp"
#include "output/log.hpp"
#include "output/progress.hpp"
#include "output/stream.hpp"

namespace persist::app {

// The command line's contract; scripts compare them.
enum ExitStatus : int {
  exit_success = 0,
  exit_finding = 1,  // a finding without loss of whole commits, or a difference
  exit_damage = 2,   // committed data is or may be gone, or the target is no such file
  exit_partial = 3,  // repaired, and some commits could not be brought back
  exit_usage = 64,
  exit_no_input = 66,
  exit_cant_create = 73,
  exit_io_error = 74,
  exit_busy = 75,
  exit_signal_base = 128,
};

// Of --max-memory: below this nothing useful fits beside the buffers themselves.
constexpr std::uint64_t least_memory_bytes = std::uint64_t{16} << 20U;

// Options that every command takes, before or after its name.
struct GlobalOptions {
  bool json = false;
  bool quiet = false;
  int verbosity = 0;
  LogStyle log_style = LogStyle::text;
  When colour = When::automatic;
  When progress = When::automatic;
  std::uint64_t max_memory_bytes = 0;   // a quarter of the machine unless told
  std::optional<std::string> temp_dir;  // as given; see Context::temp_dir()
  std::string log_path;                 // --aol-path
  std::string snapshot_path;
  std::optional<FileKind> kind;
  Encoding encoding = Encoding::automatic;
  bool wants_help = false;  // these two are served however wrong the rest of the line is
  bool wants_version = false;
};

struct Context {
  GlobalOptions options;
  FileSystem& files;
  OutputStream& out;         // standard output
  std::string_view command;  // as typed: "verify"
  bool colour_out = false;   // whether standard output may be coloured
  bool has_written = false;  // files are in their places: only the report of it may still fail

  // Whether an output that is no JSON would go where the JSON goes: nobody could tell them apart.
  [[nodiscard]] bool mixes_with_json(std::string_view output) const {
    return options.json && output == "-";
  }
  // --temp-dir, else $TMPDIR, else /tmp.
  [[nodiscard]] std::string temp_dir() const;
  // Shows `done_bytes` of `total_bytes` while it lives; SIGUSR1 is served too.
  [[nodiscard]] Progress progress(std::string label, std::uint64_t total_bytes,
                                  std::function<std::uint64_t()> done_bytes) const {
    return Progress(progress_of(std::move(label), total_bytes, std::move(done_bytes)));
  }
  // The same before it is shown.
  [[nodiscard]] Progress::State progress_of(std::string label, std::uint64_t total_bytes,
                                            std::function<std::uint64_t()> done_bytes) const;
};

// The second step of a command: does the work and returns its exit status.
using Run = std::function<int(Context&)>;

enum class CommandGroup { look, rescue, rewrite, measure, help };

struct Command {
  std::string_view name;
  std::string_view summary;  // one line of the list of commands
  CommandGroup group;
  // The first step: declares options and positionals. What they assign to lives in the Run.
  Run (*prepare)(Parser& parser);
};

[[nodiscard]] std::span<const Command> command_table() noexcept;
[[nodiscard]] const Command* find_command(std::string_view name) noexcept;

// Declares the options of GlobalOptions.
void declare_globals(Parser& parser, GlobalOptions& into);

// Whether the call that failed was reading a target or making an output: the same "permission
// denied" has another exit status.
enum class Doing { reading, writing };
[[nodiscard]] int exit_status_of(const Error& error, Doing doing = Doing::reading) noexcept;
// A torn tail costs nothing that was whole, unless nothing before it was: then the target is no log
// at all. Snapshots appear whole or not: nothing tears their end.
[[nodiscard]] int exit_status_of(FileKind file, const Damage& damage) noexcept;
// Logs the error (but for an interruption, which speaks for itself) and returns its exit status.
[[nodiscard]] int fail_with(const Error& error, Doing doing = Doing::reading);
// Logs a mistake on the command line that only showed later, and returns exit_usage.
[[nodiscard]] int fail_usage(std::string_view message);

// The worse of two statuses, for many targets: 0 < 1 < 3 < 2 < all others, by number.
[[nodiscard]] int worse_of(int a, int b) noexcept;

// The whole program: `arguments` without the program's name.
[[nodiscard]] int run_program(const std::vector<std::string>& arguments);

}  // namespace persist::app
