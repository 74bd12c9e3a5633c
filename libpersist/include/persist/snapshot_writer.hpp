// Writes a snapshot, entry by entry, in the format of one release line.
#pragma once

#include <functional>
#include <memory>
#include <persist/snapshot_reader.hpp>
#include <span>

namespace persist {

struct SnapshotWriteOptions {
  std::optional<Version> covered;  // a header is written when present (line 1.1)
  // Entries are compressed even with `none` when the first key would make them look like LZ4 to the
  // engine (defect 20).
  Compression compression = Compression::none;
  int level = 0;  // LZ4: 0 is the project's default, 1 to 12 as LZ4's own
};

// Compressed output is one ended LZ4 frame with independent blocks of up to 1 MiB, block checksums
// and a content checksum: every release reads it, and lz4 -t accepts it (formats/README.md, "LZ4").
// Blocks are compressed on up to four threads; memory: 2 MiB for each, and an entry.
class SnapshotWriter {
 public:
  using Output = std::function<Result<>(ByteView)>;

  SnapshotWriter(const SnapshotWriteOptions& options, Output output);
  ~SnapshotWriter();
  SnapshotWriter(const SnapshotWriter&) = delete;
  SnapshotWriter& operator=(const SnapshotWriter&) = delete;

  [[nodiscard]] Result<> begin();
  // Keys strictly ascending; at least one version, ascending. Errors: the output's;
  // invalid_argument.
  [[nodiscard]] Result<> add(ByteView key, std::span<const VersionedValue> versions);
  // Ends the frame. Nothing may be added after it.
  [[nodiscard]] Result<> finish();

  [[nodiscard]] std::uint64_t entries() const noexcept;
  [[nodiscard]] std::uint64_t size_bytes() const noexcept;  // given to Output so far

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace persist
