#include "log/legacy_reader.hpp"

#include <algorithm>
#include <persist/release_line.hpp>
#include <set>

#include "log/frame_probe.hpp"
#include "log/legacy_division.hpp"
#include "log/legacy_pending.hpp"

namespace persist::log {
namespace {

constexpr std::size_t scan_ahead_bytes = 64 << 10;
constexpr std::size_t held_back_records = 24;
constexpr std::size_t looked_back_records = 16;
constexpr std::size_t first_region_bytes = 4 << 10;
constexpr std::size_t widened_region_bytes = 64 << 10;
constexpr std::size_t largest_region_bytes = 512 << 10;
constexpr std::size_t region_overlap_bytes = 64 << 10;
constexpr std::size_t anchor_records = 8;
constexpr std::size_t learned_back_bytes = 1 << 20;
constexpr std::uint64_t few_records = 64;
constexpr std::size_t least_to_compare = 4;
constexpr Version longest_wait_ns = 2'000'000'000;

class LegacyReader {
 public:
  LegacyReader(Window& window, Emitter& emitter) : window_(window), pending_(emitter) {}

  Result<LegacyEnd> read(std::uint64_t begin);

 private:
  struct Region {
    std::uint64_t offset = 0;   // in the file
    std::size_t first = 0;      // index in pending_.records
    std::size_t broken_at = 0;  // relative to offset: where something was noticed
    ByteView bytes;
    bool ends_file = false;  // or the legacy part
    bool is_open = false;    // neither the end nor sound records were found
    VersionRanges expected;
  };
  enum class Next : std::uint8_t { go_on, ended, stopped };

  Result<Next> step();
  Result<Next> settle();
  Result<Next> finish(bool with_last_damage);
  void note_settled(std::size_t count);
  Result<bool> is_framed_part(std::uint64_t offset);
  Result<bool> new_versions_last(Version version);
  bool is_late_commit(Version version) const;
  Result<bool> make_room();
  // `first`: where to look from; `stray`: a commit that cannot be sound, UINT64_MAX for none.
  struct Doubt {
    std::uint64_t noticed = 0;
    std::optional<std::size_t> first;
    Version stray = 0;
  };
  Result<Next> resolve(const Doubt& doubt);
  Result<std::optional<Doubt>> doubt_of_start();
  bool is_unlike_the_rest(const PendingRecord& first) const;
  std::optional<Doubt> doubt_of_last_versions(Version version) const;
  Result<void> learn(std::size_t count);
  Result<Region> find_region(const Doubt& doubt);
  using Chain = std::vector<std::size_t>;  // indexes of candidates that follow each other
  Chain anchor_of(const std::vector<Candidate>& candidates, std::size_t behind) const;
  void expect_between(Region& region, const std::vector<Candidate>& candidates,
                      const Chain& anchor) const;
  std::vector<std::size_t> chain_behind(const std::vector<Candidate>& candidates,
                                        std::size_t behind) const;
  VersionRanges near_versions(std::size_t first, Version stray) const;
  VersionRanges any_versions() const;
  void learn_from_region(const Region& region, const std::vector<Candidate>& candidates);
  void believe_plain_reading(const Region& region, std::vector<RegionRecord>& reading) const;
  void take_over(const Region& region, const std::vector<RegionRecord>& reading);

  Window& window_;
  LegacyPending pending_;
  LegacyScanner scanner_;
  LegacyModel model_;
  VersionTrack settled_;  // as of the first pending record
  std::uint64_t at_ = 0;
  std::uint64_t trusted_ = 0;       // records in front of it have been thought about
  std::uint64_t learned_ = 0;       // the model knows what lies before
  std::uint64_t healthy_from_ = 0;  // a record boundary behind the last damage, or further on
  bool in_damage_ = false;
  bool start_is_known_ = false;
};

Result<LegacyEnd> LegacyReader::read(std::uint64_t begin) {
  at_ = learned_ = healthy_from_ = trusted_ = begin;
  while (true) {
    PERSIST_TRY_ASSIGN(Next next, step());
    if (next == Next::go_on) continue;
    if (next == Next::ended) {
      PERSIST_TRY_ASSIGN(const auto doubt, doubt_of_start());
      if (doubt) {
        PERSIST_TRY_ASSIGN(next, resolve(*doubt));
        if (next == Next::go_on) continue;
      }
      PERSIST_TRY_ASSIGN(next, finish(true));
    }
    return LegacyEnd{at_, next == Next::stopped};
  }
}

// Hands on all records, and damage behind them when nothing can follow that changes it.
Result<LegacyReader::Next> LegacyReader::finish(bool with_last_damage) {
  const std::uint64_t front = pending_.front(at_);
  PERSIST_TRY_ASSIGN(const ByteView bytes,
                     window_.view(front, static_cast<std::size_t>(at_ - front)));
  if (bytes.size() < at_ - front) return Next::stopped;
  note_settled(pending_.records.size());
  return pending_.emit(pending_.records.size(), with_last_damage, bytes, front) ? Next::ended
                                                                                : Next::stopped;
}

Result<LegacyReader::Next> LegacyReader::settle() {
  const std::uint64_t front = pending_.front(at_);
  PERSIST_TRY_ASSIGN(const ByteView bytes,
                     window_.view(front, static_cast<std::size_t>(at_ - front)));
  if (bytes.size() < at_ - front) return Next::ended;
  if (pending_.records.size() >= 2 * held_back_records) {
    PERSIST_TRY_ASSIGN(const auto doubt, doubt_of_start());
    if (doubt) return resolve(*doubt);
  }
  const std::size_t count = pending_.settled(held_back_records, bytes, front);
  if (count == 0) return Next::go_on;
  if (front > healthy_from_ + learned_back_bytes) healthy_from_ = front;
  note_settled(count);
  return pending_.emit(count, false, bytes, front) ? Next::go_on : Next::stopped;
}

void LegacyReader::note_settled(std::size_t count) {
  Version last = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const Version version = pending_.records[i].shape.version;
    if (version != last) settled_.note(version);
    last = version;
  }
}

Result<bool> LegacyReader::is_framed_part(std::uint64_t offset) {
  PERSIST_TRY_ASSIGN(const ByteView bytes, window_.view(offset, formats::log_header_length_bytes));
  const auto header = formats::decode_log_header(bytes.substr(0, formats::log_header_length_bytes));
  if (header) return true;
  if (header.error() == formats::DecodeError::newer_version) return true;
  return header.error() == formats::DecodeError::truncated &&
         bytes.front() == formats::header_first_byte;
}

// Whether the versions from at_ on stay where `version` is: a clock that was set, a counter that
// took over. One commit that is far from both its neighbours is damaged.
Result<bool> LegacyReader::new_versions_last(Version version) {
  const std::uint64_t front = pending_.front(at_);
  PERSIST_TRY_ASSIGN(const ByteView bytes,
                     window_.view(front, static_cast<std::size_t>(at_ - front) + scan_ahead_bytes));
  std::size_t at = static_cast<std::size_t>(at_ - front);
  const VersionTrack& before = scanner_.versions();
  RecordShape shape;
  std::vector<Version> others;
  for (std::size_t records = 0; records < looked_back_records && at < bytes.size(); ++records) {
    const Parse parse = parse_record(bytes.data() + at, bytes.size() - at, shape);
    if (parse == Parse::open && front + bytes.size() < window_.end()) return true;
    if (parse != Parse::whole) return false;
    if (shape.version != version && (others.empty() || others.back() != shape.version)) {
      others.push_back(shape.version);
    }
    at += static_cast<std::size_t>(shape.length);
  }
  if (before.is_counter() && !is_clock_version(version)) {
    if (version <= before.newest()) return false;
    return others.size() < 2 || others[0] != before.newest() + 1 ||
           others[1] != before.newest() + 2;
  }
  if (is_late_commit(version) && (others.empty() || others.front() != scanner_.last())) return true;
  return others.empty() || !before.goes_on(others.front());
}

// A writer that had its clock's time and not yet the file, while another went on: on a busy machine
// for as long as a thread may have to wait. Inside another commit no such version can stand.
bool LegacyReader::is_late_commit(Version version) const {
  const VersionTrack& before = scanner_.versions();
  return !before.is_counter() && version < before.newest() &&
         before.newest() - version <= longest_wait_ns;
}

// The last commit's version is far from those before it, and `version`, behind it, is not: then the
// last commit's is damaged.
std::optional<LegacyReader::Doubt> LegacyReader::doubt_of_last_versions(Version version) const {
  const auto& records = pending_.records;
  if (records.empty()) return std::nullopt;
  std::size_t last = records.size() - 1;
  const Version stray = records[last].shape.version;
  while (last > 0 && records[last - 1].shape.version == stray) --last;
  if (last == 0) return std::nullopt;
  const Version before = records[last - 1].shape.version;
  const Version slack = is_clock_version(before) ? 10'000'000'000 : 8;
  const Version distance = version > before ? version - before : before - version;
  const Version stray_distance = stray > before ? stray - before : before - stray;
  if (distance > slack || stray_distance <= 4 * slack) return std::nullopt;
  return Doubt{records[last].offset, std::nullopt, stray};
}

// Whether the first record's key, or its version, is unlike all others while those are alike.
bool LegacyReader::is_unlike_the_rest(const PendingRecord& first) const {
  const auto& records = pending_.records;
  std::set<std::uint64_t> lengths;
  for (std::size_t i = 1; i < records.size(); ++i) lengths.insert(records[i].shape.key_length);
  // A key or two are no custom.
  const bool are_alike = records.size() >= least_to_compare && lengths.size() * 2 < records.size();
  if (are_alike && !lengths.contains(first.shape.key_length)) return true;
  const auto next = std::ranges::find_if(records, [&first](const PendingRecord& record) {
    return record.shape.version != first.shape.version;
  });
  VersionTrack track;
  track.note(first.shape.version);
  return next != records.end() && !track.goes_on(next->shape.version);
}

// A log that lost its beginning may start in the middle of a record, which decodes now and then.
Result<std::optional<LegacyReader::Doubt>> LegacyReader::doubt_of_start() {
  const auto& records = pending_.records;
  if (start_is_known_ || records.empty()) return std::nullopt;
  start_is_known_ = true;
  PERSIST_TRY_ASSIGN(
      const ByteView bytes,
      window_.view(records.front().offset, static_cast<std::size_t>(at_ - records.front().offset)));
  for (std::size_t i = 0; i < std::min(records.size(), looked_back_records); ++i) {
    const auto at = static_cast<std::size_t>(records[i].offset - records.front().offset);
    if (scanner_.was_odd(bytes, at)) return Doubt{records[i].end(), 0, 0};
  }
  if (is_unlike_the_rest(records.front())) return Doubt{records.front().end(), 0, 0};
  return std::nullopt;
}

Result<LegacyReader::Next> LegacyReader::step() {
  if (in_damage_) return resolve({at_, std::nullopt, 0});
  const std::uint64_t front = pending_.front(at_);
  const auto held = static_cast<std::size_t>(at_ - front);
  PERSIST_TRY_ASSIGN(const ByteView bytes, window_.view(front, held + scan_ahead_bytes));
  if (bytes.size() <= held) return Next::ended;
  std::size_t at = held;
  const ScanStop stop = scanner_.scan(bytes, front, at, trusted_, pending_.records);
  at_ = front + at;
  switch (stop) {
    case ScanStop::end_of_bytes:
      break;
    case ScanStop::odd_record:
      return resolve({pending_.records.back().offset, std::nullopt, 0});
    case ScanStop::new_versions: {
      RecordShape shape;
      if (parse_record(bytes.data() + at, bytes.size() - at, shape) != Parse::whole) break;
      if (const auto doubt = doubt_of_last_versions(shape.version)) return resolve(*doubt);
      PERSIST_TRY_ASSIGN(const bool last, new_versions_last(shape.version));
      if (!last) {
        const bool is_back = shape.version <= scanner_.versions().newest();
        return resolve({at_, std::nullopt, is_back ? 0 : shape.version});
      }
      VersionTrack track = scanner_.versions();
      track.note(shape.version);
      scanner_.set_versions(track, shape.version);
      return Next::go_on;
    }
    case ScanStop::not_a_record: {
      PERSIST_TRY_ASSIGN(const bool framed, is_framed_part(at_));
      return framed ? Result<Next>(Next::ended) : resolve({at_, std::nullopt, 0});
    }
  }
  if (at_ == window_.end()) return Next::ended;
  if (at > held) return settle();
  PERSIST_TRY_ASSIGN(const bool has_room, make_room());
  return has_room ? Result<Next>(Next::go_on) : resolve({at_, std::nullopt, 0});
}

// The next record is longer than what is at hand. It is taken into memory only when the log goes on
// behind it.
Result<bool> LegacyReader::make_room() {
  const std::uint64_t front = pending_.front(at_);
  const auto held = static_cast<std::size_t>(at_ - front);
  std::size_t wanted = 2 * scan_ahead_bytes;
  while (true) {
    PERSIST_TRY_ASSIGN(const ByteView bytes, window_.view(front, held + wanted));
    if (bytes.size() <= held) return false;
    RecordShape shape;
    const Parse parse = parse_record(bytes.data() + held, bytes.size() - held, shape);
    if (parse != Parse::open) return true;
    const std::uint64_t left = window_.end() - at_;
    if (shape.length > left || bytes.size() - held == left) return false;
    if (shape.length == 0) {  // a key that long: as far as its head says
      wanted = bytes.size() - held + wanted;
      continue;
    }
    if (shape.length < left) {
      std::array<char, 512> head{};
      PERSIST_TRY_ASSIGN(const std::size_t got,
                         window_.file().read_at(at_ + shape.length, std::span(head)));
      RecordShape next;
      const bool is_header = head.front() == formats::header_first_byte;
      if (!is_header && parse_record(head.data(), got, next) == Parse::bad) return false;
    }
    PERSIST_TRY_ASSIGN(const ByteView whole,
                       window_.view(front, held + static_cast<std::size_t>(shape.length)));
    return whole.size() >= held + shape.length;
  }
}

Result<void> LegacyReader::learn(std::size_t count) {
  const std::uint64_t end = count < pending_.records.size() ? pending_.records[count].offset : at_;
  std::uint64_t from = std::max(learned_, healthy_from_);
  if (from >= end) return {};
  std::vector<char> buffer(static_cast<std::size_t>(
      std::min<std::uint64_t>(end - from, 4 * std::uint64_t{learned_back_bytes})));
  PERSIST_TRY_ASSIGN(const std::size_t got, window_.file().read_at(from, std::span(buffer)));
  RecordShape shape;
  Version previous = 0;
  for (std::size_t at = 0; at < got && from + at < end;) {
    if (parse_record(buffer.data() + at, got - at, shape) != Parse::whole) break;
    if (from + at + shape.length > end) break;
    model_.learn(buffer.data() + at, shape, previous);
    previous = shape.version;
    at += static_cast<std::size_t>(shape.length);
  }
  learned_ = end;
  model_.prepare();
  return {};
}

// The first chain of enough records behind `behind`, none when there is none.
LegacyReader::Chain LegacyReader::anchor_of(const std::vector<Candidate>& candidates,
                                            std::size_t behind) const {
  const std::size_t wanted = model_.has_nested_records() ? 4 * anchor_records : anchor_records;
  std::vector<std::uint32_t> chain(candidates.size(), 1);
  std::vector<std::uint32_t> next(candidates.size(), UINT32_MAX);
  for (std::size_t i = candidates.size(); i-- > 0;) {
    const auto found =
        std::ranges::lower_bound(candidates, candidates[i].end(), {}, &Candidate::at);
    if (found == candidates.end() || found->at != candidates[i].end()) continue;
    next[i] = static_cast<std::uint32_t>(found - candidates.begin());
    chain[i] = chain[next[i]] + 1;
  }
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (chain[i] < wanted) continue;
    Chain anchor;
    for (std::size_t at = i; at != UINT32_MAX && anchor.size() < wanted; at = next[at]) {
      if (candidates[at].at >= behind) anchor.push_back(at);
    }
    if (anchor.size() == wanted) return anchor;
  }
  return {};
}

// The chain that starts first behind `behind` and is long enough; else the longest one.
std::vector<std::size_t> LegacyReader::chain_behind(const std::vector<Candidate>& candidates,
                                                    std::size_t behind) const {
  std::vector<std::uint32_t> length(candidates.size(), 1);
  const auto next_of = [&candidates](std::size_t i) {
    const std::size_t end = candidates[i].end();
    const auto found = std::ranges::lower_bound(candidates, end, {}, &Candidate::at);
    return found != candidates.end() && found->at == end
               ? static_cast<std::size_t>(found - candidates.begin())
               : candidates.size();
  };
  std::size_t best = candidates.size();
  for (std::size_t i = candidates.size(); i-- > 0 && candidates[i].at >= behind;) {
    if (next_of(i) < candidates.size()) length[i] = length[next_of(i)] + 1;
    if (!candidates[i].is_expected) continue;
    if (best == candidates.size() ||
        length[i] >= std::min<std::size_t>(length[best], anchor_records)) {
      best = i;
    }
  }
  std::vector<std::size_t> indexes;
  for (; best < candidates.size(); best = next_of(best)) indexes.push_back(best);
  return indexes;
}

// Around the versions in front of pending_.records[first], and those met since.
VersionRanges LegacyReader::near_versions(std::size_t first, Version stray) const {
  VersionRanges ranges;
  VersionTrack track = settled_;
  for (std::size_t i = 0; i < first; ++i) track.note(pending_.records[i].shape.version);
  const Version before = first > 0 ? pending_.records[first - 1].shape.version : 0;
  Version newest = std::max(track.newest(), scanner_.versions().newest());
  if (stray != 0 && track.newest() != 0) newest = track.newest();
  for (std::size_t i = first; i < pending_.records.size() && stray != 0; ++i) {
    const Version version = pending_.records[i].shape.version;
    if (version != stray) newest = std::max(newest, version);
  }
  Version oldest = track.newest();
  if (oldest == 0) {
    oldest = newest;
    for (const PendingRecord& record : pending_.records) {
      oldest = std::min(oldest, record.shape.version);
    }
    track = scanner_.versions();
  } else {
    ranges.set_taken(track.taken(before));
  }
  const auto low = [oldest](Version distance) { return oldest > distance ? oldest - distance : 1; };
  if (track.is_counter()) {
    ranges.add(low(16), newest + 64, 0.8F);
    ranges.add(low(track.slack()), newest + 4000, 0.2F);
    ranges.slack = 64;
  } else {
    ranges.slack = track.slack();
    ranges.add(low(track.slack()), newest + 10'000'000'000, 0.8F);
    ranges.add(low(track.slack()), newest + track.reach(), 0.2F);
  }
  return ranges;
}

// When hardly anything lies in front: what goes on behind the damage, or what comes before it.
void LegacyReader::learn_from_region(const Region& region,
                                     const std::vector<Candidate>& candidates) {
  const auto learn = [&](std::span<const std::size_t> indexes) {
    for (const std::size_t i : indexes) {
      model_.learn(region.bytes.data() + candidates[i].at, candidates[i].shape, 0, false);
    }
  };
  // The first ones may have swallowed the start of the chain.
  const std::vector<std::size_t> behind = chain_behind(candidates, region.broken_at);
  if (behind.size() > 2) learn(std::span(behind).subspan(2));
  if (behind.size() >= anchor_records || in_damage_) return;
  std::vector<std::size_t> front;
  for (std::size_t i = 0, chain = 0; i < candidates.size(); ++i) {
    if (candidates[i].at != chain) continue;
    front.push_back(i);
    chain = candidates[i].end();
  }
  if (front.size() > 1) learn(std::span(front).first(front.size() - 1));
}

VersionRanges LegacyReader::any_versions() const {
  VersionRanges ranges;
  ranges.add(earliest_clock_version, std::uint64_t{5} * 1'000'000'000'000'000'000U, 0.5F);
  ranges.add(1, std::uint64_t{1} << 32U, 0.5F);
  ranges.slack = 1'000'000'000;
  return ranges;
}

Result<LegacyReader::Region> LegacyReader::find_region(const Doubt& doubt) {
  Region region;
  const auto& records = pending_.records;
  std::size_t first = records.size();
  while (first > pending_.behind_damage() &&
         (records.size() - first < looked_back_records || records[first].offset >= doubt.noticed))
    --first;
  if (doubt.first) first = *doubt.first;
  region.first = first;
  region.offset = first < records.size() ? records[first].offset : at_;
  region.broken_at = static_cast<std::size_t>(doubt.noticed - region.offset);
  const bool knows_versions = region.first > 0 || settled_.newest() != 0;
  const VersionRanges near = knows_versions ? near_versions(first, doubt.stray) : any_versions();
  const std::size_t chain_at = in_damage_ ? SIZE_MAX : 0;
  for (std::size_t ahead = first_region_bytes;; ahead *= 4) {
    const std::uint64_t front = pending_.front(region.offset);
    const auto lead = static_cast<std::size_t>(region.offset - front);
    PERSIST_TRY_ASSIGN(const ByteView view, window_.view(front, lead + region.broken_at + ahead));
    region.bytes = view.substr(lead, region.broken_at + ahead);
    region.ends_file = region.offset + region.bytes.size() >= window_.end();
    region.expected = near;
    auto candidates = find_candidates(region.bytes, near, chain_at);
    Chain anchor = anchor_of(candidates, region.broken_at);
    if (anchor.empty() && knows_versions && (ahead >= widened_region_bytes || region.ends_file)) {
      candidates = find_candidates(region.bytes, any_versions(), chain_at);
      anchor = anchor_of(candidates, region.broken_at);
    }
    expect_between(region, candidates, anchor);
    if (!anchor.empty()) {
      region.bytes = region.bytes.substr(0, candidates[anchor.back()].end());
      region.ends_file = region.offset + region.bytes.size() >= window_.end();
      return region;
    }
    if (region.ends_file) return region;
    if (ahead >= largest_region_bytes) {
      region.is_open = true;
      return region;
    }
  }
}

// What lies between two sound stretches has versions between theirs, but for a little disorder.
void LegacyReader::expect_between(Region& region, const std::vector<Candidate>& candidates,
                                  const Chain& anchor) const {
  std::vector<Version> known;
  for (std::size_t i = region.first > 0 ? region.first - 1 : 0; i < region.first; ++i) {
    known.push_back(pending_.records[i].shape.version);
  }
  if (known.empty() && settled_.newest() != 0) known.push_back(settled_.newest());
  const bool knows_front = !known.empty();
  // The first ones may be copies in a value that ends where the log goes on.
  const std::size_t copies = anchor.size() > anchor_records ? anchor.size() - anchor_records : 0;
  for (const std::size_t i : std::span(anchor).subspan(copies)) {
    known.push_back(candidates[i].shape.version);
  }
  if (known.empty() || (!knows_front && anchor.empty())) return;
  const auto [low, high] = std::ranges::minmax(known);
  const bool is_counter = !is_clock_version(low);
  Version slack = is_counter ? 16 : std::max<Version>(settled_.slack(), 5'000'000);
  Version below = slack;
  Version above = slack;
  if (!knows_front) below = is_counter ? region.bytes.size() / 8 : 3'600'000'000'000;
  if (anchor.empty()) above = is_counter ? 64 : 10'000'000'000;
  if (model_.has_nested_records() && knows_front) {
    region.expected.clear();
  } else {
    region.expected.scale(anchor.empty() ? 0.5F : 0.1F);
  }
  region.expected.add(low > below ? low - below : 1, high + above, anchor.empty() ? 0.5F : 0.9F);
}

void LegacyReader::take_over(const Region& region, const std::vector<RegionRecord>& reading) {
  const bool touches_front = region.first > pending_.behind_damage();
  const Neighbour front{touches_front ? pending_.records[region.first - 1].shape.version : 0, {}};
  pending_.cut(region.first);
  const std::size_t limit =
      region.is_open ? region.bytes.size() - region_overlap_bytes : region.bytes.size();
  for (RegionPiece& piece :
       divide_region(region.bytes, reading, front, limit, model_, region.expected)) {
    if (piece.is_damage) {
      pending_.add_damage({pending_.records.size(), region.offset + piece.at, piece.end - piece.at,
                           std::move(piece.findings)});
    } else {
      pending_.records.push_back({region.offset + piece.at, piece.shape});
    }
  }
  at_ = region.offset + limit;
  in_damage_ = region.is_open;
}

// Where every record could be read, only strong evidence speaks against the plain reading.
void LegacyReader::believe_plain_reading(const Region& region,
                                         std::vector<RegionRecord>& reading) const {
  constexpr float hardly = 0.001F;
  std::size_t chain = 0;
  for (const RegionRecord& one : reading) {
    if (one.record.is_headless || one.record.at != chain) continue;
    if (one.probability < hardly) return;
    chain = one.record.end();
  }
  if (chain != region.bytes.size()) return;
  chain = 0;
  for (RegionRecord& one : reading) {
    const bool is_plain = !one.record.is_headless && one.record.at == chain;
    if (is_plain) chain = one.record.end();
    one.probability = is_plain ? 1.0F : 0.0F;
  }
}

Result<LegacyReader::Next> LegacyReader::resolve(const Doubt& doubt) {
  PERSIST_TRY_ASSIGN(Region region, find_region(doubt));
  PERSIST_TRY(learn(region.first));
  const std::size_t chain_at = in_damage_ ? SIZE_MAX : 0;
  auto candidates = find_candidates(region.bytes, region.expected, chain_at);
  if (doubt.stray != 0) {
    std::erase_if(candidates, [&doubt](const Candidate& candidate) {
      return candidate.shape.version == doubt.stray;
    });
  }
  if (model_.records() < few_records) {
    learn_from_region(region, candidates);
    model_.prepare();
  }
  RegionQuestion question;
  question.bytes = region.bytes;
  question.ends_file = region.ends_file || region.is_open;
  question.begins_in_damage = in_damage_;
  const std::uint64_t window_front = pending_.front(region.offset);
  if (region.first > pending_.behind_damage()) {
    const PendingRecord& before = pending_.records[region.first - 1];
    const auto lead = static_cast<std::size_t>(region.offset - window_front);
    question.previous_version = before.shape.version;
    question.previous_key =
        ByteView(region.bytes.data() - lead + (before.offset - window_front) + before.shape.key_at,
                 static_cast<std::size_t>(before.shape.key_length));
  }
  auto reading = read_region(question, candidates, model_, region.expected);
  if (doubt.noticed < at_) believe_plain_reading(region, reading);
  take_over(region, reading);
  for (const PendingRecord& record : pending_.records) {
    if (record.offset < std::max(learned_, region.offset)) continue;
    model_.learn(region.bytes.data() + (record.offset - region.offset), record.shape, 0);
  }
  trusted_ = at_;
  learned_ = healthy_from_ = at_;
  VersionTrack track = settled_;
  Version last = 0;
  for (const PendingRecord& record : pending_.records) {
    if (record.shape.version != last) track.note(record.shape.version);
    last = record.shape.version;
  }
  if (last != 0) scanner_.set_versions(track, last);
  if (at_ >= window_.end()) return Next::ended;
  if (in_damage_) {
    PERSIST_TRY_ASSIGN(const Next next, finish(false));
    return next == Next::stopped ? next : Next::go_on;
  }
  return settle();
}

}  // namespace

Result<LegacyEnd> read_legacy(Window& window, std::uint64_t begin, Emitter& emitter) {
  return LegacyReader(window, emitter).read(begin);
}

}  // namespace persist::log
