#include "log/legacy_doubt.hpp"

#include <algorithm>
#include <persist/formats/log_header.hpp>
#include <persist/release_line.hpp>
#include <set>
#include <span>

#include "log/legacy_chain.hpp"
#include "log/legacy_outliers.hpp"

namespace persist::log {
namespace {

constexpr std::size_t looked_ahead_records = 16;
constexpr std::size_t telling_versions = 2;
constexpr std::size_t first_records = 16;
constexpr std::size_t least_to_compare = 4;
constexpr std::size_t vouching_records = 4;

// The last commit's version is far from those before it, and `version`, behind it, is not: then the
// last commit's is damaged.
std::optional<Doubt> doubt_of_last_commit(const LegacyState& state, Version version) {
  const auto& records = state.pending.records;
  if (records.empty()) return std::nullopt;
  std::size_t last = records.size() - 1;
  const Version outlier = records[last].shape.version;
  while (last > 0 && records[last - 1].shape.version == outlier) --last;
  if (last == 0) return std::nullopt;
  const Version before = records[last - 1].shape.version;
  const Version slack = is_clock_version(before) ? 10'000'000'000 : 8;
  if (distance(version, before) > slack || distance(outlier, before) <= 4 * slack)
    return std::nullopt;
  if (is_clock_version(before) && outlier < std::min(version, before) &&
      !is_byte_from(outlier, version, before)) {
    return std::nullopt;
  }
  return Doubt{records[last].offset, std::nullopt, outlier};
}

bool is_enclosed(const Stretch& stretch, const PendingRecord& before, const PendingRecord& record,
                 const PendingRecord& behind) {
  const auto keyed = [&stretch](const PendingRecord& one) {
    return KeyedVersion{stretch.key_of(one), one.shape.version};
  };
  return before.end() == record.offset && record.end() == behind.offset &&
         is_inside_another_commit(keyed(before), keyed(record), keyed(behind));
}

// Whether the last record, or else `next`, stands inside another commit.
std::optional<Doubt> doubt_of_enclosed(const LegacyState& state, const Stretch& stretch,
                                       const RecordShape& next) {
  const auto& records = state.pending.records;
  if (records.empty()) return std::nullopt;
  const PendingRecord& last = records.back();
  const PendingRecord here{state.at, next};
  if (records.size() > 1 && is_enclosed(stretch, records[records.size() - 2], last, here)) {
    return Doubt{last.offset, std::nullopt, last.shape.version};
  }
  PendingRecord behind{here.end(), {}};
  const ByteView rest = stretch.bytes.substr(
      std::min(stretch.bytes.size(), static_cast<std::size_t>(behind.offset - stretch.offset)));
  if (parse_record(rest.data(), rest.size(), behind.shape) != Parse::whole ||
      !is_enclosed(stretch, last, here, behind)) {
    return std::nullopt;
  }
  return Doubt{here.offset, std::nullopt, next.version};
}

// The versions behind `state.at` that are not `version`, in order; none of them when reading fails
// before there are enough to tell.
std::optional<std::vector<Version>> versions_ahead(const LegacyState& state, const Stretch& stretch,
                                                   Version version) {
  auto at = static_cast<std::size_t>(state.at - stretch.offset);
  const ByteView bytes = stretch.bytes;
  std::vector<Version> others;
  RecordShape shape;
  for (std::size_t i = 0; i < looked_ahead_records && at < bytes.size(); ++i) {
    const Parse parse = parse_record(bytes.data() + at, bytes.size() - at, shape);
    if (parse == Parse::truncated && stretch.offset + bytes.size() < state.end) break;
    if (parse != Parse::whole) {
      if (others.size() < telling_versions && !bytes.substr(at).starts_with(formats::log_magic)) {
        return std::nullopt;
      }
      break;
    }
    if (shape.version != version && (others.empty() || others.back() != shape.version)) {
      others.push_back(shape.version);
    }
    at += static_cast<std::size_t>(shape.length);
  }
  return others;
}

// A writer that had its clock's time and not yet the file, while another went on: on a busy machine
// for as long as a thread may have to wait. Inside another commit no such version can stand.
bool is_late_commit(const LegacyState& state, const std::vector<Version>& others, Version version,
                    bool is_single) {
  const VersionTrack& before = state.scanner.versions();
  const Version newest = before.newest();
  if (before.is_counter() || version >= newest) return false;
  const Version next = others.empty() ? newest : others.front();
  const bool may_be_altered = is_single && is_byte_from(version, newest, next);
  if (newest - version > usual_wait_ns && may_be_altered) return false;
  return others.empty() || others.front() != state.scanner.last();
}

// Whether the record behind `next` is of another commit: nothing alters a version in two alike.
bool is_alone(const LegacyState& state, const Stretch& stretch, const RecordShape& next) {
  const ByteView behind = stretch.bytes.substr(
      std::min<std::uint64_t>(stretch.bytes.size(), state.at - stretch.offset + next.length));
  RecordShape second;
  return parse_record(behind.data(), behind.size(), second) != Parse::whole ||
         second.version != next.version;
}

// Whether the versions go on from `version`, rather than from those before it.
bool is_lasting(const LegacyState& state, const std::vector<Version>& others, Version version,
                bool is_single) {
  const VersionTrack& before = state.scanner.versions();
  if (before.is_counter() && !is_clock_version(version)) {
    if (version <= before.newest()) return false;  // taken
    if (others.empty()) return true;
    // Writers overtake each other by a little; a log that has lost some stays where it went on.
    return version <= std::max(before.newest(), std::ranges::max(others)) + counter_disorder;
  }
  // No counter takes over from a clock, but where the log is another one from here on.
  if (!is_clock_version(version) && !std::ranges::none_of(others, is_clock_version)) return false;
  return is_late_commit(state, others, version, is_single) || others.empty() ||
         !before.goes_on(others.front());
}

// The records behind `state.at`, as many as vouch for those in front; fewer where the log ends with
// them, none when they do not go on.
std::optional<std::vector<RecordShape>> successors(const LegacyState& state,
                                                   const Stretch& stretch) {
  auto at = static_cast<std::size_t>(state.at - stretch.offset);
  std::vector<RecordShape> shapes;
  VersionTrack track = state.scanner.versions();
  Version last = state.scanner.last();
  while (shapes.size() < vouching_records && stretch.offset + at < state.end) {
    RecordShape shape;
    if (parse_record(stretch.bytes.data() + at, stretch.bytes.size() - at, shape) != Parse::whole) {
      return std::nullopt;
    }
    if (shape.version != last && !track.goes_on(shape.version)) return std::nullopt;
    if (shape.version != last) track.note(shape.version);
    last = shape.version;
    shapes.push_back(shape);
    at += static_cast<std::size_t>(shape.length);
  }
  return shapes;
}

// Where versions of records that a value swallowed can be: between those of its neighbours.
VersionRanges swallowed_versions(const LegacyState& state, Version record, Version next) {
  const VersionTrack& track = state.scanner.versions();
  const Version slack = track.is_counter() ? counter_disorder : track.slack();
  const Version low = std::min(record, next);
  VersionRanges ranges;
  ranges.add(low > slack ? low - slack : 1, std::max(record, next) + slack, 1.0F);
  return ranges;
}

// Versions at the beginning are above all that follow: no counter begins like that, and none takes
// over from a clock. They are copies in a value that has lost its beginning.
std::optional<Doubt> doubt_of_first_versions(std::span<const PendingRecord> records) {
  constexpr Version widest_overlap = 64;
  constexpr std::size_t compared_records = 48;
  records = records.first(std::min(records.size(), compared_records));
  Version newest_behind = records.back().shape.version;
  if (is_clock_version(newest_behind)) return std::nullopt;
  for (std::size_t i = records.size() - 1; i-- > 0;) {
    const Version version = records[i].shape.version;
    if (version > newest_behind + widest_overlap) {
      const bool is_single = i == 0 || records[i - 1].shape.version != version;
      return Doubt{records[i + 1].offset, 0, is_single ? version : 0};
    }
    newest_behind = std::max(newest_behind, version);
  }
  return std::nullopt;
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

std::optional<Doubt> doubt_of_next(const LegacyState& state, const Stretch& stretch,
                                   const RecordShape& next) {
  const Version version = next.version;
  if (const auto doubt = doubt_of_enclosed(state, stretch, next)) return doubt;
  if (state.scanner.versions().goes_on(version)) return std::nullopt;
  if (const auto doubt = doubt_of_last_commit(state, version)) return doubt;
  const auto others = versions_ahead(state, stretch, version);
  if (others && is_lasting(state, *others, version, is_alone(state, stretch, next))) {
    return std::nullopt;
  }
  const bool is_back = version <= state.scanner.versions().newest();
  return Doubt{state.at, std::nullopt, is_back ? 0 : version};
}

std::optional<Doubt> doubt_of_value(const LegacyState& state, const Stretch& stretch) {
  const PendingRecord& record = state.pending.records.back();
  const auto next = successors(state, stretch);
  if (!next) return Doubt{record.offset};
  const ByteView value =
      stretch.part(record.offset + record.shape.value_at(), record.shape.value_length);
  const Version version = record.shape.version;
  const VersionRanges expected =
      swallowed_versions(state, version, next->empty() ? version : next->front().version);
  const auto all = find_candidates(value);
  const auto candidates = expected_among(all, expected, value.size(), SIZE_MAX);
  const Chain chain = chain_to(candidates, value.size());
  const auto has_known_key = [&](const Candidate& candidate) {
    return state.scanner.knows_shape_of(candidate.key(value));
  };
  // Whole records that lead nowhere are a copy of others, and so are the remains behind them.
  if (std::ranges::none_of(all, has_known_key) &&
      state.scanner.ends_in_remains(value.data(), value.data() + value.size())) {
    return Doubt{record.offset};
  }
  if (chain.empty()) return std::nullopt;
  // A counter's version that was met before is that of a copy.
  const VersionTrack& track = state.scanner.versions();
  const bool are_copies = track.is_counter() && std::ranges::any_of(chain, [&](std::size_t i) {
                            const Version inside = candidates[i].shape.version;
                            return inside != version && track.is_taken(inside);
                          });
  return are_copies ? std::nullopt : std::optional(Doubt{record.offset});
}

std::optional<Doubt> doubt_of_start(const LegacyState& state, const Stretch& stretch) {
  const auto& records = state.pending.records;
  if (records.empty()) return std::nullopt;
  if (const auto doubt = doubt_of_first_versions(records)) return doubt;
  for (std::size_t i = 0; i < std::min(records.size(), first_records); ++i) {
    const auto at = static_cast<std::size_t>(records[i].offset - stretch.offset);
    // What was found in front of it stays found.
    if (state.scanner.was_odd(stretch.bytes, at)) {
      return Doubt{records[i].end(), state.pending.behind_damage_before(i), 0};
    }
  }
  if (is_first_unlike_the_rest(records)) return Doubt{records.front().end(), 0, 0};
  return std::nullopt;
}

}  // namespace persist::log
