#include "log/legacy_counted_log.hpp"

#include <algorithm>
#include <persist/release_line.hpp>
#include <string>

#include "log/framed_start.hpp"
#include "log/legacy_record.hpp"
#include "log/version_set.hpp"

namespace persist::log {
namespace {

constexpr std::size_t piece_bytes = 64 << 10;
// A longer record may have a damaged length, for which no memory is taken; and so much is looked
// through for keys, which crafted values could have done for ever.
constexpr std::size_t most_bytes = 64 << 20;
constexpr std::uint64_t least_commits = 8;
// At either end of a log that was cut, commits are missing that others had overtaken.
constexpr Version most_overtaken = 128;
constexpr std::uint64_t share_of_overtaken = 16;

// Whether the bytes end in a key with its length in front.
bool ends_in_key(ByteView bytes) {
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    std::uint64_t length = 0;
    const int head = parse_varint(bytes.data() + at, bytes.size() - at, length);
    if (head > 0 && at + static_cast<std::size_t>(head) + length == bytes.size()) return true;
  }
  return false;
}

class CountedLog {
 public:
  // False: it is none.
  [[nodiscard]] bool add(ByteView record, const RecordShape& shape) {
    const ByteView key = record.substr(shape.key_at, static_cast<std::size_t>(shape.key_length));
    if (commits_ == 0 && !key.empty() && ends_in_key(key.substr(1))) return false;
    if (shape.version == version_ ? key <= key_ : !begin_commit(shape.version)) return false;
    key_.assign(key);
    return !ends_in_own_record(record.substr(static_cast<std::size_t>(shape.value_at())));
  }

  [[nodiscard]] bool is_one() const {
    if (commits_ < least_commits) return false;
    if (least_ == 1 && versions_.last_of_run(least_) >= greatest_) return true;
    const Version overtaken = std::min(most_overtaken, commits_ / share_of_overtaken);
    const Version begin = least_ <= overtaken ? 1 : least_ + overtaken;
    return widest_jump_ <= overtaken && versions_.contains(begin) &&
           versions_.last_of_run(begin) + overtaken >= greatest_;
  }

 private:
  [[nodiscard]] bool begin_commit(Version version) {
    if (is_clock_version(version) || versions_.contains(version)) return false;
    versions_.add(version);
    ++commits_;
    least_ = commits_ == 1 ? version : std::min(least_, version);
    if (commits_ > 1 && version > greatest_)
      widest_jump_ = std::max(widest_jump_, version - greatest_);
    greatest_ = std::max(greatest_, version);
    version_ = version;
    written_version_.clear();
    formats::append_varint(written_version_, version);
    return true;
  }

  // Whether the value's end is a record of the same commit, which it would have swallowed, or too
  // many look like it.
  [[nodiscard]] bool ends_in_own_record(ByteView value) {
    for (std::size_t at = value.find(written_version_); at != ByteView::npos;
         at = value.find(written_version_, at + 1)) {
      const ByteView rest = value.substr(at);
      RecordShape shape;
      if (parse_behind_version(rest.data(), rest.size(), written_version_.size(), shape) ==
              Parse::whole &&
          shape.length == rest.size()) {
        looked_through_bytes_ += at;
        if (looked_through_bytes_ > most_bytes || ends_in_key(value.substr(0, at))) return true;
      }
    }
    return false;
  }

  VersionSet versions_;
  std::uint64_t commits_ = 0;
  Version least_ = 0;
  Version greatest_ = 0;
  Version widest_jump_ = 0;  // above all in front
  Version version_ = 0;      // of the commit at hand
  std::string written_version_;
  std::string key_;  // the last one in it
  std::uint64_t looked_through_bytes_ = 0;
};

}  // namespace

Result<std::optional<std::uint64_t>> counted_log_end(File& file, std::uint64_t begin,
                                                     std::uint64_t end) {
  Window window(file, end);
  CountedLog log;
  std::uint64_t from = begin;
  for (std::size_t wanted = piece_bytes; from < end;) {
    PERSIST_TRY_ASSIGN(const ByteView bytes, window.view(from, wanted));
    std::size_t at = 0;
    RecordShape shape;
    Parse parse = Parse::truncated;
    while ((parse = parse_record(bytes.data() + at, bytes.size() - at, shape)) == Parse::whole) {
      const auto length = static_cast<std::size_t>(shape.length);
      if (!log.add(bytes.substr(at, length), shape)) return std::nullopt;
      at += length;
    }
    from += at;
    if (parse == Parse::bad) break;
    const bool is_cut_by_end = bytes.size() < wanted;
    if (at == 0 && (is_cut_by_end || wanted >= most_bytes)) return std::nullopt;
    wanted = at > 0 ? piece_bytes : 2 * wanted;
  }
  if (!log.is_one()) return std::nullopt;
  if (from == end) return end;
  PERSIST_TRY_ASSIGN(const auto framed, framed_part_at(window, from));
  return framed && !framed->damage ? std::optional(from) : std::nullopt;
}

}  // namespace persist::log
