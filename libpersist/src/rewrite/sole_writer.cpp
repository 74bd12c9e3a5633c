#include "rewrite/sole_writer.hpp"

#include "inspect/distinct_files.hpp"
#include "inspect/leftover_cover.hpp"
#include "platform/permissions.hpp"
#include "platform/writers.hpp"

namespace persist::rewrite {
namespace {

bool is_unchanged(const std::optional<FileInfo>& before, const std::optional<FileInfo>& now) {
  if (before.has_value() != now.has_value()) return false;
  return !before || now->is_untouched_since(*before);
}

Result<> refuse_change(FileSystem& files, const std::string& path,
                       const std::optional<FileInfo>& before) {
  PERSIST_TRY_ASSIGN(const auto now, info_if_there(files, path));
  if (is_unchanged(before, now)) return {};
  return fail(ErrorCode::busy, path, "somebody wrote to it in the meantime",
              "stop the database, then run this again");
}

bool is_needless(const SoleWriter& sole, const Leftover& leftover, const RewriteOptions& options) {
  StateOptions state_options;
  state_options.max_memory_bytes = options.max_memory_bytes;
  state_options.temp_dir = options.temp_dir;
  state_options.should_stop = options.should_stop;
  return is_covered(sole.files(), leftover, sole.database(), state_options);
}

}  // namespace

Result<SoleWriter> SoleWriter::take(FileSystem& files, const DatabaseFiles& database) {
  SoleWriter sole(files, database);
  PERSIST_TRY_ASSIGN(sole.lock_, files.lock(database.directory));
  PERSIST_TRY(sole.look_for_others());
  PERSIST_TRY(sole.accept_change());
  if (sole.log_ && sole.snapshot_) {
    PERSIST_TRY(refuse_one_file(database.log, *sole.log_, database.snapshot, *sole.snapshot_));
  }
  return sole;
}

Result<> SoleWriter::look_for_others() const {
  constexpr std::string_view advice = "stop the database, then run this again; nothing was changed";
  PERSIST_TRY(platform::refuse_writers(*files_, database_.log, advice));
  return platform::refuse_writers(*files_, database_.snapshot, advice);
}

Result<> SoleWriter::check() const {
  PERSIST_TRY(look_for_others());
  PERSIST_TRY(refuse_change(*files_, database_.log, log_));
  return refuse_change(*files_, database_.snapshot, snapshot_);
}

Result<> SoleWriter::accept_change() {
  PERSIST_TRY_ASSIGN(log_, info_if_there(*files_, database_.log));
  PERSIST_TRY_ASSIGN(snapshot_, info_if_there(*files_, database_.snapshot));
  return {};
}

Result<AtomicFile> create_replacement(const SoleWriter& sole, const std::string& target,
                                      std::string_view suffix) {
  PERSIST_TRY_ASSIGN(const auto old, info_if_there(sole.files(), target));
  const auto like = old ? old : platform::as_private_as(sole.log(), sole.snapshot());
  PERSIST_TRY_ASSIGN(AtomicFile fresh, AtomicFile::create(sole.files(), target, suffix, like));
  if (!like) return fresh;
  PERSIST_TRY_ASSIGN(const FileInfo now, fresh.file().info());
  if (now.user == like->user && now.group == like->group) return fresh;
  return fail(ErrorCode::permission, fresh.temporary_path(),
              std::string("cannot be given to the owner of the file that it would ") +
                  (old ? "replace" : "lie beside") + ", user " + std::to_string(like->user) +
                  ", group " + std::to_string(like->group),
              "run this as that user or as root; nothing was changed");
}

Result<Leftovers> remove_leftovers(const SoleWriter& sole, const RewriteOptions& options) {
  PERSIST_TRY_ASSIGN(const auto leftovers, find_leftovers(sole.files(), sole.database(), {}));
  Leftovers result;
  for (const Leftover& leftover : leftovers) {
    if (!leftover.is_numbered) continue;
    PERSIST_TRY_ASSIGN(const auto writers, sole.files().writers_of(leftover.path));
    if (!writers.empty()) continue;
    if (!is_needless(sole, leftover, options)) {
      result.kept.push_back(leftover.path);
      continue;
    }
    PERSIST_TRY(sole.files().remove(leftover.path));
    result.removed.push_back(leftover.path);
  }
  return result;
}

}  // namespace persist::rewrite
