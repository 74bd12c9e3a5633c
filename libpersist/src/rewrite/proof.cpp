#include "rewrite/proof.hpp"

#include <algorithm>

#include "inspect/forecast_sound.hpp"
#include "platform/paths.hpp"
#include "rewrite/source.hpp"

namespace persist::rewrite {
namespace {

// What the new files say when they are read.
struct ReadBack {
  StateSummary summary;
  std::optional<TornTail> torn_tail;
  Digest digest;
};

Result<ReadBack> read_back(FileSystem& files, const SourceFiles& fresh, const Expectation& expected,
                           const RewriteOptions& options) {
  SourceOptions source_options;
  source_options.history = expected.history;
  source_options.check_lineage = false;
  source_options.max_memory_bytes = options.max_memory_bytes;
  PERSIST_TRY_ASSIGN(const Source source, load_source(files, fresh, source_options, options));
  DigestBuilder digest;
  PERSIST_TRY(source.state.for_each([&](const KeyState& key) {
    const bool is_for_the_clock = expected.clock_key && key.key == *expected.clock_key;
    if (!is_for_the_clock) digest.add(key.key, key.versions);
    return true;
  }));
  return ReadBack{source.state.summary(), source.torn_tail, digest.finish()};
}

class NoCommits final : public LogSink {
 public:
  bool on_commit(const Commit&) override { return false; }
  bool on_damage(const Damage&) override { return false; }
};

// A snapshot's entries come as they are to be digested: nothing has to be sorted or held.
class EntryDigest final : public SnapshotSink {
 public:
  explicit EntryDigest(const RewriteOptions& options) : options_(options) {}

  bool on_entry(const SnapshotEntry& entry) override {
    digest_.add(entry.key, entry.versions);
    if (++entries_ % entries_between_polls != 0 || !options_.should_stop) return true;
    was_stopped_ = options_.should_stop();
    return !was_stopped_;
  }
  bool on_damage(const Damage& damage) override {
    damage_ = damage;
    return false;
  }

  [[nodiscard]] Result<Digest> finish(const std::string& path) const {
    if (was_stopped_) return fail(ErrorCode::interrupted, {}, "stopped as asked");
    if (!damage_) return digest_.finish();
    return std::unexpected(
        Error{ErrorCode::damaged, damage_->message, path, damage_->offset, {}, 0});
  }

 private:
  static constexpr std::uint64_t entries_between_polls = 4096;
  const RewriteOptions& options_;
  DigestBuilder digest_;
  std::uint64_t entries_ = 0;
  bool was_stopped_ = false;
  std::optional<Damage> damage_;
};

// The same as read_back(), in one pass and without memory, for a snapshot beside a log that holds
// no commit; none when there is one.
std::optional<Result<ReadBack>> read_in_order(const SourceFiles& fresh,
                                              const RewriteOptions& options) {
  ReadBack found;
  if (fresh.log != nullptr) {
    NoCommits sink;
    auto log = read_log(*fresh.log, {}, sink);
    if (!log) return std::unexpected(std::move(log).error());
    if (log->stopped) return std::nullopt;
    found.summary.log = *std::move(log);
  }
  EntryDigest sink(options);
  const auto snapshot = read_snapshot(*fresh.snapshot, {options.progress}, sink);
  if (!snapshot) return std::unexpected(snapshot.error());
  auto digest = sink.finish(fresh.snapshot->path());
  if (!digest) return std::unexpected(std::move(digest).error());
  found.digest = *std::move(digest);
  found.summary.snapshot = *snapshot;
  found.summary.max_version = std::max(snapshot->max_version, snapshot->covered.value_or(0));
  return found;
}

std::optional<std::string> difference(const Digest& expected, const Digest& found,
                                      const Expectation& expectation) {
  if (found.fingerprint != expected.fingerprint) {
    return "its fingerprint is " + found.fingerprint + " instead of " + expected.fingerprint;
  }
  if (found.versions != expected.versions) {
    return "it holds " + std::to_string(found.versions) + " versions instead of " +
           std::to_string(expected.versions);
  }
  if (!expectation.renumbered && found.history != expected.history) {
    return "its versions are not those of the source";
  }
  return std::nullopt;
}

// Why the engine of the line would refuse the files, whatever is in them.
std::optional<std::string> refusal_of(ReleaseLine line, const StateSummary& summary) {
  const Forecast forecast = forecast_of_sound_files(summary.log, summary.snapshot, 0);
  const EngineForecast& engine = forecast[static_cast<std::size_t>(line)];
  if (!engine.opens) return "its engine would refuse it: " + engine.error;
  if (summary.snapshot && summary.snapshot->looks_like_lz4) {
    return "its engine would take the snapshot for LZ4";
  }
  return std::nullopt;
}

std::optional<std::string> what_is_wrong(const ReadBack& found, const Expectation& expected) {
  const StateSummary& summary = found.summary;
  if (found.torn_tail) return "its log ends in a torn write: " + found.torn_tail->message;
  // An old file beside a new one may know of later versions, which say nothing any more.
  const bool is_all_new = expected.line.has_value();
  if (summary.max_version < expected.clock ||
      (is_all_new && summary.max_version > expected.clock)) {
    return "its greatest version is " + std::to_string(summary.max_version) + " instead of " +
           std::to_string(expected.clock);
  }
  if (const auto differs = difference(expected.digest, found.digest, expected)) return differs;
  return expected.line ? refusal_of(*expected.line, summary) : std::nullopt;
}

}  // namespace

Result<> prove(FileSystem& files, const SourceFiles& fresh, const Expectation& expected,
               const RewriteOptions& options) {
  const bool is_in_order = fresh.snapshot != nullptr && expected.history;
  auto found = is_in_order ? read_in_order(fresh, options) : std::nullopt;
  if (!found) found = read_back(files, fresh, expected, options);
  if (!*found) {
    Error error = std::move(*found).error();
    if (error.code == ErrorCode::damaged) error.code = ErrorCode::mismatch;
    return std::unexpected(std::move(error));
  }
  const auto wrong = what_is_wrong(**found, expected);
  if (!wrong) return {};
  return fail(ErrorCode::mismatch, {},
              "what was written does not read back as it should: " + *wrong);
}

Result<> check_space(FileSystem& files, const std::string& target, std::uint64_t needed_bytes) {
  PERSIST_TRY_ASSIGN(const std::string path, files.resolve(target));
  std::string directory = platform::parent_of(path);
  // Up to the root at most: a disk that fails says of no directory that it is there.
  while (directory != "." && directory != "/" && !files.info(directory)) {
    directory = platform::parent_of(directory);
  }
  PERSIST_TRY_ASSIGN(const std::uint64_t free, files.free_bytes(directory));
  if (free >= needed_bytes) return {};
  return fail(ErrorCode::no_space, directory,
              "what is to be written there needs " + std::to_string(needed_bytes) + " bytes, and " +
                  std::to_string(free) + " are free",
              "make room there; nothing was changed");
}

}  // namespace persist::rewrite
