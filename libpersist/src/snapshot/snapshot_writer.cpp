#include <algorithm>
#include <persist/formats/lz4_frame.hpp>
#include <persist/snapshot_writer.hpp>

#include "snapshot/block_compressor.hpp"
#include "snapshot/content_hash.hpp"

namespace persist {
namespace {

// A block is what is lost with a damaged byte. Up to 4 MiB are possible; 1 MiB costs 0.4 % in size.
constexpr std::size_t block_max_bytes = std::size_t{1} << 20U;

void append_frame_header(std::string& out) {
  formats::Lz4FrameHeader header;
  header.block_max_bytes = block_max_bytes;
  header.independent_blocks = header.block_checksums = header.content_checksum = true;
  formats::append_lz4_frame_header(out, header);
}

}  // namespace

struct SnapshotWriter::State {
  SnapshotWriteOptions options;
  Output output;
  snapshot::BlockCompressor compressor;
  snapshot::ContentHash hash;
  std::string pending;  // entries that are not given on yet
  std::string last_key;
  std::uint64_t entries = 0;
  std::uint64_t size_bytes = 0;

  State(const SnapshotWriteOptions& write_options, Output write_output)
      : options(write_options),
        output(std::move(write_output)),
        compressor(options.level, [this](ByteView bytes) { return put(bytes); }) {}

  [[nodiscard]] bool is_compressed() const noexcept {
    return options.compression == Compression::lz4;
  }

  Result<> put(ByteView bytes) {
    size_bytes += bytes.size();
    return output(bytes);
  }

  Result<> give_on(ByteView bytes) {
    if (!is_compressed()) return put(bytes);
    hash.update(bytes);
    return compressor.add(bytes);
  }

  // What is given on from here is compressed, whatever the options said.
  Result<> begin_frame() {
    options.compression = Compression::lz4;
    std::string front;
    append_frame_header(front);
    return put(front);
  }

  // Called when an entry was added behind the first `entry_begin` pending bytes. Blocks begin where
  // an entry does, unless it is longer than one: behind a damaged block the next entry is then
  // found at once, and none is lost but those in the block.
  Result<> give_on_full(std::size_t entry_begin) {
    if (pending.size() <= block_max_bytes) return {};
    std::size_t given = entry_begin;
    if (given > 0) PERSIST_TRY(give_on(ByteView(pending).substr(0, given)));
    for (; pending.size() - given > block_max_bytes; given += block_max_bytes) {
      PERSIST_TRY(give_on(ByteView(pending).substr(given, block_max_bytes)));
    }
    pending.erase(0, given);
    return {};
  }
};

SnapshotWriter::SnapshotWriter(const SnapshotWriteOptions& options, Output output)
    : state_(std::make_unique<State>(options, std::move(output))) {}
SnapshotWriter::~SnapshotWriter() = default;

Result<> SnapshotWriter::begin() {
  std::string front;
  if (state_->options.covered) formats::append_snapshot_header(front, {*state_->options.covered});
  if (state_->is_compressed()) append_frame_header(front);
  return front.empty() ? Result<>{} : state_->put(front);
}

Result<> SnapshotWriter::add(ByteView key, std::span<const VersionedValue> versions) {
  State& state = *state_;
  if (versions.empty() || (state.entries > 0 && key <= state.last_key)) {
    return fail(ErrorCode::invalid_argument, {}, "a snapshot's keys ascend and each has a version");
  }
  if (state.entries == 0 && !state.is_compressed() && formats::looks_like_lz4(key)) {
    PERSIST_TRY(state.begin_frame());
  }
  const std::size_t begin = state.pending.size();
  formats::append_snapshot_entry(state.pending, key, versions);
  state.last_key.assign(key);
  ++state.entries;
  return state.give_on_full(begin);
}

Result<> SnapshotWriter::finish() {
  if (!state_->pending.empty()) PERSIST_TRY(state_->give_on(state_->pending));
  state_->pending.clear();
  if (!state_->is_compressed()) return {};
  PERSIST_TRY(state_->compressor.finish());
  std::string end;
  formats::append_lz4_end(end, state_->hash.digest());
  return state_->put(end);
}

std::uint64_t SnapshotWriter::entries() const noexcept {
  return state_->entries;
}
std::uint64_t SnapshotWriter::size_bytes() const noexcept {
  return state_->size_bytes;
}

}  // namespace persist
