#include "log/framed_start.hpp"

#include <algorithm>
#include <vector>

#include "format_text.hpp"
#include "log/frame_run.hpp"
#include "log/frame_search.hpp"
#include "log/framed_context.hpp"
#include "log/legacy_record.hpp"
#include "log/record_walk.hpp"

namespace persist::log {
namespace {

using formats::FrameVersion;
using formats::log_header_length_bytes;

// The frame version that holds at `offset`, if one does.
Result<std::optional<FrameVersion>> frame_version_at(Window& window, std::uint64_t offset) {
  for (const FrameVersion version : {FrameVersion::v2, FrameVersion::v1}) {
    FrameProbe probe(window, version);
    PERSIST_TRY_ASSIGN(const auto frame, probe.at(offset));
    if (frame) return version;
  }
  return std::nullopt;
}

// Bytes that agree with the magic: an altered header still has most of them.
std::size_t header_likeness(ByteView bytes) {
  std::size_t same = 0;
  for (std::size_t i = 0; i < std::min(bytes.size(), formats::log_magic.size()); ++i) {
    same += bytes[i] == formats::log_magic[i] ? 1 : 0;
  }
  return same;
}
constexpr std::size_t least_header_likeness = 4;

constexpr std::size_t convincing_records = 16;
// Anything else looks like so many records less than once in a million: a tag has one of two
// values.
constexpr std::size_t likely_records = 3;

// How many legacy records follow each other from an offset on, up to as many as convince, and
// whether they lead to the log's end or its header.
struct RecordsAhead {
  std::size_t count = 0;
  bool lead_to_end = false;
  bool are_of_one_version = true;

  [[nodiscard]] bool are_likely() const { return count >= likely_records || are_convincing(); }
  [[nodiscard]] bool are_convincing() const { return count >= convincing_records || lead_to_end; }
  // What a sector that was moved to the log's beginning starts with.
  [[nodiscard]] bool may_end_a_frame() const { return are_of_one_version && !are_convincing(); }
};

Result<RecordsAhead> records_ahead(Window& window, std::uint64_t offset) {
  RecordsAhead records;
  std::uint64_t at = offset;
  Version version = 0;
  for (; records.count < convincing_records && at < window.end(); ++records.count) {
    PERSIST_TRY_ASSIGN(const auto head, record_head_at(window, at));
    if (!head) {
      PERSIST_TRY_ASSIGN(const ByteView bytes, window.view(at, log_header_length_bytes));
      const auto header = formats::decode_log_header(bytes.substr(0, log_header_length_bytes));
      records.lead_to_end = records.count > 0 && header.has_value();
      return records;
    }
    if (head->end > window.end()) return records;
    // The first one may begin in the middle of another.
    if (records.count > 1 && head->version != version) records.are_of_one_version = false;
    version = head->version;
    at = head->end;
  }
  records.lead_to_end = at == window.end();
  return records;
}

// A whole log has this many frames in a row somewhere near its start, or ends on one.
constexpr std::size_t convincing_frames = 16;
constexpr std::uint64_t max_search_bytes = std::uint64_t{16} << 20U;

Damage header_damage(std::uint64_t offset, std::uint64_t length, DamageCode code,
                     std::string message) {
  Damage damage;
  damage.offset = offset;
  damage.length = length;
  damage.code = code;
  damage.message = std::move(message);
  damage.may_hold_commits = false;
  return damage;
}

Damage altered_header(std::uint64_t offset) {
  return header_damage(offset, log_header_length_bytes, DamageCode::damaged_header,
                       "the log header is damaged; the commits behind it are whole");
}

// A header of the other version than its frames is altered: the frames' checksums say which.
Result<std::optional<FramedStart>> start_behind_header(Window& window, std::uint64_t offset,
                                                       FrameVersion version) {
  const std::uint64_t behind = offset + log_header_length_bytes;
  PERSIST_TRY_ASSIGN(const auto proven, frame_version_at(window, behind));
  if (proven && *proven != version) return FramedStart{*proven, behind, altered_header(offset)};
  return FramedStart{version, behind, std::nullopt};
}

constexpr std::size_t legacy_end_bytes = std::size_t{64} << 10U;

// Whether legacy records follow each other up to `end`: what a header behind a legacy part has in
// front of it, and one that was moved has not.
Result<bool> records_end_at(Window& window, std::uint64_t begin, std::uint64_t end) {
  const std::uint64_t from = std::max(begin, end - std::min<std::uint64_t>(end, legacy_end_bytes));
  PERSIST_TRY_ASSIGN(const ByteView view, window.view(from, static_cast<std::size_t>(end - from)));
  const ByteView bytes = view.substr(0, static_cast<std::size_t>(end - from));
  // From the back, so that each record is parsed once: how many lead from an offset to the end.
  std::vector<std::size_t> records(bytes.size() + 1);
  for (std::size_t at = bytes.size(); at-- > 0;) {
    RecordShape shape;
    if (parse_record(bytes.data() + at, bytes.size() - at, shape) != Parse::whole) continue;
    const std::size_t next = at + static_cast<std::size_t>(shape.length);
    if (next == bytes.size() || records[next] > 0) records[at] = records[next] + 1;
    if (records[at] >= likely_records) return true;
  }
  return false;
}

// Whether the framed part of a log that begins with a legacy part begins at `offset`.
Result<bool> is_header_behind_records(Window& window, std::uint64_t begin, std::uint64_t offset) {
  PERSIST_TRY_ASSIGN(const ByteView bytes, window.view(offset, log_header_length_bytes));
  if (!formats::decode_log_header(bytes.substr(0, log_header_length_bytes))) return false;
  PERSIST_TRY_ASSIGN(const auto frames, frame_version_at(window, offset + log_header_length_bytes));
  if (!frames) return false;
  return records_end_at(window, begin, offset);
}

FramedStart lost_start(FrameVersion version, std::uint64_t offset) {
  // Frames may lie before those that were found: the reader looks for them from here.
  return FramedStart{version, offset,
                     header_damage(offset, 0, DamageCode::missing_header,
                                   "the log header is lost, and bytes behind it"),
                     true};
}

// The log's start is lost, header and first commits: the frames behind it tell what it was.
Result<std::optional<FramedStart>> start_behind_damage(Window& window, std::uint64_t offset) {
  const std::uint64_t to = std::min(window.end(), offset + max_search_bytes);
  for (std::uint64_t at = offset + 1; at < to; ++at) {
    PERSIST_TRY_ASSIGN(at, next_possible_start(window, at, to));
    if (at == to) break;
    PERSIST_TRY_ASSIGN(const bool is_legacy, is_header_behind_records(window, offset, at));
    if (is_legacy) return std::nullopt;
    for (const FrameVersion version : {FrameVersion::v2, FrameVersion::v1}) {
      FrameProbe probe(window, version);
      PERSIST_TRY_ASSIGN(const auto frame, probe.at(at));
      if (!frame) continue;
      PERSIST_TRY_ASSIGN(const bool convincing, frames_follow(probe, at, convincing_frames));
      if (!convincing) continue;
      return lost_start(version, offset);
    }
  }
  return std::nullopt;
}

// The log's beginning was overwritten with the end of a frame, which reads as legacy records: they
// are of one version, and a frame of the next one is behind them. Between a legacy part and frames
// there is a header.
Result<std::optional<FramedStart>> start_within_frame(Window& window, std::uint64_t offset) {
  PERSIST_TRY_ASSIGN(auto head, record_head_at(window, offset));
  const Version version = head ? head->version : 0;
  while (head && head->version == version && head->end <= window.end()) {
    const std::uint64_t end = head->end;
    for (const FrameVersion frames : {FrameVersion::v2, FrameVersion::v1}) {
      FrameProbe probe(window, frames);
      PERSIST_TRY_ASSIGN(const auto next, probe.at(end));
      if (next && can_stand_behind(version, next->version)) return lost_start(frames, offset);
    }
    PERSIST_TRY_ASSIGN(head, record_head_at(window, end));
  }
  return std::nullopt;
}

// The version that a header of an unknown format names, 0 when it is no such header.
unsigned newer_version_of(ByteView bytes) {
  if (formats::decode_log_header(bytes) != std::unexpected(formats::DecodeError::newer_version)) {
    return 0;
  }
  const unsigned version = static_cast<unsigned char>(bytes[formats::log_magic.size()]);
  return version > static_cast<unsigned>(FrameVersion::v2) ? version : 0;
}

}  // namespace

Result<std::optional<FramedStart>> framed_part_at(Window& window, std::uint64_t offset) {
  PERSIST_TRY_ASSIGN(const ByteView view, window.view(offset, log_header_length_bytes));
  const ByteView bytes = view.substr(0, log_header_length_bytes);
  const auto header = formats::decode_log_header(bytes);
  if (header) return start_behind_header(window, offset, *header);
  const unsigned newer_version = newer_version_of(bytes);
  const bool is_like_header = header_likeness(bytes) >= least_header_likeness;
  PERSIST_TRY_ASSIGN(const auto here, frame_version_at(window, offset));
  if (here) {
    return FramedStart{*here, offset,
                       header_damage(offset, 0, DamageCode::missing_header,
                                     "the log header is missing before the first commit")};
  }
  PERSIST_TRY_ASSIGN(const RecordsAhead records, records_ahead(window, offset));
  if (records.are_likely() && !is_like_header) return std::nullopt;
  const std::uint64_t behind_offset = offset + log_header_length_bytes;
  PERSIST_TRY_ASSIGN(const auto behind, frame_version_at(window, behind_offset));
  if (behind) return FramedStart{*behind, behind_offset, altered_header(offset)};
  if (newer_version != 0) {
    PERSIST_TRY_ASSIGN(const auto known, start_behind_damage(window, offset));
    if (known) return known;
    return fail_at(ErrorCode::newer_format, window.file().path(), offset,
                   format_text("the log is of format version {}: written by a newer release than "
                               "this program knows",
                               newer_version),
                   "use a newer persist");
  }
  return std::nullopt;
}

Result<std::optional<FramedStart>> framed_start_at(Window& window, std::uint64_t offset) {
  PERSIST_TRY_ASSIGN(const ByteView view, window.view(offset, log_header_length_bytes));
  const bool is_like_header =
      header_likeness(view.substr(0, log_header_length_bytes)) >= least_header_likeness;
  PERSIST_TRY_ASSIGN(auto start, framed_part_at(window, offset));
  if (start) {
    start->is_begin_damaged = start->damage && !is_like_header;
    return start;
  }
  PERSIST_TRY_ASSIGN(const RecordsAhead records, records_ahead(window, offset));
  if (records.are_likely() && !is_like_header) {
    if (offset != 0) return std::nullopt;
    PERSIST_TRY_ASSIGN(start, start_within_frame(window, offset));
    if (start || !records.may_end_a_frame()) return start;
  }
  return start_behind_damage(window, offset);
}

}  // namespace persist::log
