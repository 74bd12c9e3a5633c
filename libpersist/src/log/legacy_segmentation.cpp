#include "log/legacy_segmentation.hpp"

#include <algorithm>

#include "log/legacy_byte_scores.hpp"
#include "log/legacy_ends.hpp"

namespace persist::log {
namespace {

// Of a record, to be taken. A wrong value is worse than none, and what begins or ends in the wrong
// place has a key that was never met.
constexpr float sure = 0.8F;
constexpr float sure_of_new_key = 0.95F;
// Damage hardly ever ends in a key where keys are a small part of the log.
constexpr float sure_of_rare_key = 0.85F;
constexpr float hinted = 0.3F;  // of a record without its head, to speak for its commit

using Pieces = std::vector<Segment>;

Segment damage_between(std::size_t at, std::size_t end) {
  Segment piece;
  piece.at = at;
  piece.end = end;
  piece.is_damage = true;
  return piece;
}

// `behind_damage`: what begins here may have begun in front, within the damage.
bool is_sure(const RegionRecord& one, ByteView bytes, const LegacyModel& model,
             bool behind_damage) {
  if (one.record.is_headless || one.probability < sure) return false;
  const ByteView key = one.record.key(bytes);
  if (model.has_seen(key)) return true;
  const float least = model.has_long_records() ? sure_of_rare_key : sure_of_new_key;
  if (one.probability < least) return false;
  return !behind_damage || key.empty() || model.begins_like_all_keys(key);
}

Pieces pieces_of(ByteView bytes, const std::vector<RegionRecord>& reading, std::size_t limit,
                 const LegacyModel& model) {
  Pieces pieces;
  std::size_t position = 0;
  for (const RegionRecord& one : reading) {
    const Candidate& record = one.record;
    if (record.at < position || record.end() > limit) continue;
    if (!is_sure(one, bytes, model, record.at > position)) continue;
    if (record.at > position) pieces.push_back(damage_between(position, record.at));
    pieces.push_back({record.at, record.end(), false, record.shape, {}});
    position = record.end();
  }
  if (position < limit) pieces.push_back(damage_between(position, limit));
  return pieces;
}

// A run of one byte repeats itself, and is none.
bool is_copy(ByteView bytes, const Segment& piece) {
  constexpr std::size_t telling_bytes = 8;
  const ByteView up_to_end = bytes.substr(0, piece.end);
  return piece.end - piece.at >= telling_bytes && repeats_front(up_to_end, piece.at) &&
         up_to_end.find_first_not_of(bytes[piece.at], piece.at) != ByteView::npos;
}

// Whether the value of `piece` ends in bytes that values here are not made of: damage may begin in
// it, however well what follows goes with a record that was hit from its first byte on.
bool ends_foreign(ByteView bytes, const Segment& piece, const LegacyModel& model) {
  constexpr std::size_t looked_at_bytes = 256;
  const std::size_t value = piece.at + static_cast<std::size_t>(piece.shape.value_at());
  if (value == piece.end) return false;
  const bool is_within_zeros =
      bytes[piece.end - 1] == 0 && piece.end < bytes.size() && bytes[piece.end] == 0;
  if (is_within_zeros) return true;
  const std::size_t from = piece.end - std::min(piece.end - value, looked_at_bytes);
  const std::size_t length = piece.end - from;
  return ByteScores(bytes.substr(from, length), model).foreign_in_front(length, 1) == 1;
}

}  // namespace

std::vector<Segment> segment_region(ByteView bytes, const std::vector<RegionRecord>& reading,
                                    const Neighbour& front, std::size_t limit,
                                    const LegacyModel& model, const VersionRanges& expected) {
  Pieces pieces = pieces_of(bytes, reading, limit, model);
  const auto neighbour = [&](std::size_t i) {
    const Segment& piece = pieces[i];
    return Neighbour{piece.shape.version,
                     bytes.substr(piece.at + piece.shape.key_at,
                                  static_cast<std::size_t>(piece.shape.key_length))};
  };
  auto one = reading.begin();
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    Segment& piece = pieces[i];
    if (!piece.is_damage) continue;
    if (is_copy(bytes, piece)) {
      piece.findings.front_is_whole = piece.findings.is_copy = true;
      continue;
    }
    piece.findings =
        examine_gap(bytes.substr(piece.at, piece.end - piece.at), i > 0 ? neighbour(i - 1) : front,
                    i + 1 < pieces.size() ? neighbour(i + 1) : Neighbour{}, model, expected);
    if (i > 0 && piece.findings.front_is_whole && ends_foreign(bytes, pieces[i - 1], model)) {
      piece.findings.front_is_whole = false;
    }
    for (; one != reading.end() && one->record.at < piece.end; ++one) {
      if (one->record.at < piece.at || !one->record.is_headless) continue;
      if (one->probability < hinted || one->record.shape.version == 0) continue;
      const std::size_t length = one->record.end() - one->record.at;
      piece.findings.hidden.push_back(
          hidden_record(bytes.substr(one->record.at, length), one->record.shape.version));
    }
  }
  return pieces;
}

}  // namespace persist::log
