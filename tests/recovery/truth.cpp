#include "recovery/truth.hpp"

#include <algorithm>
#include <array>
#include <persist/formats/varint.hpp>
#include <set>

namespace persist::recovery {
namespace {

// Whether `version`, in the place of record `i`'s own, is one that a commit there could have:
// writers overlap for as long as a thread may have to wait. Between two records of its own commit
// it is none.
bool could_be_version(const SoundLog& log, std::size_t i, std::uint64_t version) {
  const SoundRecord& record = log.records[i];
  if (version == record.version) return true;
  const bool is_enclosed = i > 0 && i + 1 < log.records.size() &&
                           log.records[i - 1].version == record.version &&
                           log.records[i + 1].version == record.version;
  const std::uint64_t distance =
      version > record.version ? version - record.version : record.version - version;
  const bool is_clock = record.version > std::uint64_t{1} << 60U;
  const std::uint64_t longest_wait = is_clock ? 4'000'000'000 : 16;
  const bool is_taken = std::ranges::any_of(
      log.records, [version](const SoundRecord& other) { return other.version == version; });
  return !is_enclosed && !is_taken && distance <= longest_wait;
}

// Whether values here are made of any bytes alike, so that nothing can be foreign to them.
bool has_random_values(const SoundLog& log) {
  constexpr std::size_t nearly_all = 250;
  std::set<char> seen;
  for (const SoundRecord& record : log.records) {
    if (record.value) seen.insert(record.value->begin(), record.value->end());
  }
  return seen.size() >= nearly_all;
}

// Whether nothing tells where the record at `end` (in the damaged bytes) stops and what is foreign
// begins: zeros behind a zero, or random bytes behind a value of such. A reader must not believe
// such a value, for it may have been hit.
bool ends_like_what_follows(const SoundLog& log, const DamagedLog& damaged, std::size_t end,
                            const SoundRecord& record) {
  if (!record.value || record.value->empty()) return false;
  constexpr std::size_t compared_bytes = 4;
  const std::string behind = damaged.bytes.substr(end, compared_bytes);
  const bool are_zeros = behind.find_first_not_of('\0') == std::string::npos;
  if (record.value->back() == '\0' && are_zeros) return true;
  const bool is_run = behind.find_first_not_of(behind.front()) == std::string::npos;
  return has_random_values(log) && !is_run;
}

// Bytes that are foreign and yet what they would be: they are not lost.
std::vector<std::int64_t> settled_source(const SoundLog& log, const DamagedLog& damaged) {
  std::vector<std::int64_t> source = damaged.source;
  const auto is_byte = [&](std::size_t at, std::int64_t from) {
    return from >= 0 && static_cast<std::size_t>(from) < log.bytes.size() &&
           log.bytes[static_cast<std::size_t>(from)] == damaged.bytes[at];
  };
  for (std::size_t i = 1; i < source.size(); ++i) {
    if (source[i] < 0 && source[i - 1] >= 0 && is_byte(i, source[i - 1] + 1)) {
      source[i] = source[i - 1] + 1;
    }
  }
  for (std::size_t i = source.size(); i-- > 1;) {
    if (source[i - 1] < 0 && source[i] > 0 && is_byte(i - 1, source[i] - 1)) {
      source[i - 1] = source[i] - 1;
    }
  }
  return source;
}

// Where bytes of the sound log are now: of what was copied, in every place.
class Places {
 public:
  Places(const SoundLog& log, const DamagedLog& damaged)
      : source_(settled_source(log, damaged)), of_(log.bytes.size()) {
    for (std::size_t i = 0; i < source_.size(); ++i) {
      if (source_[i] >= 0) of_[static_cast<std::size_t>(source_[i])].push_back(i);
    }
  }

  // Where [from, to) lies in one piece, the last of such places.
  [[nodiscard]] std::optional<std::size_t> of_all(std::size_t from, std::size_t to) const {
    for (auto start = of_[from].rbegin(); start != of_[from].rend(); ++start) {
      std::size_t length = 1;
      while (from + length < to && *start + length < source_.size() &&
             source_[*start + length] == static_cast<std::int64_t>(from + length)) {
        ++length;
      }
      if (from + length == to) return *start;
    }
    return std::nullopt;
  }
  [[nodiscard]] const std::vector<std::size_t>& of(std::size_t at) const { return of_[at]; }
  // What now lies at `at`: an offset in the sound log, -1 when it is foreign.
  [[nodiscard]] std::int64_t source(std::size_t at) const { return source_[at]; }

 private:
  std::vector<std::int64_t> source_;
  std::vector<std::vector<std::size_t>> of_;
};

bool is_record_start(const SoundLog& log, std::int64_t offset) {
  return std::ranges::any_of(log.records, [offset](const SoundRecord& record) {
    return static_cast<std::int64_t>(record.offset) == offset;
  });
}

// Whether bytes like those in `value` are found in the log's values.
bool is_like_values(const SoundLog& log, const std::string& value) {
  std::array<bool, 256> seen{};
  for (const SoundRecord& record : log.records) {
    if (!record.value) continue;
    for (const char byte : *record.value) seen[static_cast<std::uint8_t>(byte)] = true;
  }
  return std::ranges::all_of(
      value, [&seen](const char byte) { return seen[static_cast<std::uint8_t>(byte)]; });
}

// Of a record cut right in front of its option tag, or of its value's length, with zeros behind:
// they read as a delete, or as an empty value.
std::optional<SoundRecord> completed_by_zeros(const DamagedLog& damaged, std::size_t start,
                                              const SoundRecord& record) {
  constexpr std::size_t telling_zeros = 8;
  if (!record.value) return std::nullopt;
  const std::size_t length_at =
      record.head_length - formats::varint_length_bytes(record.value->size());
  for (const std::size_t cut_at : {length_at - 1, length_at}) {
    if (start + cut_at > damaged.bytes.size()) continue;
    const std::string behind = damaged.bytes.substr(start + cut_at, telling_zeros);
    if (behind != std::string(telling_zeros, '\0')) continue;
    const auto now = parse_sound_log("", damaged.bytes.substr(start, cut_at + 1));
    if (!now || now->records.size() != 1) continue;
    const SoundRecord& read = now->records.front();
    if (read.key == record.key && read.version == record.version) return read;
  }
  return std::nullopt;
}

// A record of which some bytes are not what they were, in a way that nothing in the format can
// tell: its length is what it was, and a record, or the log's end, follows right behind it.
std::optional<SoundRecord> altered_at(const SoundLog& log, const DamagedLog& damaged,
                                      const Places& places, std::size_t start, std::size_t index) {
  const SoundRecord& record = log.records[index];
  if (auto read = completed_by_zeros(damaged, start, record)) return read;
  const std::size_t end = start + record.length;
  if (end > damaged.bytes.size()) return std::nullopt;
  const bool is_last = record.offset + record.length == log.bytes.size();
  if (end == damaged.bytes.size() ? !is_last : !is_record_start(log, places.source(end))) {
    return std::nullopt;
  }
  const auto now = parse_sound_log("", damaged.bytes.substr(start, record.length));
  if (!now || now->records.size() != 1) return std::nullopt;
  const SoundRecord& read = now->records.front();
  if (read.key.size() != record.key.size()) return std::nullopt;
  if (!could_be_version(log, index, read.version)) return std::nullopt;
  const bool is_in_place =
      end < damaged.bytes.size() &&
      places.source(end) == static_cast<std::int64_t>(record.offset + record.length);
  if (!is_in_place && !is_last && read.value && !is_like_values(log, *read.value))
    return std::nullopt;
  return read;
}

std::optional<SoundRecord> altered(const SoundLog& log, const DamagedLog& damaged,
                                   const Places& places, std::size_t index) {
  for (const std::size_t start : places.of(log.records[index].offset)) {
    if (auto read = altered_at(log, damaged, places, start, index)) return read;
  }
  return std::nullopt;
}

// Of the commit's last record, which lies whole at `end`: whether foreign bytes follow that are
// like those in front of them.
bool has_open_end(const SoundLog& log, const DamagedLog& damaged, std::size_t end,
                  const SoundRecord& last) {
  return end < damaged.source.size() && damaged.source[end] < 0 &&
         ends_like_what_follows(log, damaged, end, last);
}

bool is_in_order(const DamagedLog& damaged, std::size_t from, std::size_t to) {
  return std::find(damaged.moved.begin() + static_cast<std::ptrdiff_t>(from),
                   damaged.moved.begin() + static_cast<std::ptrdiff_t>(to),
                   true) == damaged.moved.begin() + static_cast<std::ptrdiff_t>(to);
}

}  // namespace

void apply(Rows& rows, const std::string& key, std::uint64_t version, const Value& value) {
  Written& row = rows[key];
  if (version >= row.version) row = {version, value};
}

Truth truth_of(const SoundLog& log, const DamagedLog& damaged) {
  Truth truth;
  const Places places(log, damaged);
  std::vector<SoundRecord> survivors;
  for (std::size_t i = 0; i < log.commits.size(); ++i) {
    const std::size_t from = log.commit_offset(i);
    const std::size_t to = log.commit_end(i);
    const auto place = places.of_all(from, to);
    // Nothing tells whether it was hit: to believe it is as good as not to.
    const bool is_open = place && has_open_end(log, damaged, *place + to - from,
                                               log.records[log.commits[i].end - 1]);
    const bool whole = place && !is_open && is_in_order(damaged, from, to);
    truth.whole_commits.push_back(whole);
    for (std::size_t r = log.commits[i].first; r < log.commits[i].end; ++r) {
      const SoundRecord& record = log.records[r];
      if (place) apply(truth.with_moved, record.key, record.version, record.value);
      if (whole) {
        apply(truth.expected, record.key, record.version, record.value);
      } else if (places.of_all(record.offset, record.offset + record.length)) {
        survivors.push_back(record);
      } else if (auto now = altered(log, damaged, places, r)) {
        truth.altered.push_back(*now);
        survivors.push_back(*std::move(now));
      }
    }
  }
  truth.also = truth.expected;
  for (const SoundRecord& record : survivors) {
    apply(truth.also, record.key, record.version, record.value);
  }
  return truth;
}

}  // namespace persist::recovery
