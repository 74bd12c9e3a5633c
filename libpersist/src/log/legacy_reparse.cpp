#include "log/legacy_reparse.hpp"

#include <algorithm>

#include "log/legacy_learning.hpp"
#include "log/legacy_locate.hpp"
#include "log/legacy_segmentation.hpp"

namespace persist::log {
namespace {

// What is decided of a region that goes on ends so far in front of its end.
constexpr std::size_t undecided_bytes = 64 << 10;
// Of a reading of every record in a region, to be believed against all others. Damage that leaves
// every record readable is rare, and keys and values of all kinds are not: what is tuned to a few
// kinds of keys would find damage in sound logs of others.
constexpr float least_plain = 1e-20F;
// The same where every record of the log can be read.
constexpr float least_plain_of_all = 1e-24F;

// The record in front of the region. Its key lies in the same window, in front of the region's
// bytes.
Neighbour front_of(const LegacyState& state, const LocatedRegion& region) {
  if (region.first <= state.pending.behind_damage()) return {};
  const PendingRecord& record = state.pending.records[region.first - 1];
  const char* const at = region.bytes.data() - (region.offset - record.offset);
  return {record.shape.version,
          ByteView(at + record.shape.key_at, static_cast<std::size_t>(record.shape.key_length))};
}

bool could_be_read(const LegacyState& state, const Doubt& doubt) {
  return doubt.noticed < state.at;
}

// Where every record could be read, what speaks against the plain reading has to be strong.
void believe_plain_reading(std::size_t region_length, float least,
                           std::vector<RegionRecord>& reading) {
  std::size_t chain = 0;
  for (const RegionRecord& one : reading) {
    if (one.record.is_headless || one.record.at != chain) continue;
    if (one.probability < least) return;
    chain = one.record.end();
  }
  if (chain != region_length) return;
  chain = 0;
  for (RegionRecord& one : reading) {
    const bool is_plain = !one.record.is_headless && one.record.at == chain;
    if (is_plain) chain = one.record.end();
    one.probability = is_plain ? 1.0F : 0.0F;
  }
}

// Whether the region can be read from record to record, too: it cannot when what it is believed to
// go on with are records in a value.
bool ends_on_plain_record(const LocatedRegion& region) {
  std::size_t at = 0;
  RecordShape shape;
  while (at < region.bytes.size()) {
    const ByteView rest = region.bytes.substr(at);
    if (parse_record(rest.data(), rest.size(), shape) != Parse::whole) return false;
    at += static_cast<std::size_t>(shape.length);
  }
  return true;
}

std::vector<RegionRecord> read_located(const LegacyState& state, const LocatedRegion& region,
                                       const std::vector<Candidate>& candidates,
                                       const Neighbour& front, const Doubt& doubt) {
  RegionQuestion question;
  question.bytes = region.bytes;
  question.ends_file = region.ends_log;
  question.ends_in_damage = region.is_open;
  question.begins_in_damage = state.in_damage;
  question.previous_version = front.version;
  question.previous_key = front.key;
  auto reading = read_region(question, candidates, state.model, region.expected);
  if (could_be_read(state, doubt)) {
    believe_plain_reading(region.bytes.size(), state.is_plain ? least_plain_of_all : least_plain,
                          reading);
  }
  return reading;
}

// Whether it is open where a record begins or whether it is one.
bool is_doubtful(const std::vector<RegionRecord>& reading) {
  constexpr float least = 0.05F;
  return std::ranges::any_of(reading, [](const RegionRecord& one) {
    return !one.record.is_headless && one.probability > least && one.probability < 1.0F - least;
  });
}

void take_over(LegacyState& state, const LocatedRegion& region, const std::vector<Segment>& pieces,
               std::size_t limit) {
  state.pending.cut(region.first);
  for (const Segment& piece : pieces) {
    const std::uint64_t offset = region.offset + piece.at;
    const std::uint64_t length = piece.end - piece.at;
    if (piece.is_damage) {
      state.pending.add_damage(piece.findings, offset, length,
                               region.bytes.substr(piece.at, piece.end - piece.at));
      continue;
    }
    state.pending.records.push_back({offset, piece.shape});
    if (offset >= state.learned_to)
      state.model.learn(region.bytes.data() + piece.at, piece.shape, 0);
  }
  const auto damage = std::ranges::find(pieces, true, &Segment::is_damage);
  if (damage != pieces.end() && state.model.has_nested_records()) {
    state.judge.note_copies(region.offset + damage->at, region.offset + limit);
  }
  state.at = region.offset + limit;
  state.in_damage = region.is_open;
  state.weighed_to = state.learned_to = state.sound_from = state.at;
}

// The scanner goes on behind the region with the versions of the records that were taken.
void follow_versions(LegacyState& state) {
  VersionTrack track = state.settled;
  Version last = 0;
  for (const PendingRecord& record : state.pending.records) {
    if (record.shape.version != last) track.note(record.shape.version);
    last = record.shape.version;
  }
  if (last != 0) state.scanner.set_versions(track, last);
}

std::vector<Candidate> candidates_in(const LegacyState& state, const Doubt& doubt,
                                     const LocatedRegion& region) {
  // A log whose beginning is in doubt may begin with copies in a value.
  const bool may_begin_with_copies =
      region.is_among_copies && region.first == 0 && state.settled.newest() == 0;
  const std::size_t chain_at = state.in_damage || may_begin_with_copies ? SIZE_MAX : 0;
  auto candidates =
      expected_among(region.candidates, region.expected, region.bytes.size(), chain_at);
  if (doubt.outlier != 0) {
    // A commit of that version elsewhere is another one.
    std::uint64_t outlier_at = doubt.noticed;
    std::erase_if(candidates, [&](const Candidate& candidate) {
      if (candidate.shape.version != doubt.outlier) return false;
      if (doubt.first) return true;
      const bool is_doubted = region.offset + candidate.at == outlier_at;
      if (is_doubted) outlier_at = region.offset + candidate.end();
      return is_doubted;
    });
  }
  return candidates;
}

}  // namespace

Result<void> reparse(LegacyState& state, const Doubt& doubt) {
  PERSIST_TRY_ASSIGN(LocatedRegion region, locate_region(state, doubt));
  if (state.is_plain && doubt.outlier == 0 && could_be_read(state, doubt) &&
      !ends_on_plain_record(region)) {
    state.weighed_to = state.at;
    return {};
  }
  auto candidates = candidates_in(state, doubt, region);
  learn_in_region(state, region.bytes, region.broken_at, candidates);
  if (!region.is_among_copies && state.model.has_nested_records()) {
    PERSIST_TRY_ASSIGN(region, locate_region(state, doubt));
    candidates = candidates_in(state, doubt, region);
  }
  const Neighbour front = front_of(state, region);
  auto reading = read_located(state, region, candidates, front, doubt);
  if (is_doubtful(reading) && !region.is_open) {
    PERSIST_TRY_ASSIGN(
        const bool has_new_keys,
        learn_repeated_keys(state, region.bytes, region.offset + region.bytes.size(), candidates));
    if (has_new_keys) reading = read_located(state, region, candidates, front, doubt);
  }
  const std::size_t limit =
      region.is_open ? region.bytes.size() - undecided_bytes : region.bytes.size();
  take_over(state, region,
            segment_region(region.bytes, reading, front, limit, state.model, region.expected),
            limit);
  follow_versions(state);
  return {};
}

}  // namespace persist::log
