// How well a place that could be a record goes with the model, with what is in front of it and with
// the bytes of a region; in bits.
#pragma once

#include <array>
#include <bitset>

#include "log/legacy_byte_scores.hpp"
#include "log/legacy_candidates.hpp"

namespace persist::log {

// That a sound record is followed by damage at all.
inline constexpr float damage_cost = 28.0F;

// A record, or the region's start, and what it leads to expect behind it.
struct Front {
  Version version = 0;
  ByteView key;
};

// What is left of a head in the bytes right in front of a record: of one without its head the end
// of its key, and else the start of another one's, which was cut there.
struct HeadPiece {
  std::size_t length = 0;
  float weight = 0.0F;
};

struct RecordWeight {
  float own = 0.0F;              // of the whole record but for its version
  LegacyModel::KeyEvidence key;  // all zero without a head
  HeadPiece piece;
};

class RecordWeights {
 public:
  // All of them outlive it.
  RecordWeights(ByteView bytes, const LegacyModel& model, const VersionRanges& expected,
                const ByteScores& byte_scores);

  [[nodiscard]] RecordWeight of(const Candidate& start) const;
  // Of lengths in one byte; false of all others.
  [[nodiscard]] bool is_met_key_length(std::size_t length) const noexcept {
    return length < is_met_key_length_.size() && is_met_key_length_[length];
  }
  // Of a version with nothing in front of it to compare it with.
  [[nodiscard]] float version_alone(Version version) const;
  [[nodiscard]] float version_behind(const Front& front, Version version, ByteView key) const;
  // What it takes to find the record behind damage; where values hold records, `may_be_copy`.
  [[nodiscard]] float entry(const Candidate& start, const RecordWeight& weight,
                            bool may_be_copy = true) const;
  // The same of its head alone, with damage in its value.
  [[nodiscard]] float torn_entry(const Candidate& start, const RecordWeight& weight) const;

 private:
  // Of longer keys nothing is told.
  static constexpr std::size_t longest_piece_bytes = 64;

  [[nodiscard]] float outlier_cost(Version version) const;
  [[nodiscard]] HeadPiece key_tail_in_front(std::size_t end) const;
  [[nodiscard]] HeadPiece best_key_tail(std::size_t end, bool is_met_length) const;
  [[nodiscard]] HeadPiece cut_head_in_front(std::size_t end) const;
  [[nodiscard]] bool begins_like_head(ByteView head) const;

  ByteView bytes_;
  const LegacyModel& model_;
  const VersionRanges& expected_;
  const ByteScores& byte_scores_;
  float headless_cost_;
  std::bitset<256> is_met_key_length_;                        // of lengths in one byte
  std::array<float, longest_piece_bytes + 1> key_lengths_{};  // log2 of their probabilities
};

}  // namespace persist::log
