// `persist import`: a new database from what `persist dump` wrote.
#include <atomic>
#include <persist/import.hpp>

#include "cli/signals.hpp"
#include "commands/dump_reader.hpp"
#include "commands/rewriting.hpp"
#include "commands/stream_input.hpp"
#include "output/time.hpp"

namespace persist::app {
namespace {

struct ImportCommand {
  std::string input = "-";
  WriteOptions written;
  std::string output;
  ReleaseLine to = ReleaseLine::v1_1;
  ImportAs as = ImportAs::automatic;
};

struct Input {
  std::string name;                   // for people
  std::unique_ptr<File> file;         // null: a stream
  std::optional<InputStream> stream;  // standard input, a pipe
  std::uint64_t size_bytes = 0;
};

Result<Input> open_input(Context& context, const std::string& name) {
  if (is_stream(name)) {
    PERSIST_TRY_ASSIGN(InputStream stream, InputStream::open(name));
    const std::string shown = stream.name();
    return Input{shown, nullptr, std::move(stream), 0};
  }
  PERSIST_TRY_ASSIGN(auto file, context.files.open(name, OpenMode::read));
  PERSIST_TRY_ASSIGN(const FileInfo info, file->info());
  return Input{name, std::move(file), std::nullopt, info.size_bytes};
}

// Reads it from its start to its end.
class Bytes {
 public:
  explicit Bytes(const Input& input) : input_(input) {}

  Result<std::size_t> read(std::span<char> into) {
    if (stop_requested()) return fail(ErrorCode::interrupted, input_.name, "interrupted");
    PERSIST_TRY_ASSIGN(const std::size_t length,
                       input_.file ? input_.file->read_at(done_, into) : input_.stream->read(into));
    done_ += length;
    return length;
  }
  [[nodiscard]] std::uint64_t done() const noexcept { return done_; }

 private:
  const Input& input_;
  std::atomic<std::uint64_t> done_{0};
};

Result<RewriteReport> read_rows(DumpReader& reader, Importer& importer) {
  PERSIST_TRY(reader.read_header());
  for (;;) {
    PERSIST_TRY_ASSIGN(const ImportedRow* const row, reader.next());
    if (row == nullptr) {
      auto report = importer.finish(reader.fingerprint());
      // What was read does not belong together; no file of the output has been written by then.
      if (!report && report.error().path.empty()) report.error().path = reader.name();
      return report;
    }
    const auto value = row->value ? std::optional<ByteView>(*row->value) : std::nullopt;
    if (auto added = importer.add(row->key, {row->version, value}); !added) {
      return std::unexpected(reader.at_row(std::move(added).error()));
    }
  }
}

int run_import(const ImportCommand& command, Context& context) {
  ImportOptions options;
  set_options(options, command.written, context);
  options.to = command.to;
  options.as = command.as;
  options.now_ns = now_ns();
  const auto output = new_database_files(context, command.output, Copies::nothing);
  if (!output) return fail_with(output.error(), Doing::writing);
  auto importer = Importer::create(context.files, *output, options);
  if (!importer) return fail_with(importer.error(), Doing::writing);
  const auto input = open_input(context, command.input);
  if (!input) return fail_with(input.error());
  Bytes bytes(*input);
  DumpReader reader(
      input->name, [&](std::span<char> into) { return bytes.read(into); },
      context.options.max_memory_bytes);
  const Progress progress = context.progress("import " + input->name, input->size_bytes,
                                             [&bytes] { return bytes.done(); });
  const auto report = read_rows(reader, *importer);
  if (!report) {
    const bool is_input = report.error().path == input->name;
    return fail_with(report.error(), is_input ? Doing::reading : Doing::writing);
  }
  return finish_rewrite(context, *report, {command.input, command.output, {}});
}

}  // namespace

Run prepare_import(Parser& parser) {
  auto command = std::make_shared<ImportCommand>();
  parser.positional("FILE", command->input, "What 'persist dump' wrote (default: standard input)")
      .completes = Completes::file;
  declare_output_directory(parser, command->output).is_required = true;
  declare_line(parser, command->to, "Release line of the files to write (default: 1.1)");
  parser.choice("--as", "KIND", command->as,
                Parser::Choices<ImportAs>{{"snapshot", ImportAs::snapshot}, {"log", ImportAs::log}},
                "Write all rows as a snapshot, or as a log (default: a snapshot, and a log for "
                "what it cannot hold)");
  declare_compression(parser, command->written);
  declare_dry_run(parser, command->written);
  return [command](Context& context) { return run_import(*command, context); };
}

}  // namespace persist::app
