#include "rewrite/new_database.hpp"

#include "inspect/distinct_files.hpp"
#include "platform/paths.hpp"

namespace persist::rewrite {
namespace {

// Error `exists` when `directory` is there and holds anything, or is no directory.
Result<> refuse_data_in(FileSystem& files, const std::string& directory) {
  const auto info = files.info(directory);
  if (!info && info.error().code == ErrorCode::not_found) return {};
  if (!info) return std::unexpected(info.error());
  if (!info->is_directory) {
    return fail(ErrorCode::exists, directory, "it is a file, and a directory is to be made there");
  }
  PERSIST_TRY_ASSIGN(const auto entries, files.list(directory));
  if (entries.empty()) return {};
  return fail(ErrorCode::exists, directory,
              "the directory is not empty: it holds " + entries.front().name,
              "name one that is empty or does not exist");
}

std::string normal(const std::string& path) {
  return std::filesystem::path(path).lexically_normal().string();
}

}  // namespace

Result<> refuse_existing(FileSystem& files, const std::string& output) {
  const auto info = files.info(output);
  if (info) return fail(ErrorCode::exists, output, "it is already there");
  if (info.error().code != ErrorCode::not_found) return std::unexpected(info.error());
  return {};
}

Result<> make_directories(platform::NewDirectories& directories, const DatabaseFiles& output) {
  PERSIST_TRY(directories.make(output.directory));
  PERSIST_TRY(directories.make(platform::parent_of(output.log)));
  return directories.make(platform::parent_of(output.snapshot));
}

Result<NewDatabase> NewDatabase::create(FileSystem& files, const DatabaseFiles& output,
                                        bool has_snapshot, const std::optional<FileInfo>& like) {
  PERSIST_TRY(check_new_database(files, output));
  NewDatabase database(files);
  PERSIST_TRY(make_directories(database.directories_, output));
  if (has_snapshot) {
    PERSIST_TRY_ASSIGN(database.fresh_.snapshot,
                       AtomicFile::create(files, output.snapshot, "tmp", like));
  }
  PERSIST_TRY_ASSIGN(database.fresh_.log, AtomicFile::create(files, output.log, "new", like));
  return database;
}

Outputs NewDatabase::outputs() {
  return {[this](ByteView bytes) { return fresh_.snapshot->append(bytes); },
          [this](ByteView bytes) { return fresh_.log->append(bytes); }};
}

Result<> NewDatabase::finish(const Expectation& expected, const RewriteOptions& options) {
  if (fresh_.snapshot) PERSIST_TRY(fresh_.snapshot->sync());
  PERSIST_TRY(fresh_.log->sync());
  PERSIST_TRY(prove_or_set_aside(*files_, fresh_, {}, expected, options));
  PERSIST_TRY(put_in_place(*files_, fresh_));
  directories_.keep();
  return {};
}

Result<RewriteReport> write_new_database(FileSystem& files, const DatabaseFiles& output,
                                         const Content& content,
                                         const std::function<void()>& release,
                                         const RewriteOptions& options, RewriteReport report) {
  // Half is the source's, and a half of the rest is for merging.
  const std::uint64_t memory_bytes = options.max_memory_bytes / 4;
  const Layout& layout = content.layout;
  report.line = layout.line;
  report.renumbered = layout.renumber;
  const auto take_over = [&](const Written& written) {
    report.after = written.sizes;
    report.commits = written.commits;
    report.clock = written.clock;
  };
  PERSIST_TRY(check_new_database(files, output));
  const bool may_not_fit = !check_space(files, output.directory, content.most_bytes);
  if (options.dry_run || may_not_fit) {
    PERSIST_TRY_ASSIGN(const Written measured,
                       measure_layout(files, content.keys, layout, options, memory_bytes));
    take_over(measured);
    if (may_not_fit) PERSIST_TRY(check_space(files, output.directory, report.after.total()));
    if (options.dry_run) {
      report.unwritten = Unwritten::dry_run;
      return report;
    }
  }
  PERSIST_TRY_ASSIGN(NewDatabase database,
                     NewDatabase::create(files, output, layout.has_snapshot, content.like));
  PERSIST_TRY_ASSIGN(const Written written, write_layout(files, content.keys, layout, options,
                                                         memory_bytes, database.outputs()));
  take_over(written);
  release();
  PERSIST_TRY(database.finish(
      {*content.digest, written.clock, written.clock_key, true, layout.renumber, layout.line},
      options));
  return report;
}

}  // namespace persist::rewrite

namespace persist {

Result<> check_new_database(FileSystem& files, const DatabaseFiles& database) {
  PERSIST_TRY(rewrite::refuse_data_in(files, database.directory));
  if (rewrite::normal(database.log) == rewrite::normal(database.snapshot)) {
    return one_file(database.log, database.snapshot);
  }
  for (const std::string& path : {database.log, database.snapshot}) {
    // "new/../it" is not found as long as there is no "new".
    PERSIST_TRY(rewrite::refuse_existing(files, path));
    PERSIST_TRY(rewrite::refuse_existing(files, rewrite::normal(path)));
  }
  return {};
}

}  // namespace persist
