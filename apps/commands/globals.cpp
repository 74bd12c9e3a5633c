#include <unistd.h>

#include <algorithm>

#include "cli/values.hpp"
#include "commands/command.hpp"

namespace persist::app {
namespace {

std::uint64_t quarter_of_memory_bytes() {
  const long pages = ::sysconf(_SC_PHYS_PAGES);
  const long page_bytes = ::sysconf(_SC_PAGESIZE);
  if (pages <= 0 || page_bytes <= 0) return std::uint64_t{1} << 30U;
  return static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(page_bytes) / 4;
}

Parsed<std::uint64_t> parse_memory(const std::string& text) {
  auto bytes = parse_size(text);
  if (bytes && *bytes < least_memory_bytes) return std::unexpected("is below the least, 16MiB");
  return bytes;
}

const Parser::Choices<When> when_choices{
    {"auto", When::automatic}, {"always", When::always}, {"never", When::never}};

}  // namespace

void declare_globals(Parser& parser, GlobalOptions& into) {
  into.max_memory_bytes = std::max(quarter_of_memory_bytes(), least_memory_bytes);
  parser.flag("--json", into.json, "Print JSON on standard output");
  parser.flag("-q,--quiet", into.quiet,
              "Only errors and the data that was asked for: no progress, warnings or reports");
  parser.counter("-v,--verbose", into.verbosity, "Say more on standard error");
  parser.choice("--log-format", "FORMAT", into.log_style,
                Parser::Choices<LogStyle>{{"text", LogStyle::text}, {"json", LogStyle::json}},
                "Messages on standard error as text or json");
  parser.choice("--color", "WHEN", into.colour, when_choices, "Colour: auto, always or never");
  parser.choice("--progress", "WHEN", into.progress, when_choices,
                "Progress: auto, always or never");
  parser.option("--max-memory", "SIZE", into.max_memory_bytes, parse_memory,
                "Memory to use before data goes to temporary files (256MiB, 2G; default: a quarter "
                "of the machine)");
  parser
      .option("--temp-dir", "DIR", into.temp_dir,
              "Where temporary files go (default: $TMPDIR or /tmp)")
      .completes = Completes::directory;
  parser
      .option("--aol-path", "PATH", into.log_path,
              "The log's path, relative to the database directory or absolute (default: aol.bin)")
      .completes = Completes::file;
  parser
      .option("--snapshot-path", "PATH", into.snapshot_path,
              "The snapshot's path, likewise (default: snapshot.bin)")
      .completes = Completes::file;
  parser.choice("--kind", "KIND", into.kind,
                Parser::Choices<FileKind>{{"log", FileKind::log}, {"snapshot", FileKind::snapshot}},
                "What a TARGET that is a file is: log or snapshot (default: by its contents)");
  parser.choice(
      "--encoding", "FORM", into.encoding,
      Parser::Choices<Encoding>{
          {"auto", Encoding::automatic}, {"base64", Encoding::base64}, {"hex", Encoding::hex}},
      "Bytes as text where they are text, or always as base64 or hex");
  parser.flag("-h,--help", into.wants_help, "Show the help of the program or of the command");
  parser.flag("--version", into.wants_version, "Show the program's version");
  parser.end_of_globals();
}

}  // namespace persist::app
