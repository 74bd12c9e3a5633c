#include "snapshot/snapshot_front.hpp"

#include <algorithm>
#include <persist/formats/snapshot_header.hpp>
#include <persist/formats/varint.hpp>

#include "snapshot/entry_chain.hpp"
#include "snapshot/file_window.hpp"

namespace persist::snapshot {
namespace {

using formats::DecodeError;
using formats::Lz4FrameHeader;

constexpr std::size_t look_bytes = std::size_t{64} << 10U;
// So many bytes of a damaged magic number and version still show what they were.
constexpr std::size_t telling_bytes = 6;
// Each new format raises the version by one: far beyond the last one known, it is damage.
constexpr unsigned highest_plausible_version = 15;
constexpr std::size_t largest_block_bytes = std::size_t{4} << 20U;
constexpr std::size_t content_size_bytes = 8;

Damage damaged_header(std::uint64_t offset, std::uint64_t length, std::string message) {
  Damage damage;
  damage.offset = offset;
  damage.length = length;
  damage.code = DamageCode::damaged_header;
  damage.message = std::move(message);
  damage.may_hold_commits = false;
  return damage;
}

bool begins_with_entries(ByteView bytes, bool file_ends) {
  const ChainSearch search{bytes, file_ends, 0, {}};
  return bytes.empty() || is_chain(search, 0, std::nullopt, 0);
}

// Longer than can be seen, and not than the file.
bool begins_with_long_entry(ByteView bytes, std::uint64_t size_bytes) {
  const EntryScan entry = scan_entry(bytes, Decoding::until_fault);
  return entry.fault == EntryFault::truncated && entry.holds_value && entry.count == 1 &&
         entry.length_bytes <= size_bytes;
}

// Most of its bytes are right, or an LZ4 frame begins where one would behind it; not in the first
// entry's value.
bool resembles_header(ByteView bytes, std::uint64_t size_bytes) {
  std::string expected(formats::snapshot_magic);
  expected += formats::snapshot_header_version;
  if (bytes.size() < formats::snapshot_header_length_bytes) return false;
  std::size_t same = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) same += bytes[i] == expected[i] ? 1 : 0;
  const ByteView behind = bytes.substr(formats::snapshot_header_length_bytes);
  if (same >= telling_bytes) return true;
  return !formats::decode_lz4_frame_header(bytes) &&
         formats::decode_lz4_frame_header(behind).has_value() &&
         !begins_with_entries(bytes, bytes.size() == size_bytes) &&
         !begins_with_long_entry(bytes, size_bytes);
}

unsigned version_of_header(ByteView bytes) {
  const std::size_t at = formats::snapshot_magic.size();
  return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0;
}

Result<> read_header(ByteView bytes, std::uint64_t size_bytes, const std::string& path,
                     Front& front) {
  const auto header = formats::decode_snapshot_header(bytes);
  if (header) {
    front.is_headed = true;
    front.covered = header->covered;
    front.begin = formats::snapshot_header_length_bytes;
    return {};
  }
  if (bytes.empty()) return {};
  const unsigned version = version_of_header(bytes);
  const bool is_newer = header.error() == DecodeError::newer_version;
  if (is_newer && version <= highest_plausible_version) {
    return fail_at(ErrorCode::newer_format, path, formats::snapshot_magic.size(),
                   "the snapshot is of a newer format version (" + std::to_string(version) + ")",
                   "use a release of this program that knows it");
  }
  if (header.error() == DecodeError::truncated) {
    front.damage.push_back(
        damaged_header(0, bytes.size(), "the file ends in the middle of the snapshot's header"));
    front.damage.back().is_torn_tail = true;
    front.damage.back().may_hold_commits = true;
    front.is_headed = true;
    front.begin = bytes.size();
    return {};
  }
  if (resembles_header(bytes, size_bytes)) {
    front.damage.push_back(damaged_header(0, formats::snapshot_header_length_bytes,
                                          "the snapshot's header is damaged"));
    front.is_headed = true;
    front.covered = formats::load_little_endian<Version>(bytes.data() + 8);
    front.begin = formats::snapshot_header_length_bytes;
  }
  return {};
}

// Whether an intact LZ4 block with a checksum lies at the front of `bytes`.
bool begins_with_block(ByteView bytes) {
  constexpr std::size_t word_length = formats::lz4_block_header_length_bytes;
  if (bytes.size() < word_length) return false;
  const auto word = formats::load_little_endian<std::uint32_t>(bytes.data());
  const std::size_t length = word & ~formats::lz4_block_uncompressed_bit;
  if (length == 0 || length > largest_block_bytes) return false;
  if (bytes.size() < word_length + length + formats::lz4_checksum_length_bytes) return false;
  const ByteView data = bytes.substr(word_length, length);
  return formats::lz4_checksum(data) ==
         formats::load_little_endian<std::uint32_t>(data.data() + length);
}

// A frame header that is damaged: the first block proves how long it was. Anything it may have said
// about blocks is covered by assuming the most permissive.
std::optional<Lz4FrameHeader> guess_lz4_header(ByteView bytes) {
  for (const std::size_t length :
       {formats::lz4_frame_header_min_length_bytes,
        formats::lz4_frame_header_min_length_bytes + content_size_bytes}) {
    if (bytes.size() < length || !begins_with_block(bytes.substr(length))) continue;
    Lz4FrameHeader header;
    header.length_bytes = length;
    header.block_max_bytes = largest_block_bytes;
    header.block_checksums = true;
    header.content_checksum = true;
    return header;
  }
  return std::nullopt;
}

Result<> read_lz4_header(FileWindow& window, Front& front) {
  PERSIST_TRY_ASSIGN(const ByteView bytes, window.view(front.begin, look_bytes));
  const auto header = formats::decode_lz4_frame_header(bytes);
  if (header) {
    front.lz4 = *header;
    return {};
  }
  const bool has_magic = bytes.starts_with(formats::lz4_magic);
  const bool file_ends = front.begin + bytes.size() == window.size_bytes();
  const bool is_torn = has_magic && header.error() == DecodeError::truncated;
  if (!is_torn && begins_with_entries(bytes, file_ends)) {
    front.looks_like_lz4 = has_magic;
    return {};
  }
  PERSIST_TRY_ASSIGN(const ByteView more,
                     window.view(front.begin, look_bytes + largest_block_bytes));
  if (const auto guess = guess_lz4_header(more)) {
    front.damage.push_back(damaged_header(front.begin, guess->length_bytes,
                                          "the LZ4 frame's header is damaged; its blocks are not"));
    front.lz4 = *guess;
  } else {
    front.looks_like_lz4 = has_magic && !is_torn;
  }
  return {};
}

}  // namespace

Result<Front> read_front(File& file, std::uint64_t size_bytes) {
  Front front;
  FileWindow window(file, size_bytes);
  PERSIST_TRY_ASSIGN(const ByteView bytes, window.view(0, look_bytes));
  PERSIST_TRY(read_header(bytes, window.size_bytes(), file.path(), front));
  PERSIST_TRY(read_lz4_header(window, front));
  return front;
}

}  // namespace persist::snapshot
