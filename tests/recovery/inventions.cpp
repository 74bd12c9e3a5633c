#include "recovery/inventions.hpp"

#include <algorithm>
#include <persist/formats/record.hpp>

namespace persist::recovery {
namespace {

// How far a chain is followed: longer ones are not made by chance.
constexpr std::size_t longest_chain = 64;

struct Read {
  formats::RecordView record;
  std::size_t end = 0;
};

std::optional<Read> read_at(const DamagedLog& damaged, std::size_t offset) {
  formats::Cursor cursor(std::string_view(damaged.bytes).substr(offset));
  const auto record = formats::take_record(cursor);
  if (!record) return std::nullopt;
  return Read{*record, offset + cursor.position()};
}

// Where the record ends that was written and of which all bytes lie at `offset`: in their place, or
// as a copy among foreign bytes. Parts of values are none.
std::optional<std::size_t> end_of_whole(const SoundLog& log, const DamagedLog& damaged,
                                        std::size_t offset) {
  const std::int64_t from = damaged.source[offset];
  const auto read = read_at(damaged, offset);
  if (!read) return std::nullopt;
  const std::string_view bytes(damaged.bytes.data() + offset, read->end - offset);
  const auto is_it = [&](const SoundRecord& record) {
    const bool is_here = from < 0 || from == static_cast<std::int64_t>(record.offset);
    return is_here && record.length == bytes.size() &&
           std::string_view(log.bytes).substr(record.offset, record.length) == bytes;
  };
  if (!std::ranges::any_of(log.records, is_it)) return std::nullopt;
  return read->end;
}

bool is_same(const formats::RecordView& read, const SoundRecord& record) {
  return read.key == record.key && read.version == record.version &&
         read.value.has_value() == record.value.has_value() &&
         (!read.value || *read.value == *record.value);
}

// Whether records from `offset` on meet `record`, and then a whole one or the log's end.
bool meets(const SoundLog& log, const DamagedLog& damaged, std::size_t offset,
           const SoundRecord& record) {
  bool has_met = false;
  for (std::size_t i = 0; i < longest_chain; ++i) {
    if (offset == damaged.bytes.size()) return has_met;
    if (end_of_whole(log, damaged, offset)) return has_met;
    const auto read = read_at(damaged, offset);
    if (!read) return false;
    has_met = has_met || is_same(read->record, record);
    offset = read->end;
  }
  return false;
}

}  // namespace

bool reads_without_break(const SoundLog& log, const DamagedLog& damaged,
                         const SoundRecord& record) {
  if (meets(log, damaged, 0, record)) return true;
  const std::size_t last = damaged.bytes.size();
  for (std::size_t offset = 0; offset < last; ++offset) {
    const auto end = end_of_whole(log, damaged, offset);
    if (end && meets(log, damaged, *end, record)) return true;
  }
  return false;
}

}  // namespace persist::recovery
