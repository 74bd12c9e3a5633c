// Whether a snapshot and a log belong together. A headed snapshot holds every commit up to the
// version it covers, so what the log still has of them must be in it; and nobody writes one key
// twice at one version (formats/README.md, "Snapshot and log").
//
// Bounded: it keeps the newest record of as many keys as its memory permits; of more keys it keeps
// a sample, chosen by their hashes.
#pragma once

#include <algorithm>
#include <optional>
#include <persist/log_reader.hpp>
#include <persist/snapshot_reader.hpp>
#include <span>
#include <vector>

#include "log/version_set.hpp"

namespace persist {

class CrossCheck {
 public:
  static constexpr std::size_t default_memory_bytes = std::size_t{32} << 20U;

  // Records above `limit` are none of its business: the version that the snapshot covers or,
  // without a header, the greatest in it.
  CrossCheck(Version limit, bool is_headed, std::size_t max_memory_bytes = default_memory_bytes)
      : limit_(limit),
        is_headed_(is_headed),
        max_marks_(std::max(max_memory_bytes / sizeof(Mark), least_marks)) {}

  void add(const Commit& commit);
  // Nothing of the log has to be in the snapshot, so that it need not be read for this.
  [[nodiscard]] bool is_empty() const noexcept { return marks_.empty(); }

  // Between the last commit and the first entry.
  void begin_entries();
  void compare(ByteView key, std::span<const VersionedValue> versions);

  struct Count {
    std::uint64_t records = 0;
    std::uint64_t first_offset = 0;  // of the first commit concerned
    std::uint64_t first_length = 0;
  };
  struct Outcome {
    Count contradicted;  // proof: the snapshot has another value at that version, or an older one
    // The newest record sets the key, and the snapshot lacks it: a suspicion, since a commit that
    // the log has lost may have deleted it; and where there is no such commit, proof.
    Count missing;
    Count hidden;
    // Keys that the snapshot has at a version which the log gives to a whole commit without them.
    // A suspicion: a log that was compacted has parts of its commits.
    std::uint64_t foreign_keys = 0;
    // The snapshot has records of the log as they are in it, or no entry at all: it is this log's.
    bool is_of_one_database = false;
    std::uint64_t commits = 0;  // that the database lacks when the snapshot hides them
    bool is_sample = false;
  };
  [[nodiscard]] Outcome finish() const;

 private:
  enum class Fate : std::uint8_t { not_met, same, agrees, contradicted };
  struct Mark {
    std::uint64_t key_high = 0;  // the key's hash
    std::uint64_t key_low = 0;
    Version version = 0;
    std::uint64_t value = 0;   // its hash
    std::uint64_t offset = 0;  // of the commit
    std::uint32_t length = 0;
    bool has_value = false;
    Fate fate = Fate::not_met;
  };
  static constexpr std::size_t least_marks = 1024;

  void add(const Commit& commit, const RecordView& record);
  void shrink();
  [[nodiscard]] Fate fate_of(const Mark& mark, std::span<const VersionedValue> versions) const;
  [[nodiscard]] bool covers_what_never_was() const noexcept;
  [[nodiscard]] bool cannot_be_deleted(const Mark& mark) const;
  [[nodiscard]] bool is_foreign(const VersionedValue& item, Version newest_of_key) const;

  Version limit_;
  bool is_headed_;
  std::size_t max_marks_;
  std::vector<Mark> marks_;
  std::uint64_t max_hash_ = UINT64_MAX;
  log::VersionSet committed_;  // up to the limit
  Version greatest_ = 0;       // in either file
  bool has_entries_ = false;
  bool knows_all_commits_ = true;  // none that is read lacks a record
  std::uint64_t foreign_keys_ = 0;
};

}  // namespace persist
