#include "log/legacy_division.hpp"

namespace persist::log {
namespace {

constexpr float sure = 0.8F;    // of a record, to be taken
constexpr float hinted = 0.3F;  // of a record without its head, to speak for its commit

using Pieces = std::vector<RegionPiece>;

RegionPiece damage_between(std::size_t at, std::size_t end) {
  RegionPiece piece;
  piece.at = at;
  piece.end = end;
  piece.is_damage = true;
  return piece;
}

Pieces pieces_of(const std::vector<RegionRecord>& reading, std::size_t limit) {
  Pieces pieces;
  std::size_t position = 0;
  for (const RegionRecord& one : reading) {
    const Candidate& record = one.record;
    if (record.is_headless || one.probability < sure) continue;
    if (record.at < position || record.end() > limit) continue;
    if (record.at > position) pieces.push_back(damage_between(position, record.at));
    pieces.push_back({record.at, record.end(), false, record.shape, {}});
    position = record.end();
  }
  if (position < limit) pieces.push_back(damage_between(position, limit));
  return pieces;
}

}  // namespace

std::vector<RegionPiece> divide_region(ByteView bytes, const std::vector<RegionRecord>& reading,
                                       const Neighbour& front, std::size_t limit,
                                       const LegacyModel& model, const VersionRanges& expected) {
  Pieces pieces = pieces_of(reading, limit);
  const auto neighbour = [&](std::size_t i) {
    const RegionPiece& piece = pieces[i];
    return Neighbour{piece.shape.version,
                     bytes.substr(piece.at + piece.shape.key_at,
                                  static_cast<std::size_t>(piece.shape.key_length))};
  };
  auto one = reading.begin();
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    RegionPiece& piece = pieces[i];
    if (!piece.is_damage) continue;
    piece.findings =
        examine_gap(bytes.substr(piece.at, piece.end - piece.at), i > 0 ? neighbour(i - 1) : front,
                    i + 1 < pieces.size() ? neighbour(i + 1) : Neighbour{}, model, expected);
    for (; one != reading.end() && one->record.at < piece.end; ++one) {
      if (one->record.at < piece.at || !one->record.is_headless) continue;
      if (one->probability < hinted) continue;
      piece.findings.hidden_versions.push_back(one->record.shape.version);
    }
  }
  return pieces;
}

}  // namespace persist::log
