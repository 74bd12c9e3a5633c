#include "log/legacy_plain.hpp"

#include <limits>
#include <persist/release_line.hpp>

#include "log/framed_start.hpp"
#include "log/legacy_scan.hpp"

namespace persist::log {
namespace {

constexpr std::size_t piece_bytes = 256 << 10;
// A longer record may have a damaged length, for which no memory is taken.
constexpr std::size_t most_bytes = 64 << 20;

// Whether the next record, at `at`, is one that only the log's end cuts.
bool is_cut_by_end(ByteView bytes, std::uint64_t left) {
  RecordShape shape;
  return bytes.size() == left &&
         parse_record(bytes.data(), bytes.size(), shape) == Parse::truncated;
}

// Whether the next record is of a commit whose clock's time is before others' that are in the log
// already: it waited for the file, or the clock was set back. Then the scanner goes on from it.
bool note_late_commit(LegacyScanner& scanner, ByteView bytes) {
  RecordShape shape;
  if (parse_record(bytes.data(), bytes.size(), shape) != Parse::whole) return false;
  VersionTrack track = scanner.versions();
  if (track.is_counter() || !is_clock_version(shape.version)) return false;
  if (shape.version > track.newest()) return false;
  track.note(shape.version);
  scanner.set_versions(track, shape.version);
  return true;
}

}  // namespace

Result<std::optional<std::uint64_t>> plain_end(File& file, std::uint64_t begin, std::uint64_t end) {
  Window window(file, end);
  LegacyScanner scanner;
  std::vector<PendingRecord> records;
  std::uint64_t offset = begin;
  for (std::size_t wanted = piece_bytes;;) {
    PERSIST_TRY_ASSIGN(const ByteView bytes, window.view(offset, wanted));
    const std::uint64_t left = window.remaining(offset);
    if (left == 0) return offset;
    std::size_t at = 0;
    records.clear();
    const ScanStop stop =
        scanner.scan(bytes, offset, at, std::numeric_limits<std::uint64_t>::max(), records);
    offset += at;
    if (stop == ScanStop::not_a_record) {
      PERSIST_TRY_ASSIGN(const auto framed, framed_part_at(window, offset));
      return framed && !framed->damage ? std::optional(offset) : std::nullopt;
    }
    if (stop == ScanStop::new_versions) {
      if (!note_late_commit(scanner, bytes.substr(at))) return std::nullopt;
      wanted = piece_bytes;
      continue;
    }
    if (is_cut_by_end(bytes.substr(at), left - at)) return offset;
    if (at == 0 && wanted >= most_bytes) return std::nullopt;
    wanted = at > 0 ? piece_bytes : 2 * wanted;
  }
}

}  // namespace persist::log
