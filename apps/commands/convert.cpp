// `persist convert DIR`: the same database in the files of another engine release.
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
};

int run_convert(const ConvertCommand& command, Context& context) {
  ConvertOptions options;
  set_options(options, command.written, context);
  options.to = command.to;
  options.now_ns = now_ns();
  const DatabaseFiles output = database_files(command.output, {});
  return rewrite_target(
      context, command.directory, command.output, options,
      [&](const SourceFiles& source) { return convert(context.files, source, output, options); });
}

}  // namespace

Run prepare_convert(Parser& parser) {
  auto command = std::make_shared<ConvertCommand>();
  declare_directory(parser, command->directory);
  declare_line(parser, command->to, "The release line to convert to").is_required = true;
  declare_output_directory(parser, command->output);
  declare_compression(parser, command->written);
  declare_dry_run(parser, command->written);
  return [command](Context& context) { return run_convert(*command, context); };
}

}  // namespace persist::app
