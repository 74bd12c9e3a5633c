#include "log/legacy_division.hpp"

#include <algorithm>
#include <set>

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

// Records that follow each other as those of one commit do: pieces [first, end).
struct Run {
  std::size_t first = 0;
  std::size_t end = 0;
};

class Division {
 public:
  Division(ByteView bytes, Pieces pieces, const Neighbour& front, const LegacyModel& model)
      : bytes_(bytes), pieces_(std::move(pieces)), front_(front), model_(model) {}

  Pieces divide(const std::vector<RegionRecord>& reading, const VersionRanges& expected) {
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
      RegionPiece& piece = pieces_[i];
      if (!piece.is_damage) continue;
      const ByteView gap = bytes_.substr(piece.at, piece.end - piece.at);
      piece.findings = examine_gap(gap, neighbour(i, -1), neighbour(i, 1), model_, expected);
    }
    note_hidden_versions(reading);
    judge_runs();
    return std::move(pieces_);
  }

 private:
  [[nodiscard]] ByteView key_of(const RegionPiece& piece) const {
    return bytes_.substr(piece.at + piece.shape.key_at,
                         static_cast<std::size_t>(piece.shape.key_length));
  }

  [[nodiscard]] Neighbour neighbour(std::size_t i, int step) const {
    if (step < 0 && i == 0) return front_;
    if (step > 0 && i + 1 == pieces_.size()) return {};
    const RegionPiece& piece = pieces_[step < 0 ? i - 1 : i + 1];
    return {piece.shape.version, key_of(piece)};
  }

  // Versions of records that lie in damage and have lost their length or key.
  void note_hidden_versions(const std::vector<RegionRecord>& reading) {
    for (const RegionRecord& one : reading) {
      if (one.record.is_headless && one.probability >= hinted) {
        hidden_.insert(one.record.shape.version);
      }
    }
  }

  [[nodiscard]] std::vector<Run> runs() const {
    std::vector<Run> runs;
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
      if (pieces_[i].is_damage) continue;
      const bool continues = i > 0 && !pieces_[i - 1].is_damage &&
                             pieces_[i - 1].shape.version == pieces_[i].shape.version &&
                             key_of(pieces_[i - 1]) < key_of(pieces_[i]);
      if (!continues) runs.push_back({i, i});
      runs.back().end = i + 1;
    }
    return runs;
  }

  [[nodiscard]] bool touches_damage(const Run& run) const {
    return (run.first > 0 && pieces_[run.first - 1].is_damage) ||
           (run.end < pieces_.size() && pieces_[run.end].is_damage);
  }

  // Another part of the same commit, not a copy of this one.
  [[nodiscard]] bool is_other_part(const Run& run, const Run& other) const {
    if (pieces_[run.first].shape.version != pieces_[other.first].shape.version) return false;
    for (std::size_t i = other.first; i < other.end; ++i) {
      const ByteView record = bytes_.substr(pieces_[i].at, pieces_[i].end - pieces_[i].at);
      bool is_copy = false;
      for (std::size_t j = run.first; j < run.end && !is_copy; ++j) {
        is_copy = bytes_.substr(pieces_[j].at, pieces_[j].end - pieces_[j].at) == record;
      }
      if (!is_copy) return true;
    }
    return false;
  }

  // A commit beside damage is partial when another part of it lies elsewhere, or in damage.
  [[nodiscard]] bool is_partial(const std::vector<Run>& runs, const Run& run) const {
    const Version version = pieces_[run.first].shape.version;
    if (hidden_.contains(version)) return true;
    for (const Run& other : runs) {
      if (other.first != run.first && is_other_part(run, other)) return true;
    }
    return std::ranges::any_of(pieces_, [&](const RegionPiece& piece) {
      return piece.is_damage &&
             shows_version(bytes_.substr(piece.at, piece.end - piece.at), version, model_);
    });
  }

  void judge_runs() {
    const std::vector<Run> all = runs();
    for (const Run& run : all) {
      if (!touches_damage(run) || !is_partial(all, run)) continue;
      if (run.first > 0) pieces_[run.first - 1].findings.back_is_partial = true;
      if (run.end < pieces_.size()) pieces_[run.end].findings.front_is_partial = true;
    }
    if (!pieces_.empty() && pieces_.front().is_damage && front_.version != 0 &&
        hidden_.contains(front_.version)) {
      pieces_.front().findings.front_is_partial = true;
    }
  }

  ByteView bytes_;
  Pieces pieces_;
  Neighbour front_;
  const LegacyModel& model_;
  std::set<Version> hidden_;
};

}  // namespace

std::vector<RegionPiece> divide_region(ByteView bytes, const std::vector<RegionRecord>& reading,
                                       const Neighbour& front, std::size_t limit,
                                       const LegacyModel& model, const VersionRanges& expected) {
  return Division(bytes, pieces_of(reading, limit), front, model).divide(reading, expected);
}

}  // namespace persist::log
