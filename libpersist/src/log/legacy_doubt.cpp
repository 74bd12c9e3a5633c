#include "log/legacy_doubt.hpp"

#include <algorithm>
#include <persist/release_line.hpp>
#include <set>

namespace persist::log {
namespace {

constexpr std::size_t looked_ahead_records = 16;
constexpr std::size_t first_records = 16;
constexpr std::size_t least_to_compare = 4;
constexpr Version longest_wait_ns = 2'000'000'000;

Version distance(Version a, Version b) {
  return a > b ? a - b : b - a;
}

// The last commit's version is far from those before it, and `version`, behind it, is not: then the
// last commit's is damaged.
std::optional<Doubt> doubt_of_last_commit(const LegacyState& state, Version version) {
  const auto& records = state.pending.records;
  if (records.empty()) return std::nullopt;
  std::size_t last = records.size() - 1;
  const Version stray = records[last].shape.version;
  while (last > 0 && records[last - 1].shape.version == stray) --last;
  if (last == 0) return std::nullopt;
  const Version before = records[last - 1].shape.version;
  const Version slack = is_clock_version(before) ? 10'000'000'000 : 8;
  if (distance(version, before) > slack || distance(stray, before) <= 4 * slack)
    return std::nullopt;
  return Doubt{records[last].offset, std::nullopt, stray};
}

// The versions behind `state.at` that are not `version`, in order; none of them when reading fails
// soon.
std::optional<std::vector<Version>> versions_ahead(const LegacyState& state, const Stretch& stretch,
                                                   Version version) {
  auto at = static_cast<std::size_t>(state.at - stretch.offset);
  const ByteView bytes = stretch.bytes;
  std::vector<Version> others;
  RecordShape shape;
  for (std::size_t i = 0; i < looked_ahead_records && at < bytes.size(); ++i) {
    const Parse parse = parse_record(bytes.data() + at, bytes.size() - at, shape);
    if (parse == Parse::open && stretch.offset + bytes.size() < state.end) break;
    if (parse != Parse::whole) return std::nullopt;
    if (shape.version != version && (others.empty() || others.back() != shape.version)) {
      others.push_back(shape.version);
    }
    at += static_cast<std::size_t>(shape.length);
  }
  return others;
}

// A writer that had its clock's time and not yet the file, while another went on: on a busy machine
// for as long as a thread may have to wait. Inside another commit no such version can stand.
bool is_late_commit(const LegacyState& state, const std::vector<Version>& others, Version version) {
  const VersionTrack& before = state.scanner.versions();
  if (before.is_counter() || version >= before.newest()) return false;
  if (before.newest() - version > longest_wait_ns) return false;
  return others.empty() || others.front() != state.scanner.last();
}

// Whether the versions go on from `version`, rather than from those before it.
bool is_lasting(const LegacyState& state, const std::vector<Version>& others, Version version) {
  const VersionTrack& before = state.scanner.versions();
  if (before.is_counter() && !is_clock_version(version)) {
    if (version <= before.newest()) return false;  // taken
    return others.size() < 2 || others[0] != before.newest() + 1 ||
           others[1] != before.newest() + 2;
  }
  return is_late_commit(state, others, version) || others.empty() ||
         !before.goes_on(others.front());
}

// Whether the first record's key, or its version, is unlike all others while those are alike.
bool is_first_unlike_the_rest(const std::vector<PendingRecord>& records) {
  const RecordShape& first = records.front().shape;
  std::set<std::uint64_t> lengths;
  for (std::size_t i = 1; i < records.size(); ++i) lengths.insert(records[i].shape.key_length);
  // A key or two are no custom.
  const bool are_alike = records.size() >= least_to_compare && lengths.size() * 2 < records.size();
  if (are_alike && !lengths.contains(first.key_length)) return true;
  const auto next = std::ranges::find_if(records, [&first](const PendingRecord& record) {
    return record.shape.version != first.version;
  });
  VersionTrack track;
  track.note(first.version);
  return next != records.end() && !track.goes_on(next->shape.version);
}

}  // namespace

std::optional<Doubt> doubt_of_versions(const LegacyState& state, const Stretch& stretch,
                                       Version version) {
  if (const auto doubt = doubt_of_last_commit(state, version)) return doubt;
  const auto others = versions_ahead(state, stretch, version);
  if (others && is_lasting(state, *others, version)) return std::nullopt;
  const bool is_back = version <= state.scanner.versions().newest();
  return Doubt{state.at, std::nullopt, is_back ? 0 : version};
}

std::optional<Doubt> doubt_of_start(const LegacyState& state, const Stretch& stretch) {
  const auto& records = state.pending.records;
  if (records.empty()) return std::nullopt;
  for (std::size_t i = 0; i < std::min(records.size(), first_records); ++i) {
    const auto at = static_cast<std::size_t>(records[i].offset - stretch.offset);
    if (state.scanner.was_odd(stretch.bytes, at)) return Doubt{records[i].end(), 0, 0};
  }
  if (is_first_unlike_the_rest(records)) return Doubt{records.front().end(), 0, 0};
  return std::nullopt;
}

}  // namespace persist::log
