#include "commands/output_file.hpp"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "commands/stream_input.hpp"
#include "output/bytes.hpp"

namespace persist::app {
namespace {

class CountingStream final : public OutputStream {
  Result<bool> put(std::string_view) override { return true; }
};

}  // namespace

void declare_dry_run(Parser& parser, OutputFile& into) {
  parser.flag("--dry-run", into.dry_run, "Say what would be done, write nothing");
}

Result<> check_directory_of(Context& context, const std::string& output) {
  if (is_stream(output)) return {};
  const std::string parent = std::filesystem::path(output).parent_path().string();
  if (parent.empty()) return check_writable(".");
  if (!context.files.info(parent)) {
    return fail(ErrorCode::not_found, parent, "there is no such directory");
  }
  return check_writable(parent);
}

Result<std::unique_ptr<OutputStream>> open_output(Context& context, const OutputFile& output) {
  if (!output.dry_run) return file_stream(context.files, output.path);
  PERSIST_TRY(check_directory_of(context, output.path));
  return std::make_unique<CountingStream>();
}

void set_output(Json& json, const OutputFile& output) {
  set_path(json, "output", output.path);
  json["written"] = !output.dry_run;
  if (output.dry_run) json["reason"] = "dry-run";
}

std::string dry_run_line(const OutputFile& output, std::uint64_t bytes) {
  return path_for_people(output.path) + ": would be written: " + size_text(bytes) + "\n";
}

}  // namespace persist::app
