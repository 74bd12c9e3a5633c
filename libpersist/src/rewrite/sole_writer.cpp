#include "rewrite/sole_writer.hpp"

#include <algorithm>
#include <filesystem>

namespace persist::rewrite {
namespace {

Result<std::optional<FileInfo>> look_at(FileSystem& files, const std::string& path) {
  auto info = files.info(path);
  if (info) return *info;
  if (info.error().code == ErrorCode::not_found) return std::nullopt;
  return std::unexpected(std::move(info).error());
}

bool is_unchanged(const std::optional<FileInfo>& before, const std::optional<FileInfo>& now) {
  if (before.has_value() != now.has_value()) return false;
  return !before ||
         (before->device == now->device && before->inode == now->inode &&
          before->size_bytes == now->size_bytes && before->modified_ns == now->modified_ns);
}

Result<> refuse_writers(FileSystem& files, const std::string& path) {
  PERSIST_TRY_ASSIGN(const auto writers, files.writers_of(path));
  if (writers.empty()) return {};
  std::string who;
  for (const ProcessInfo& process : writers) {
    who +=
        (who.empty() ? "" : ", ") + process.name + " (process " + std::to_string(process.pid) + ")";
  }
  return fail(ErrorCode::busy, path, "it is open for writing in " + who,
              "stop the database, then run this again; nothing was changed");
}

Result<> refuse_change(FileSystem& files, const std::string& path,
                       const std::optional<FileInfo>& before) {
  PERSIST_TRY_ASSIGN(const auto now, look_at(files, path));
  if (is_unchanged(before, now)) return {};
  return fail(ErrorCode::busy, path, "somebody wrote to it in the meantime",
              "stop the database, then run this again");
}

// `snapshot.tmp` of releases up to 0.27 is not ours to remove: only `<name>.<pid>_<n>.<suffix>` is.
bool has_our_name(const Leftover& leftover) {
  if (leftover.kind == LeftoverKind::log_temporary) return true;
  if (leftover.kind != LeftoverKind::snapshot_temporary) return false;
  const std::string stem = std::filesystem::path(leftover.path).stem().string();
  const std::size_t dot = stem.rfind('.');
  return dot != std::string::npos && stem.find('_', dot) != std::string::npos;
}

}  // namespace

Result<SoleWriter> SoleWriter::take(FileSystem& files, const DatabaseFiles& database) {
  SoleWriter sole(files, database);
  PERSIST_TRY_ASSIGN(sole.lock_, files.lock(database.directory));
  PERSIST_TRY(sole.look_for_others());
  PERSIST_TRY(sole.accept_change());
  return sole;
}

Result<> SoleWriter::look_for_others() const {
  PERSIST_TRY(refuse_writers(*files_, database_.log));
  return refuse_writers(*files_, database_.snapshot);
}

Result<> SoleWriter::check() const {
  PERSIST_TRY(look_for_others());
  PERSIST_TRY(refuse_change(*files_, database_.log, log_));
  return refuse_change(*files_, database_.snapshot, snapshot_);
}

Result<> SoleWriter::accept_change() {
  PERSIST_TRY_ASSIGN(log_, look_at(*files_, database_.log));
  PERSIST_TRY_ASSIGN(snapshot_, look_at(*files_, database_.snapshot));
  return {};
}

Result<AtomicFile> create_replacement(const SoleWriter& sole, const std::string& target,
                                      std::string_view suffix) {
  PERSIST_TRY_ASSIGN(AtomicFile fresh, AtomicFile::create(sole.files(), target, suffix));
  PERSIST_TRY_ASSIGN(const auto old, look_at(sole.files(), target));
  if (!old) return fresh;
  PERSIST_TRY_ASSIGN(const FileInfo now, fresh.file().info());
  if (now.user == old->user && now.group == old->group) return fresh;
  return fail(ErrorCode::permission, fresh.temporary_path(),
              "cannot be given to the owner of the file that it would replace, user " +
                  std::to_string(old->user) + ", group " + std::to_string(old->group),
              "run this as that user or as root; nothing was changed");
}

Result<std::vector<std::string>> remove_leftovers(const SoleWriter& sole) {
  PERSIST_TRY_ASSIGN(const auto leftovers, find_leftovers(sole.files(), sole.database(), {}));
  std::vector<std::string> removed;
  for (const Leftover& leftover : leftovers) {
    if (!has_our_name(leftover)) continue;
    PERSIST_TRY_ASSIGN(const auto writers, sole.files().writers_of(leftover.path));
    if (!writers.empty()) continue;
    PERSIST_TRY(sole.files().remove(leftover.path));
    removed.push_back(leftover.path);
  }
  return removed;
}

}  // namespace persist::rewrite
