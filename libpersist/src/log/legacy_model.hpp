// What a legacy log's sound records look like, learned from them: it decides what is a record where
// no checksum does. Everything is told as evidence in bits: how much likelier the bytes are under
// "this part of a record lies here" than under "any bytes".
#pragma once

#include <array>
#include <bitset>
#include <persist/formats/bytes.hpp>
#include <string>
#include <unordered_map>
#include <vector>

#include "log/legacy_record.hpp"

namespace persist::log {

// Lengths seen, exactly and by their order of magnitude.
class LengthStatistics {
 public:
  void learn(std::uint64_t length);
  // False: it was not. True where too many are known.
  [[nodiscard]] bool may_have_met(std::uint64_t length) const;
  // log2 of the probability of `length`.
  [[nodiscard]] float log2_probability(std::uint64_t length) const;
  // The lengths seen most, the commonest first.
  [[nodiscard]] std::vector<std::uint64_t> commonest(std::size_t count) const;

 private:
  [[nodiscard]] std::uint32_t times(std::uint64_t length) const;

  static constexpr std::size_t short_lengths = 256;
  std::array<std::uint32_t, short_lengths> short_{};  // asked for most, at every other place
  std::unordered_map<std::uint64_t, std::uint32_t> long_;
  std::size_t distinct_ = 0;
  std::array<std::uint32_t, 65> magnitudes_{};
  std::uint32_t total_ = 0;
};

// Bytes seen in one place; evidence is log2 of the probability, plus 8.
struct ByteStatistics {
  std::array<std::uint32_t, 256> counts{};
  std::uint32_t total = 0;
  std::array<float, 256> evidence{};

  void learn(char byte) {
    ++counts[static_cast<std::uint8_t>(byte)];
    ++total;
  }
  // `floor`: the part of the probability that is spread over all bytes, seen or not; `prior`: how
  // many bytes have to be seen to outweigh what was believed before.
  void prepare(float floor, float prior);
  [[nodiscard]] bool is_like_noise() const;
  [[nodiscard]] float of(char byte) const { return evidence[static_cast<std::uint8_t>(byte)]; }
};

class LegacyModel {
 public:
  LegacyModel();

  // The record at `at`, parsed as `shape`; `previous` is the version of the record before it, 0 for
  // none. Values are sampled.
  // `is_sound`: it lies between sound neighbours; else only its shape is learned, not its key.
  void learn(const char* at, const RecordShape& shape, Version previous, bool is_sound = true);
  // That these were met; nothing of what keys are like. Whether one of them is new.
  bool learn_met_keys(const std::vector<ByteView>& keys);
  // After learning, before the questions below.
  void prepare();

  struct KeyEvidence {
    float tight = 0.0F;
    // Where nothing in front says that a key begins here: bytes that are usual somewhere in keys
    // are found inside of keys, too.
    float loose = 0.0F;
    // Of its length alone, when the bytes are like those of no key before.
    float unlike = 0.0F;
  };
  // Of the key's length and bytes.
  [[nodiscard]] KeyEvidence evidence_of_key(ByteView key) const;
  [[nodiscard]] float key_evidence(ByteView key) const { return evidence_of_key(key).tight; }
  [[nodiscard]] float key_length_evidence(std::uint64_t length) const;
  [[nodiscard]] float key_length_log2_probability(std::uint64_t length) const {
    return key_lengths_.log2_probability(length);
  }
  [[nodiscard]] bool may_have_met_key_length(std::uint64_t length) const {
    return key_lengths_.may_have_met(length);
  }
  [[nodiscard]] float key_byte_evidence(std::size_t position, char byte) const {
    return positions_[position < positions ? position : positions].of(byte);
  }
  [[nodiscard]] float tag_evidence(bool has_value) const;
  [[nodiscard]] float value_length_evidence(std::uint64_t length) const;
  [[nodiscard]] const ByteStatistics& value_bytes() const noexcept { return values_; }
  [[nodiscard]] const ByteStatistics& key_bytes() const noexcept { return key_bytes_; }
  // log2 of the share of values that end in so many zeros, no more.
  [[nodiscard]] float trailing_zeros_log2_probability(std::size_t zeros) const;
  [[nodiscard]] static std::size_t trailing_zeros(ByteView value);
  // Of a version by its distance from the record before it, which it follows without a gap.
  // `slack`: how far back is nothing special.
  [[nodiscard]] float step_log2_probability(Version previous, Version version, Version slack) const;
  [[nodiscard]] std::vector<std::uint64_t> commonest_key_lengths(std::size_t count) const {
    return key_lengths_.commonest(count);
  }
  // That damage ends in a record's length or key, of all the places where it could: in bits.
  [[nodiscard]] float headless_cost() const;
  // Keys are less than a sixteenth of the log.
  [[nodiscard]] bool has_long_records() const noexcept { return bytes_ > 16 * bytes_of_keys_; }
  [[nodiscard]] bool has_seen(ByteView key) const;
  // False: all keys, of which enough are known, begin with bytes that this one does not begin with.
  [[nodiscard]] bool begins_like_all_keys(ByteView key) const;
  [[nodiscard]] std::uint64_t records() const noexcept { return records_; }
  // Values here contain what looks like records: copies of logs, for instance.
  [[nodiscard]] bool has_nested_records() const noexcept {
    return nested_values_ * 16 > records_ && nested_values_ > 1;
  }
  // How far a version has been seen below the greatest one before it.
  [[nodiscard]] Version backward_spread() const noexcept { return backward_spread_; }
  [[nodiscard]] Version max_version() const noexcept { return max_version_; }

 private:
  static constexpr std::size_t positions = 64;
  [[nodiscard]] bool may_have_seen(ByteView key) const;
  [[nodiscard]] bool has_seen(std::uint64_t hash) const;
  void note_key(std::uint64_t hash);
  [[nodiscard]] bool holds_record(ByteView value) const;

  std::vector<ByteStatistics> positions_;  // of key bytes; the last is for all later positions
  ByteStatistics key_bytes_;               // of all positions together
  ByteStatistics values_;
  std::array<std::uint32_t, 9> trailing_zeros_{};  // of values; the last is for all above
  LengthStatistics key_lengths_;
  LengthStatistics value_lengths_;
  std::array<std::uint32_t, 130> steps_{};
  std::uint32_t steps_total_ = 0;
  std::vector<std::uint64_t> seen_;  // open addressing, 0 is free
  std::uint64_t distinct_keys_ = 0;
  std::uint64_t repeated_keys_ = 0;
  std::string common_front_;           // of all keys
  std::bitset<256 * 256> key_shapes_;  // by length and first byte
  std::uint64_t new_key_shapes_ = 0;
  std::uint64_t nested_values_ = 0;
  std::uint64_t records_ = 0;
  std::uint64_t deletes_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t bytes_of_keys_ = 0;
  Version backward_spread_ = 0;
  Version max_version_ = 0;
};

}  // namespace persist::log
