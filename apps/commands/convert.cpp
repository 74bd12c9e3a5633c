// `persist convert DIR`: the same database in the files of another engine release.
#include <nlohmann/json.hpp>
#include <persist/convert.hpp>

#include "commands/rewriting.hpp"
#include "output/time.hpp"

namespace persist::app {
namespace {

struct ConvertCommand {
  std::string directory;
  WriteOptions written;
  ReleaseLine to = ReleaseLine::v1_1;
  std::string output;
  bool in_place = false;
};

int convert_here(const ConvertCommand& command, Context& context, ConvertOptions& options) {
  const auto as_text = [&](const RewriteReport& report) {
    return json::text_of(rewrite_json("convert", report, {command.directory, {}, {}})) + "\n";
  };
  return rewrite_directory(context, command.directory, options, [&](const DatabaseFiles& database) {
    return convert_in_place(context.files, database, options, as_text);
  });
}

int run_convert(const ConvertCommand& command, Context& context) {
  ConvertOptions options;
  set_options(options, command.written, context);
  options.to = command.to;
  options.now_ns = now_ns();
  if (command.in_place == !command.output.empty()) {
    return fail_usage("convert: give either --output DIR or --in-place");
  }
  if (command.in_place) return convert_here(command, context, options);
  const auto output = new_database_files(context, command.output, Copies::a_database);
  if (!output) return fail_with(output.error(), Doing::writing);
  return rewrite_target(
      context, command.directory, command.output, options,
      [&](const SourceFiles& source) { return convert(context.files, source, *output, options); });
}

}  // namespace

Run prepare_convert(Parser& parser) {
  auto command = std::make_shared<ConvertCommand>();
  declare_directory(parser, command->directory);
  declare_line(parser, command->to, "The release line to convert to").is_required = true;
  declare_output_directory(parser, command->output).is_alternative = true;
  parser
      .flag("--in-place", command->in_place,
            "Replace DIR's own files and keep the old ones in DIR/repair-<UTC time>/")
      .is_alternative = true;
  declare_compression(parser, command->written);
  declare_dry_run(parser, command->written);
  return [command](Context& context) { return run_convert(*command, context); };
}

}  // namespace persist::app
