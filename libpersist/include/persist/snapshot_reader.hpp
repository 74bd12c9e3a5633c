// The one reader of snapshots, the log reader's twin: entries in file order, damage between them.
#pragma once

#include <atomic>
#include <persist/damage.hpp>
#include <persist/file_system.hpp>
#include <persist/formats/snapshot_entry.hpp>
#include <persist/formats/snapshot_header.hpp>
#include <persist/release_line.hpp>
#include <span>

namespace persist {

using formats::VersionedValue;

enum class Compression { none, lz4 };

// Views live until the sink returns. At least one version, ascending; none is 0. Keys ascend
// strictly over the entries that are yielded; what breaks that order is yielded as damage.
struct SnapshotEntry {
  ByteView key;
  std::span<const VersionedValue> versions;
  std::uint64_t offset = 0;  // in the decoded entries, header not counted
  std::uint64_t length = 0;
  bool uncertain = false;  // salvaged from behind damage, where nothing vouches for it
  // Of an uncertain one: in the file; in a compressed snapshot where its LZ4 block begins.
  std::uint64_t file_offset = 0;
};

class SnapshotSink {
 public:
  virtual ~SnapshotSink() = default;
  virtual bool on_entry(const SnapshotEntry& entry) = 0;
  // Offsets of damage are in the file; in a compressed snapshot they are those of the LZ4 block.
  virtual bool on_damage(const Damage& damage) = 0;
};

struct SnapshotReadOptions {
  std::atomic<std::uint64_t>* progress = nullptr;  // bytes of file read so far; may be null
};

struct SnapshotSummary {
  std::uint64_t size_bytes = 0;
  bool is_headed = false;
  std::optional<Version> covered;  // of a headed snapshot; none: its header was cut
  Compression compression = Compression::none;
  bool lz4_ended = false;       // false for the engine's own: it never ends its frames
  bool looks_like_lz4 = false;  // uncompressed, but no engine can open it (defect 20)
  std::uint64_t entries = 0;
  std::uint64_t versions = 0;           // over all entries
  std::uint64_t decoded_bytes = 0;      // of entries, after decompression
  std::uint64_t checksummed_bytes = 0;  // file bytes that an LZ4 checksum vouches for
  bool holds_history = false;           // an entry has several versions, or a delete
  Version min_version = 0;
  Version max_version = 0;
  bool is_complete = true;  // no damage was met
  bool stopped = false;     // a sink said so: nothing above is final
};

// Reads `file`; an empty one is an empty database. Errors: io, permission; `newer_format`. Damage
// is no error. Memory: a few MiB, or the largest entry that is really there.
[[nodiscard]] Result<SnapshotSummary> read_snapshot(File& file, const SnapshotReadOptions& options,
                                                    SnapshotSink& sink);

}  // namespace persist
