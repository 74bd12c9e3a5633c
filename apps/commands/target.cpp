#include "commands/target.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "cli/signals.hpp"
#include "commands/stream_input.hpp"
#include "output/bytes.hpp"

namespace persist::app {
namespace {

constexpr std::size_t first_bytes_length = std::size_t{1} << 20U;

// Passes every call on, but ends reading once the command was asked to stop: however long a reader
// works on a file, this is where it comes by.
class InterruptibleFile final : public File {
 public:
  // `name`: what messages call it, which of a pipe is not where its copy lies.
  InterruptibleFile(std::unique_ptr<File> file, std::string name)
      : file_(std::move(file)), name_(std::move(name)) {}
  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) override {
    if (stop_requested()) return fail(ErrorCode::interrupted, path(), "interrupted");
    return file_->read_at(offset, into);
  }
  Result<> write_at(std::uint64_t offset, ByteView bytes) override {
    return file_->write_at(offset, bytes);
  }
  Result<> truncate(std::uint64_t size_bytes) override { return file_->truncate(size_bytes); }
  Result<> sync() override { return file_->sync(); }
  Result<FileInfo> info() override { return file_->info(); }
  Result<> copy_permissions(const FileInfo& like) override { return file_->copy_permissions(like); }
  const std::string& path() const override { return name_; }

 private:
  std::unique_ptr<File> file_;
  std::string name_;
};

// Null when there is no such file.
Result<std::unique_ptr<File>> open_interruptible(FileSystem& files, const std::string& path) {
  PERSIST_TRY_ASSIGN(auto file, open_if_there(files, path));
  if (!file) return nullptr;
  return std::make_unique<InterruptibleFile>(std::move(file), path);
}

Result<std::uint64_t> size_of(File* file) {
  if (file == nullptr) return 0;
  PERSIST_TRY_ASSIGN(const FileInfo info, file->info());
  return info.size_bytes;
}

// 0 when there is no such file.
std::uint64_t size_at(FileSystem& files, const std::string& path) {
  const auto info = files.info(path);
  return info ? info->size_bytes : 0;
}

bool is_there(FileSystem& files, const std::string& path) {
  const auto info = files.info(path);
  return info || info.error().code != ErrorCode::not_found;
}

std::string leftovers_sentence(Context& context, const DatabaseFiles& files) {
  const auto leftovers =
      find_leftovers(context.files, files, context.options.temp_dir.value_or(""));
  if (!leftovers || leftovers->empty()) return {};
  std::string text = "an interrupted write may have left data in";
  for (const Leftover& leftover : *leftovers) {
    text += " " + leftover.path + " (" + size_text(leftover.size_bytes) + ")";
  }
  return text;
}

Error neither_file(Context& context, const DatabaseFiles& files) {
  Error error = no_database(files);
  error.advice = leftovers_sentence(context, files);
  if (error.advice.empty()) error.advice = "--aol-path and --snapshot-path name files elsewhere";
  return error;
}

// The log first: what a snapshot that replaces the old one meanwhile covers is then still read.
Result<> open_both(Context& context, Target& target) {
  PERSIST_TRY_ASSIGN(target.log, open_interruptible(context.files, target.files.log));
  PERSIST_TRY_ASSIGN(target.log_bytes, size_of(target.log.get()));
  PERSIST_TRY_ASSIGN(target.snapshot, open_interruptible(context.files, target.files.snapshot));
  PERSIST_TRY_ASSIGN(target.snapshot_bytes, size_of(target.snapshot.get()));
  if (target.log || target.snapshot) return {};
  return std::unexpected(neither_file(context, target.files));
}

Result<> look_for_writers(Context& context, Target& target) {
  PERSIST_TRY_ASSIGN(target.live, is_live(context.files, target.files));
  if (target.live) target.log_end_offset = target.log_bytes;
  return {};
}

FileKind kind_by_name(const std::string& name) {
  const std::string file_name = std::filesystem::path(name).filename().string();
  return file_name.find("snapshot") != std::string::npos ? FileKind::snapshot : FileKind::log;
}

Result<FileKind> kind_of(Context& context, const Target& target, File& file) {
  if (context.options.kind) return *context.options.kind;
  PERSIST_TRY_ASSIGN(const std::uint64_t size_bytes, size_of(&file));
  std::string bytes(std::min<std::uint64_t>(size_bytes, first_bytes_length), '\0');
  PERSIST_TRY_ASSIGN(const std::size_t length, file.read_at(0, bytes));
  if (length == 0 && target.is_stream) {
    // A file may well be empty; of a pipe it is what a command that failed leaves.
    return fail(ErrorCode::not_found, target.name, "nothing came from it",
                "with --kind log or snapshot it counts as an empty one");
  }
  if (length == 0) return kind_by_name(target.name);
  const auto kind = recognize(ByteView(bytes).substr(0, length));
  if (kind) return *kind;
  const FileKind guess = kind_by_name(target.name);
  log_warning(target.name +
              ": its first bytes are neither a log's nor a snapshot's; reading it as a " +
              std::string(name_of(guess)) + " (--kind settles it)");
  return guess;
}

Result<> place_lone_file(Context& context, Target& target, std::unique_ptr<File> file) {
  PERSIST_TRY_ASSIGN(const FileKind kind, kind_of(context, target, *file));
  PERSIST_TRY_ASSIGN(const std::uint64_t bytes, size_of(file.get()));
  if (kind == FileKind::log) {
    target.files.log = target.name;
    target.log = std::move(file);
    target.log_bytes = bytes;
  } else {
    target.files.snapshot = target.name;
    target.snapshot = std::move(file);
    target.snapshot_bytes = bytes;
  }
  return {};
}

Result<FileInfo> info_of_target(Context& context, const std::string& name) {
  auto info = context.files.info(name);
  if (info || info.error().code != ErrorCode::not_found) return info;
  return fail(ErrorCode::not_found, name, "there is no such file or directory");
}

// By what they are where both are there, by what they would be where not.
bool is_same_file(const std::string& a, const std::string& b) {
  std::error_code error;
  if (std::filesystem::equivalent(a, b, error) && !error) return true;
  const auto place_of_a = std::filesystem::weakly_canonical(a, error);
  return !error && place_of_a == std::filesystem::weakly_canonical(b, error) && !error;
}

}  // namespace

bool Target::is_unfinished_end(const Damage& damage) const noexcept {
  return live && log_end_offset && damage.is_torn_tail &&
         damage.offset + damage.length == *log_end_offset;
}

int Target::exit_status_of(const std::string& path, const Damage& damage) const noexcept {
  if (is_unfinished_end(damage)) return exit_success;
  const FileKind kind = path == files.snapshot ? FileKind::snapshot : FileKind::log;
  return app::exit_status_of(kind, damage);
}

std::string live_line(const std::string& target) {
  return path_for_people(target) + " is " + std::string(live_text) + "\n";
}

void warn_if_live(const Target& target) {
  if (!target.live) return;
  log_warning(path_for_people(target.name) + " is " + std::string(live_text) +
              "; this is what it held when it was opened");
}

void declare_target(Parser& parser, std::string& into) {
  OptionSpec& spec = parser.positional(
      "TARGET", into, "A database directory, a log file, a snapshot file, or - for standard input");
  spec.is_required = true;
  spec.completes = Completes::target;
}

void declare_targets(Parser& parser, std::vector<std::string>& into) {
  OptionSpec& spec = parser.positionals(
      "TARGET", into, "Database directories, log files, snapshot files, or - for standard input");
  spec.is_required = true;
  spec.completes = Completes::target;
}

void declare_decode(Parser& parser, Decode& into) {
  parser.choice("--decode", "ENGINE", into,
                Parser::Choices<Decode>{{"surrealdb", Decode::surrealdb}},
                "Name the records that keys stand for: surrealdb");
}

DatabaseFiles files_in(const Context& context, const std::string& directory) {
  return database_files(directory, {context.options.log_path, context.options.snapshot_path});
}

Result<> check_directory(Context& context, const std::string& name) {
  PERSIST_TRY_ASSIGN(const FileInfo info, info_of_target(context, name));
  if (info.is_directory) return {};
  return fail(ErrorCode::invalid_argument, name, "this is no directory",
              "give the database's, and --aol-path if the log has another name");
}

Result<Target> resolve_target(Context& context, const std::string& name) {
  Target target;
  target.name = name;
  if (is_stream(name)) {
    target.is_stream = true;
    PERSIST_TRY_ASSIGN(auto input, open_stream(context, name));
    PERSIST_TRY(place_lone_file(context, target,
                                std::make_unique<InterruptibleFile>(std::move(input), name)));
    return target;
  }
  PERSIST_TRY_ASSIGN(const FileInfo info, info_of_target(context, name));
  if (info.is_directory) {
    target.is_directory = true;
    target.files = files_in(context, name);
    target.log_bytes = size_at(context.files, target.files.log);
    target.snapshot_bytes = size_at(context.files, target.files.snapshot);
    if (!is_there(context.files, target.files.log) &&
        !is_there(context.files, target.files.snapshot)) {
      return std::unexpected(neither_file(context, target.files));
    }
    return target;
  }
  const std::string parent = std::filesystem::path(name).parent_path().string();
  target.files.directory = parent.empty() ? "." : parent;
  PERSIST_TRY_ASSIGN(auto file, context.files.open(name, OpenMode::read));
  PERSIST_TRY(
      place_lone_file(context, target, std::make_unique<InterruptibleFile>(std::move(file), name)));
  return target;
}

Result<Target> open_target(Context& context, const std::string& name) {
  PERSIST_TRY_ASSIGN(Target target, resolve_target(context, name));
  if (target.is_directory) PERSIST_TRY(open_both(context, target));
  if (!target.is_stream) PERSIST_TRY(look_for_writers(context, target));
  return target;
}

Result<> check_output_file(Context& context, const std::string& target, const std::string& output) {
  if (is_stream(output)) return {};
  if (const auto there = context.files.info(output); there && there->is_directory) {
    return fail(ErrorCode::exists, output, "this is a directory, and a file is to be made");
  }
  if (is_stream(target)) return {};
  std::vector<std::string> own{target};
  if (const auto info = context.files.info(target); info && info->is_directory) {
    const DatabaseFiles files = files_in(context, target);
    own = {files.log, files.snapshot};
  }
  const auto is_output = [&](const std::string& file) { return is_same_file(file, output); };
  if (std::ranges::none_of(own, is_output)) return {};
  return fail(ErrorCode::exists, output, "this is a file of the database itself");
}

Result<> check_writable(const std::string& path) {
  std::error_code error;
  std::filesystem::path there =
      std::filesystem::weakly_canonical(std::filesystem::absolute(path, error), error);
  while (!is_directory(there, error) && there.has_relative_path()) there = there.parent_path();
  if (::faccessat(AT_FDCWD, there.c_str(), W_OK | X_OK, AT_EACCESS) == 0) return {};
  return std::unexpected(
      Error{ErrorCode::permission, "cannot create files there", there.string(), {}, {}, errno});
}

Result<> check_writable(std::initializer_list<std::string> paths) {
  for (const std::string& path : paths) PERSIST_TRY(check_writable(path));
  return {};
}

bool reads_input_twice(std::span<const std::string> targets) noexcept {
  return std::ranges::count(targets, "-") > 1;
}

Result<bool> changed_underneath(Context& context, const Target& target) {
  if (!target.live || !target.log) return false;
  PERSIST_TRY_ASSIGN(const FileInfo opened, target.log->info());
  if (opened.size_bytes < target.log_bytes) return true;  // cut in place, as releases up to 0.27 do
  // A replaced log is still whole in the file that was opened; a snapshot that was opened after it
  // holds at least what that log's own start refers to. Only a log that was rewritten in place
  // under the same name has another beginning now.
  const auto now = context.files.info(target.files.log);
  return now && now->inode == opened.inode && now->size_bytes < target.log_bytes;
}

}  // namespace persist::app
