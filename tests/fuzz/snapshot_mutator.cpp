#include <lz4frame.h>

#include <algorithm>
#include <memory>
#include <persist/formats/lz4_frame.hpp>
#include <persist/formats/snapshot_entry.hpp>
#include <persist/formats/snapshot_header.hpp>

#include "fuzz/mutator.hpp"

namespace persist::fuzz {
namespace {

using namespace formats;

struct Snapshot {
  std::optional<SnapshotHeader> header;
  bool is_compressed = false;
  std::vector<std::string> entries;
  std::string rest;  // behind the last entry that decodes
};

// Two hundred times what small inputs hold: more would only be slow.
constexpr std::size_t max_entry_bytes = std::size_t{1} << 18U;

// As much as can be decompressed.
std::string decompress(ByteView frame) {
  LZ4F_dctx* context = nullptr;
  if (LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION)) != 0) return {};
  const std::unique_ptr<LZ4F_dctx, decltype(&LZ4F_freeDecompressionContext)> owner(
      context, &LZ4F_freeDecompressionContext);
  std::string out(max_entry_bytes, '\0');
  std::size_t filled = 0;
  while (!frame.empty() && filled < out.size()) {
    std::size_t produced = out.size() - filled;
    std::size_t consumed = frame.size();
    const std::size_t hint =
        LZ4F_decompress(context, out.data() + filled, &produced, frame.data(), &consumed, nullptr);
    if (LZ4F_isError(hint) != 0) break;
    filled += produced;
    frame.remove_prefix(consumed);
    if (hint == 0 || produced + consumed == 0) break;
  }
  out.resize(filled);
  return out;
}

// As the engine does, which never ends its frames, or as others do.
std::string compress(ByteView entries, Random& random) {
  const bool is_ended = below(2, random) == 0;
  LZ4F_preferences_t preferences = {};
  preferences.frameInfo.blockSizeID = below(4, random) == 0 ? LZ4F_max256KB : LZ4F_max64KB;
  preferences.frameInfo.blockMode =
      below(2, random) == 0 ? LZ4F_blockLinked : LZ4F_blockIndependent;
  preferences.frameInfo.blockChecksumFlag = LZ4F_blockChecksumEnabled;
  if (is_ended) preferences.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled;
  preferences.compressionLevel = 7;
  LZ4F_cctx* context = nullptr;
  if (LZ4F_isError(LZ4F_createCompressionContext(&context, LZ4F_VERSION)) != 0) return {};
  const std::unique_ptr<LZ4F_cctx, decltype(&LZ4F_freeCompressionContext)> owner(
      context, &LZ4F_freeCompressionContext);
  std::string out(LZ4F_HEADER_SIZE_MAX + LZ4F_compressBound(entries.size(), &preferences), '\0');
  std::size_t length = LZ4F_compressBegin(context, out.data(), out.size(), &preferences);
  length += LZ4F_compressUpdate(context, out.data() + length, out.size() - length, entries.data(),
                                entries.size(), nullptr);
  length += is_ended ? LZ4F_compressEnd(context, out.data() + length, out.size() - length, nullptr)
                     : LZ4F_flush(context, out.data() + length, out.size() - length, nullptr);
  out.resize(length);
  return out;
}

Snapshot take_snapshot_apart(ByteView bytes) {
  Snapshot snapshot;
  if (const auto header = decode_snapshot_header(bytes)) {
    snapshot.header = *header;
    bytes.remove_prefix(snapshot_header_length_bytes);
  }
  std::string decompressed;
  if (decode_lz4_frame_header(bytes)) {
    snapshot.is_compressed = true;
    decompressed = decompress(bytes);
    bytes = decompressed;
  }
  std::vector<VersionedValue> versions;
  while (!bytes.empty()) {
    Cursor cursor(bytes);
    if (!take_snapshot_entry(cursor, versions)) break;
    snapshot.entries.emplace_back(bytes.substr(0, cursor.position()));
    bytes.remove_prefix(cursor.position());
  }
  snapshot.rest = bytes;
  return snapshot;
}

std::string put_together(const Snapshot& snapshot, Random& random) {
  std::string out;
  if (snapshot.header) append_snapshot_header(out, *snapshot.header);
  std::string entries;
  for (const std::string& entry : snapshot.entries) entries += entry;
  entries += snapshot.rest;
  return out + (snapshot.is_compressed ? compress(entries, random) : entries);
}

// One field of the entry.
std::string mutate_entry(const std::string& entry, Random& random) {
  Cursor cursor(entry);
  std::vector<VersionedValue> versions;
  const auto key = take_snapshot_entry(cursor, versions);
  if (!key || versions.empty()) return mutate_bytes(entry, entry.size() + 8);
  std::string text(*key);
  std::string value;
  VersionedValue& version = versions[below(versions.size(), random)];
  switch (below(6, random)) {
    case 0:
      text = mutate_bytes(std::move(text), text.size() + 8);
      break;
    case 1:
      version.version += below(5, random) - 2;
      break;
    case 2:
      version.value.reset();
      break;
    case 3:
      versions.push_back({versions.back().version + 1, "newer"});
      break;
    case 4:
      versions.pop_back();
      break;
    default:
      value = mutate_bytes(std::string(version.value.value_or("v")), 64);
      version.value = value;
  }
  std::string out;
  append_snapshot_entry(out, text, versions);
  return out;
}

void mutate_parts(Snapshot& snapshot, std::size_t room, Random& random) {
  std::vector<std::string>& entries = snapshot.entries;
  const std::size_t choice = below(10, random);
  if (choice == 0) {
    snapshot.header = snapshot.header ? std::nullopt : std::optional(SnapshotHeader{7});
  } else if (choice == 1) {
    snapshot.is_compressed = !snapshot.is_compressed;
  } else if (choice == 2 && snapshot.header) {
    snapshot.header->covered += below(9, random) - 4;
  } else if (choice == 3 || entries.empty()) {
    snapshot.rest = mutate_bytes(std::move(snapshot.rest), snapshot.rest.size() + room);
  } else {
    const auto at = entries.begin() + static_cast<std::ptrdiff_t>(below(entries.size(), random));
    if (choice == 4) {
      entries.erase(at);
    } else if (choice == 5) {
      std::swap(*at, entries.front());
    } else if (choice == 6) {
      entries.insert(at, std::string(*at));
    } else {
      *at = mutate_entry(*at, random);
    }
  }
}

}  // namespace

std::string mutate_snapshot(ByteView bytes, std::size_t max_length, Random& random) {
  Snapshot snapshot = take_snapshot_apart(bytes);
  mutate_parts(snapshot, max_length - std::min(max_length, bytes.size()), random);
  std::string out = put_together(snapshot, random);
  if (out.size() > max_length) out.resize(max_length);
  return out;
}

}  // namespace persist::fuzz
