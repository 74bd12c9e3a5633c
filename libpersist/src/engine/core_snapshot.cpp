// The snapshot, and the cut of the log behind it.
//
// One version is chosen with the place where the log ends at it. The log is synced up to there and
// the snapshot made durable before the log is cut: at every moment in between the two files mean
// the same. Syncing the log first matters to lines without a snapshot header: their snapshots leave
// deletes out, so a log that lost its end would bring deleted keys back.
#include <algorithm>
#include <persist/atomic_file.hpp>
#include <vector>

#include "engine/core.hpp"

namespace persist::engine {
namespace {

// A key's versions at a cut, ascending, as the line's snapshots hold them; none: it is left out.
void collect_versions(const KeyNode& node, Version at, Version oldest, bool with_history,
                      std::vector<formats::VersionedValue>& versions) {
  versions.clear();
  const ValueVersion* value = node.at(at);
  while (value != nullptr) {
    versions.push_back({value->version, value->value()});
    // Behind what is visible at the oldest version, the list may be cut off at any moment.
    if (!with_history || value->version <= oldest) break;
    value = value->older.load(std::memory_order_acquire);
  }
  std::ranges::reverse(versions);
  // A delete before the first value says nothing.
  const auto first_value = std::ranges::find_if(
      versions, [](const formats::VersionedValue& version) { return version.value.has_value(); });
  versions.erase(versions.begin(), first_value);
}

}  // namespace

Result<Version> Core::snapshot() {
  const std::scoped_lock one_at_a_time(snapshot_mutex_);
  return snapshot_locked();
}

Result<bool> Core::snapshot_when_changed() {
  const std::scoped_lock one_at_a_time(snapshot_mutex_);
  const bool has_commits = published_ != 0;
  if (!has_commits || snapshot_version_ == published_) return false;
  PERSIST_TRY(snapshot_locked());
  return true;
}

Result<Version> Core::snapshot_locked() {
  if (is_closed_) return fail(ErrorCode::closed, paths_.directory, "the database is closed");
  return take_snapshot();
}

// Under snapshot_mutex_.
Result<Version> Core::take_snapshot() {
  const bool is_headed = snapshot_has_header(options_.release_line);
  if (log_lies_unused_ && !is_headed) {
    return fail(ErrorCode::unsupported, paths_.log,
                "a snapshot of this release line cannot say that the log beside it is covered",
                "open the database with a log mode");
  }
  // Without a header, only a log that can be cut keeps deletes deleted. With one, a snapshot saves
  // what a failed log does not hold, unless somebody else has taken the files over.
  const auto failure = log_ ? log_->failure() : std::nullopt;
  const bool has_failed = failure.has_value();
  if (has_failed && (!is_headed || failure->code == ErrorCode::changed)) return log_->refusal();
  if (log_ && !has_failed) PERSIST_TRY(log_->write_header());
  PERSIST_TRY_ASSIGN(const Cut cut, choose_cut());
  if (log_ && !has_failed) PERSIST_TRY(sync_own_log());
  PERSIST_TRY(write_snapshot(cut));
  if (log_ && !has_failed) PERSIST_TRY(log_->cut_before(cut.log_offset));
  snapshot_version_ = cut.version;
  return cut.version;
}

Result<Core::Cut> Core::choose_cut() {
  const bool with_history = snapshot_holds_history(options_.release_line);
  for (;;) {
    Cut cut;
    if (log_ && !log_->has_failed()) {
      const LogFile::Position position = log_->position();
      cut.version = position.version;
      cut.log_offset = position.end_offset;
    } else {
      cut.version = published_;
    }
    // With history, everything from the oldest readable version on has to stay.
    const Version needed = with_history ? oldest_readable_.load() : cut.version;
    cut.pin = readers_.pin_at(std::min(needed, cut.version), oldest_readable_);
    if (cut.pin.is_held()) return cut;
    // What was to be pinned has been passed since it was looked up; or there is no memory.
    if (oldest_readable_ <= std::min(needed, cut.version)) {
      return fail(ErrorCode::no_memory, {}, "there is no memory for a transaction");
    }
  }
}

Result<> Core::write_snapshot(const Cut& cut) {
  // The first one holds what was in the log, and is for nobody who could not read it there.
  PERSIST_TRY_ASSIGN(const auto like, info_if_there(files_, paths_.log));
  PERSIST_TRY_ASSIGN(AtomicFile file, AtomicFile::create(files_, paths_.snapshot, "tmp", like));
  SnapshotWriteOptions options;
  if (snapshot_has_header(options_.release_line)) options.covered = cut.version;
  options.compression = options_.compression;
  options.level = options_.compression_level;
  SnapshotWriter writer(options, [&file](ByteView bytes) { return file.append(bytes); });
  PERSIST_TRY(writer.begin());
  PERSIST_TRY(write_entries(cut, writer));
  PERSIST_TRY(writer.finish());
  PERSIST_TRY(file.sync());
  PERSIST_TRY_ASSIGN(const FileInfo written, file.file().info());
  PERSIST_TRY(refuse_foreign_snapshot());
  PERSIST_TRY(file.commit());
  snapshot_file_ = written;
  return {};
}

// The lock on the directory keeps no process off a snapshot that lies elsewhere. One that was
// removed is made anew.
Result<> Core::refuse_foreign_snapshot() const {
  PERSIST_TRY_ASSIGN(const auto now, info_if_there(files_, paths_.snapshot));
  if (!now || (snapshot_file_ && now->is_untouched_since(*snapshot_file_))) return {};
  return fail(ErrorCode::changed, paths_.snapshot,
              "somebody else wrote it while the database was open; it was left as it is",
              "no two databases can share a snapshot: give each its own path");
}

Result<> Core::write_entries(const Cut& cut, SnapshotWriter& writer) {
  const bool with_history = snapshot_holds_history(options_.release_line);
  std::vector<formats::VersionedValue> versions;
  for (const KeyNode* node = store_.first_from({}); node != nullptr;
       node = OrderedStore::after(node)) {
    collect_versions(*node, cut.version, cut.pin.version(), with_history, versions);
    if (versions.empty()) continue;
    PERSIST_TRY(writer.add(node->key(), versions));
  }
  return {};
}

}  // namespace persist::engine
