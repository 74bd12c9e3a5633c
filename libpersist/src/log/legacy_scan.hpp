// The fast way through a sound legacy log: record after record, with a few cheap looks at each that
// tell when it is worth to stop and think.
#pragma once

#include <bitset>
#include <vector>

#include "log/legacy_record.hpp"
#include "log/legacy_versions.hpp"

namespace persist::log {

struct PendingRecord {
  std::uint64_t offset = 0;
  RecordShape shape;

  [[nodiscard]] std::uint64_t end() const noexcept { return offset + shape.length; }
};

enum class ScanStop : std::uint8_t {
  end_of_bytes,  // the next record needs more bytes, or there are none left
  not_a_record,  // the next bytes are none
  new_versions,  // the next record's version is far from those before, or one that had ended
  odd_key,       // the last record's key looks as if it held another record's start, or lay in one
  odd_value,     // the last record looks as if it held others
};

class LegacyScanner {
 public:
  // Reads records from bytes[at] on, appends them to `records` and moves `at` behind them. `offset`
  // is the file offset of bytes[0]. Records in front of `trusted` (a file offset) are not
  // questioned. The record that caused odd_key or odd_value is the last in `records`; that of
  // new_versions is not in it.
  ScanStop scan(ByteView bytes, std::uint64_t offset, std::size_t& at, std::uint64_t trusted,
                std::vector<PendingRecord>& records);

  // Asked again of an early record, when more keys are known: whether the key at bytes[at] looks as
  // if it held the start of another record.
  [[nodiscard]] bool was_odd(ByteView bytes, std::size_t at) const;

  // Whether a value, at [from, to), ends in what is left of a record that could come next: its
  // version, or the end of a clock's, its tag and its own value.
  [[nodiscard]] bool ends_in_remains(const char* from, const char* to) const;

  // Whether keys of that length and first byte have been met.
  [[nodiscard]] bool knows_shape_of(ByteView key) const;

  [[nodiscard]] const VersionTrack& versions() const noexcept { return versions_; }
  // After reading has been taken up elsewhere, or a version far away was accepted.
  void set_versions(const VersionTrack& versions, Version last) {
    versions_ = versions;
    last_ = last;
    before_last_ = 0;
  }
  [[nodiscard]] Version last() const noexcept { return last_; }  // of the last record

 private:
  [[nodiscard]] bool has_odd_key(const char* begin, const char* at, const RecordShape& shape);
  [[nodiscard]] bool has_odd_value(const char* at, const RecordShape& shape) const;
  [[nodiscard]] bool key_holds_another(ByteView key) const;
  [[nodiscard]] bool key_is_odd(const char* begin, const char* at, const RecordShape& shape) const;
  [[nodiscard]] bool holds_version(const char* from, const char* to) const;
  [[nodiscard]] bool holds_short_version(const char* from, const char* to) const;
  [[nodiscard]] bool holds_wide_version(const char* from, const char* to) const;
  [[nodiscard]] bool holds_clock_version(const char* from, const char* to) const;
  [[nodiscard]] bool is_clock_version_in(const char* from, const char* at) const;
  [[nodiscard]] bool is_near(Version version) const noexcept;

  VersionTrack versions_;
  Version last_ = 0;                   // of the last record
  Version before_last_ = 0;            // of the commit in front of that one
  std::bitset<256 * 256> key_shapes_;  // by length and first byte
  std::bitset<256> key_lengths_;
  std::uint32_t keys_ = 0;
  std::size_t distinct_lengths_ = 0;
  // Keys seen, where their lengths say little; some others look as if they had been.
  static constexpr std::size_t key_filter_bits = std::size_t{1} << 20U;
  std::vector<std::uint64_t> key_filter_;
  [[nodiscard]] bool has_seen(ByteView key) const;
  void note_key(ByteView key);
};

}  // namespace persist::log
