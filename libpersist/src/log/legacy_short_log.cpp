#include "log/legacy_short_log.hpp"

#include <persist/formats/log_header.hpp>
#include <persist/release_line.hpp>
#include <set>

namespace persist::log {
namespace {

// As many as are looked at together when the start of a longer log is judged.
constexpr std::size_t most_records = 48;

// Whether a commit of `version` may come behind one of `before`.
bool goes_on(Version before, Version version) {
  if (is_clock_version(before) != is_clock_version(version)) return false;
  return is_clock_version(version) ? version > before : version == before + 1;
}

// Whether the value ends in a whole record of this commit or the next.
bool ends_in_record(ByteView value, Version version) {
  RecordShape shape;
  for (std::size_t at = 0; at < value.size(); ++at) {
    const ByteView rest = value.substr(at);
    if (parse_record(rest.data(), rest.size(), shape) == Parse::whole &&
        shape.length == rest.size() &&
        (shape.version == version || goes_on(version, shape.version))) {
      return true;
    }
  }
  return false;
}

// Whether `tail`, which the log's end cuts, begins like a record that can come next: by its key,
// which is like those before it, or by its version.
class RecordStarts {
 public:
  void learn(ByteView record) {
    for (const std::size_t length : {1U, 2U}) starts_.insert(record.substr(0, length));
  }
  [[nodiscard]] bool contain(ByteView tail, Version last) const {
    RecordShape shape;
    if (parse_record(tail.data(), tail.size(), shape) != Parse::truncated) return false;
    // A version that could be read, and the tag behind it.
    const bool has_head = shape.version != 0 && shape.length > 0;
    return starts_.contains(tail.substr(0, 2)) ||
           (has_head && (shape.version == last || goes_on(last, shape.version)));
  }

 private:
  std::set<ByteView> starts_;  // the key's length, with its first byte and without
};

}  // namespace

std::optional<std::size_t> sound_short_log_end(ByteView bytes, std::uint64_t log_bytes) {
  Version version = 0;
  ByteView key;
  RecordStarts starts;
  std::size_t at = 0;
  for (std::size_t records = 0; at < bytes.size(); ++records) {
    RecordShape shape;
    const ByteView rest = bytes.substr(at);
    if (records > 0 && could_be_log_header(rest)) return at;
    if (records == most_records) return std::nullopt;
    if (records > 0 && bytes.size() == log_bytes && starts.contain(rest, version)) return at;
    if (parse_record(rest.data(), rest.size(), shape) != Parse::whole) return std::nullopt;
    const ByteView next_key = rest.substr(shape.key_at, static_cast<std::size_t>(shape.key_length));
    const bool is_same_commit = shape.version == version;
    if (is_same_commit ? next_key <= key : records > 0 && !goes_on(version, shape.version)) {
      return std::nullopt;
    }
    const auto length = static_cast<std::size_t>(shape.length);
    const auto value_at = static_cast<std::size_t>(shape.value_at());
    if (ends_in_record(rest.substr(value_at, length - value_at), shape.version)) {
      return std::nullopt;
    }
    starts.learn(rest);
    version = shape.version;
    key = next_key;
    at += length;
  }
  if (at == 0 || at != log_bytes) return std::nullopt;
  return at;
}

}  // namespace persist::log
