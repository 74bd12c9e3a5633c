#include "log/legacy_reader.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "log/framed_start.hpp"
#include "log/legacy_counted_log.hpp"
#include "log/legacy_framed_part.hpp"
#include "log/legacy_learning.hpp"
#include "log/legacy_plain.hpp"
#include "log/legacy_reparse.hpp"
#include "log/legacy_short_log.hpp"

namespace persist::log {
namespace {

constexpr std::size_t scan_ahead_bytes = 64 << 10;
constexpr std::size_t peeked_bytes = 512;
constexpr std::size_t vouching_ahead_bytes = 64 << 10;
constexpr std::uint64_t learned_back_bytes = 1 << 20;
// When so many are pending, or so much, the log's start can be compared with what follows.
constexpr std::size_t start_records = 48;
constexpr std::uint64_t start_bytes = 256 << 10;

class LegacyReader {
 public:
  LegacyReader(Window& window, std::uint64_t begin, Emitter& emitter)
      : state_(window, emitter, begin), begin_(begin) {
    // A failure to read comes up where the log is read.
    state_.pending.set_proof([this] { return look_whether_counted() && is_proven(); });
  }

  Result<LegacyEnd> read() {
    PERSIST_TRY(look_whether_short());
    while (true) {
      PERSIST_TRY_ASSIGN(Next next, step());
      if (next == Next::go_on) continue;
      if (next == Next::ended && !start_is_known_) {
        PERSIST_TRY_ASSIGN(next, think_about_start());
        if (next == Next::go_on) continue;
      }
      if (next == Next::ended) {
        PERSIST_TRY_ASSIGN(next, hand_on_all(true));
      }
      return LegacyEnd{state_.at, next == Next::stopped};
    }
  }

 private:
  enum class Next : std::uint8_t { go_on, ended, stopped };

  Result<> look_whether_short();
  [[nodiscard]] std::size_t bytes_to_scan() const;
  Result<Next> step();
  Result<Next> on_stop(ScanStop stop, const Stretch& stretch);
  Result<Next> on_odd_record(ScanStop stop);
  Result<> look_whether_counted();
  Result<> look_whether_plain();
  // What lies in front is not to be doubted.
  [[nodiscard]] bool is_proven() const {
    return state_.fixed_to > begin_ && state_.at <= state_.fixed_to;
  }
  Result<Next> think(const Doubt& doubt);
  Result<Next> think_about_start();
  [[nodiscard]] bool is_start_open() const;
  [[nodiscard]] bool begins_with_first_commit() const;
  Result<Next> hand_on();
  Result<Next> hand_on_all(bool with_last_damage);
  void note_settled(std::size_t count);
  Result<Next> end_at_frames(const std::vector<std::uint64_t>& headers);
  Result<bool> is_framed_part();
  Result<std::optional<std::uint64_t>> length_of_long_record(RecordShape shape);
  Result<bool> make_room();

  LegacyState state_;
  std::uint64_t begin_;
  bool start_is_known_ = false;
  bool is_plain_known_ = false;
  bool is_counted_known_ = false;
};

Result<> LegacyReader::look_whether_short() {
  if (state_.at != 0) return {};
  PERSIST_TRY_ASSIGN(const Stretch start, state_.stretch(scan_ahead_bytes));
  const auto end = sound_short_log_end(start.bytes, state_.end);
  if (!end) return {};
  state_.weighed_to = state_.fixed_to = *end;
  start_is_known_ = true;
  return {};
}

// The larger a commit is that is not at its end yet, the more is read at once: what is held of it
// is moved, and looked through, with each piece.
std::size_t LegacyReader::bytes_to_scan() const {
  const std::uint64_t held = state_.at - state_.pending.front(state_.at);
  return std::max(scan_ahead_bytes, static_cast<std::size_t>(held / 2));
}

Result<LegacyReader::Next> LegacyReader::step() {
  if (state_.in_damage) return think({state_.at});
  if (state_.at >= state_.end) return Next::ended;
  PERSIST_TRY_ASSIGN(const Stretch stretch, state_.stretch(bytes_to_scan()));
  const auto held = static_cast<std::size_t>(state_.at - stretch.offset);
  if (stretch.bytes.size() <= held) return Next::ended;  // the file shrank
  std::size_t at = held;
  const ScanStop stop = state_.scanner.scan(stretch.bytes, stretch.offset, at, state_.weighed_to,
                                            state_.pending.records);
  state_.at = stretch.offset + at;
  if (stop != ScanStop::end_of_bytes) return on_stop(stop, stretch);
  if (state_.at == state_.end) return Next::ended;
  if (at > held) return hand_on();
  PERSIST_TRY_ASSIGN(const bool has_room, make_room());
  return has_room ? Result<Next>(Next::go_on) : think({state_.at});
}

Result<LegacyReader::Next> LegacyReader::on_stop(ScanStop stop, const Stretch& stretch) {
  if (stop == ScanStop::odd_key || stop == ScanStop::odd_value) {
    return on_odd_record(stop);
  }
  if (stop == ScanStop::not_a_record) {
    // Values that hold logs have headers, and a record that was cut in front of the framed part.
    const auto taken_in =
        log_headers_in(stretch.part(stretch.offset, state_.at - stretch.offset), stretch.offset);
    PERSIST_TRY_ASSIGN(const bool framed, is_framed_part());
    if (!framed) return think({state_.at});
    return end_at_frames(taken_in);
  }
  const auto at = static_cast<std::size_t>(state_.at - stretch.offset);
  RecordShape shape;
  (void)parse_record(stretch.bytes.data() + at, stretch.bytes.size() - at, shape);
  if (const auto doubt = doubt_of_next(state_, stretch, shape)) {
    PERSIST_TRY(look_whether_counted());
    if (!is_proven()) return think(*doubt);
  }
  VersionTrack track = state_.scanner.versions();
  track.note(shape.version);
  state_.scanner.set_versions(track, shape.version);
  return Next::go_on;
}

// Both are asked once, and not while nothing looks odd.
Result<> LegacyReader::look_whether_counted() {
  if (std::exchange(is_counted_known_, true)) return {};
  PERSIST_TRY_ASSIGN(const auto end, counted_log_end(state_.window.file(), begin_, state_.end));
  if (!end) return {};
  state_.weighed_to = state_.fixed_to = *end;
  start_is_known_ = true;
  return {};
}

Result<> LegacyReader::look_whether_plain() {
  if (std::exchange(is_plain_known_, true)) return {};
  PERSIST_TRY_ASSIGN(const auto end, plain_end(state_.window.file(), begin_, state_.end));
  state_.is_plain = end.has_value();
  return {};
}

Result<LegacyReader::Next> LegacyReader::on_odd_record(ScanStop stop) {
  // A key that took in what was put between two records leaves all of them.
  if (stop == ScanStop::odd_value) PERSIST_TRY(look_whether_counted());
  if (is_proven()) return Next::go_on;
  PERSIST_TRY(look_whether_plain());
  if (stop == ScanStop::odd_key) return think({state_.pending.records.back().offset});
  PERSIST_TRY_ASSIGN(const Stretch stretch, state_.stretch(vouching_ahead_bytes));
  if (const auto doubt = doubt_of_value(state_, stretch)) return think(*doubt);
  state_.weighed_to = state_.at;
  return Next::go_on;
}

Result<LegacyReader::Next> LegacyReader::think(const Doubt& doubt) {
  PERSIST_TRY(reparse(state_, doubt));
  if (state_.at >= state_.end) return Next::ended;
  if (!state_.in_damage) return hand_on();
  PERSIST_TRY_ASSIGN(const Next next, hand_on_all(false));
  return next == Next::stopped ? next : Next::go_on;
}

Result<LegacyReader::Next> LegacyReader::think_about_start() {
  start_is_known_ = true;
  PERSIST_TRY_ASSIGN(const Stretch stretch, state_.stretch(0));
  if (state_.judge.is_watching(stretch.offset) && values_hold_records(state_, stretch)) {
    state_.judge.expect_copies();
  }
  const auto doubt = doubt_of_start(state_, stretch);
  if (!doubt) return Next::ended;
  PERSIST_TRY(look_whether_counted());
  if (is_proven()) return Next::ended;
  PERSIST_TRY(look_whether_plain());
  if (state_.is_plain && begins_with_first_commit()) return Next::ended;
  learn_anew(state_, doubt->noticed, stretch);
  return think(*doubt);
}

// Whether nothing can be missing in front: counters start at 1.
bool LegacyReader::begins_with_first_commit() const {
  const auto& records = state_.pending.records;
  return !records.empty() && records.front().offset == begin_ && records.front().shape.version == 1;
}

bool LegacyReader::is_start_open() const {
  const auto& records = state_.pending.records;
  return records.size() < start_records &&
         (records.empty() || state_.at - records.front().offset < start_bytes);
}

// Hands on what nothing that follows can change any more.
Result<LegacyReader::Next> LegacyReader::hand_on() {
  if (!start_is_known_) {
    if (is_start_open()) return Next::go_on;
    PERSIST_TRY_ASSIGN(const Next next, think_about_start());
    if (next != Next::ended) return next;
  }
  PERSIST_TRY_ASSIGN(const Stretch stretch, state_.stretch(0));
  if (stretch.bytes.size() < state_.at - stretch.offset) return Next::ended;
  const std::size_t count = state_.pending.settled(stretch);
  if (count == 0) return Next::go_on;
  if (stretch.offset > state_.sound_from + learned_back_bytes) state_.sound_from = stretch.offset;
  note_settled(count);
  return state_.pending.emit(count, false, stretch) ? Next::go_on : Next::stopped;
}

Result<LegacyReader::Next> LegacyReader::hand_on_all(bool with_last_damage) {
  PERSIST_TRY_ASSIGN(const Stretch stretch, state_.stretch(0));
  if (stretch.bytes.size() < state_.at - stretch.offset) return Next::stopped;
  const std::size_t count = state_.pending.records.size();
  note_settled(count);
  return state_.pending.emit(count, with_last_damage, stretch) ? Next::ended : Next::stopped;
}

void LegacyReader::note_settled(std::size_t count) {
  Version last = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const Version version = state_.pending.records[i].shape.version;
    if (version != last) state_.settled.note(version);
    last = version;
  }
}

// The legacy part ends here, or where a header lies that records have taken in, if frames lead from
// it to here.
Result<LegacyReader::Next> LegacyReader::end_at_frames(const std::vector<std::uint64_t>& headers) {
  PERSIST_TRY_ASSIGN(const auto taken_in,
                     find_framed_part(state_.window, state_.at, {headers, {}}, false));
  state_.end = taken_in.value_or(state_.at);
  if (!taken_in) return Next::ended;
  const auto& records = state_.pending.records;
  const auto behind = std::ranges::upper_bound(records, *taken_in, {}, &PendingRecord::offset);
  return think({std::prev(behind)->offset});
}

// Whether the framed part begins where a record should, or a header that was cut.
Result<bool> LegacyReader::is_framed_part() {
  PERSIST_TRY_ASSIGN(const auto start, framed_part_at(state_.window, state_.at));
  if (start) return true;
  PERSIST_TRY_ASSIGN(const ByteView bytes,
                     state_.window.view(state_.at, formats::log_header_length_bytes));
  return bytes.size() < formats::log_header_length_bytes && !bytes.empty() &&
         bytes.front() == formats::header_first_byte &&
         formats::decode_log_header(bytes).error() == formats::DecodeError::truncated;
}

// How long the next record is of which only the start is at hand, if it could be one: told by what
// stands behind its key and behind its end, so that a damaged length takes no memory.
Result<std::optional<std::uint64_t>> LegacyReader::length_of_long_record(RecordShape shape) {
  std::array<char, peeked_bytes> bytes{};
  const auto peek = [&](std::uint64_t distance) -> Result<ByteView> {
    PERSIST_TRY_ASSIGN(const std::size_t got,
                       state_.window.file().read_at(state_.at + distance, std::span(bytes)));
    return ByteView(bytes.data(), got);
  };
  const std::uint64_t left = state_.window.end() - state_.at;
  if (shape.length == 0) {  // not even its head is
    if (shape.version_at() >= left) return std::nullopt;
    PERSIST_TRY_ASSIGN(const ByteView behind_key, peek(shape.version_at()));
    const Parse parse = parse_behind_key(behind_key.data(), behind_key.size(), 0, shape);
    if (parse == Parse::bad || shape.length == 0) return std::nullopt;
    shape.length += shape.version_at();
  }
  if (shape.length > left) return std::nullopt;
  if (shape.length < left) {
    PERSIST_TRY_ASSIGN(const ByteView behind, peek(shape.length));
    RecordShape next;
    const bool is_header = behind.starts_with(formats::header_first_byte);
    if (!is_header && parse_record(behind.data(), behind.size(), next) == Parse::bad) {
      return std::nullopt;
    }
  }
  return shape.length;
}

// The next record is longer than what is at hand. It is taken into memory only when the log goes on
// behind it.
Result<bool> LegacyReader::make_room() {
  PERSIST_TRY_ASSIGN(const Stretch stretch, state_.stretch(2 * scan_ahead_bytes));
  const auto held = static_cast<std::size_t>(state_.at - stretch.offset);
  if (stretch.bytes.size() <= held) return false;
  RecordShape shape;
  const std::size_t available = stretch.bytes.size() - held;
  if (parse_record(stretch.bytes.data() + held, available, shape) != Parse::truncated) return true;
  if (available == state_.window.end() - state_.at) return false;
  PERSIST_TRY_ASSIGN(const auto length, length_of_long_record(shape));
  if (!length) return false;
  PERSIST_TRY_ASSIGN(const Stretch whole, state_.stretch(static_cast<std::size_t>(*length)));
  return whole.bytes.size() >= held + *length;
}

}  // namespace

Result<LegacyEnd> read_legacy(Window& window, std::uint64_t begin, Emitter& emitter) {
  return LegacyReader(window, begin, emitter).read();
}

}  // namespace persist::log
