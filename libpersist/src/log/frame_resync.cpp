#include "log/frame_resync.hpp"

#include <algorithm>
#include <bit>
#include <iterator>

#include "format_text.hpp"
#include "log/frame_enclosure.hpp"
#include "log/frame_run.hpp"
#include "log/record_walk.hpp"

namespace persist::log {
namespace {

using formats::FrameHeader;
using formats::FrameVersion;

constexpr std::size_t max_recent_offsets = 64;
constexpr std::size_t max_version_ranges = 1 << 20;
constexpr std::uint64_t smallest_frame_bytes = 12;
constexpr Version version_slack = 64;
constexpr Version usual_disorder = 8;  // of writers that overtake each other
constexpr std::uint64_t sector_bytes = 512;
constexpr std::size_t anchor_frames = 8;
constexpr std::uint64_t max_anchor_distance_bytes = std::uint64_t{1} << 20U;
constexpr std::uint64_t short_record_head_bytes = 24;
// Payloads that are rebuilt are held in memory.
constexpr std::uint64_t max_rebuilt_length_bytes = std::uint64_t{64} << 20U;

Result<bool> is_log_header(Window& window, std::uint64_t offset) {
  PERSIST_TRY_ASSIGN(const ByteView bytes, window.view(offset, formats::log_header_length_bytes));
  return formats::decode_log_header(bytes.substr(0, formats::log_header_length_bytes)).has_value();
}

bool are_neighbours(Version a, Version b) {
  return (a > b ? a - b : b - a) <= version_slack;
}

// Whether the neighbours of a frame bear it out: its version follows those just read, or what comes
// behind it is the log's end, a frame or at least the start of one with a version like its own (a
// sector that was moved with its frames). A copy of a frame inside a value has text around it.
Result<bool> is_borne_out(FrameProbe& probe, const FoundFrame& found,
                          const FramedContext& context) {
  if (context.max_version == 0 || are_neighbours(found.version, context.last_version)) return true;
  if (found.end() >= probe.window().end()) return true;
  const std::size_t header_length = formats::frame_header_length_bytes(probe.version());
  const std::uint64_t to_sector_end = sector_bytes - found.end() % sector_bytes;
  if (to_sector_end < header_length + short_record_head_bytes) return true;  // nothing to look at
  PERSIST_TRY_ASSIGN(const auto next, record_head_at(probe.window(), found.end() + header_length));
  return next && are_neighbours(next->version, found.version);
}

// Versions above `low` and below `high`, where frames are missing; none: the log goes on to its
// end.
struct MissingVersions {
  Version low = 0;
  Version high = 0;
};

// What the damaged frame still tells: its records, and where it ends. What is found out about the
// log behind it is kept, so that no byte is looked at for each copy in a value.
struct DamagedFrame {
  std::uint64_t offset = 0;
  PayloadWalk walk;
  std::optional<std::uint64_t> end;  // where the log goes on behind it, when it is known
  std::optional<FoundFrame> anchor;  // where the log is sure to go on, once it was looked for
  std::uint64_t no_anchor_before = 0;
  std::optional<MissingVersions> moved;  // of the next damage, once they were looked for
};

// Whether frames of near versions follow each other from `frame` on, so many, or to the log's end,
// that they are the log and no copies in a value.
Result<bool> is_anchor(FrameProbe& probe, const FoundFrame& frame) {
  FoundFrame last = frame;
  for (std::size_t count = 1; count < anchor_frames && last.end() < probe.window().end(); ++count) {
    PERSIST_TRY_ASSIGN(const auto next, probe.at(last.end()));
    if (!next || !are_neighbours(next->version, last.version)) return false;
    last = *next;
  }
  return true;
}

Result<std::optional<FoundFrame>> find_anchor(FrameProbe& probe, std::uint64_t from,
                                              std::uint64_t to) {
  for (std::uint64_t at = from; at < to; ++at) {
    PERSIST_TRY_ASSIGN(const auto frame, probe.at(at));
    if (!frame) continue;
    PERSIST_TRY_ASSIGN(const bool is_sure, is_anchor(probe, *frame));
    if (is_sure) return frame;
    at = frame->end() - 1;
  }
  return std::nullopt;
}

std::uint64_t anchor_limit(FrameProbe& probe, std::uint64_t from) {
  return std::min(probe.window().end(), from + max_anchor_distance_bytes);
}

Result<void> look_for_anchor(FrameProbe& probe, DamagedFrame& damaged, std::uint64_t from) {
  if (damaged.anchor && damaged.anchor->offset >= from) return {};
  const std::uint64_t to = anchor_limit(probe, from);
  PERSIST_TRY_ASSIGN(damaged.anchor,
                     find_anchor(probe, std::max(from, damaged.no_anchor_before), to));
  if (!damaged.anchor) damaged.no_anchor_before = std::max(damaged.no_anchor_before, to);
  return {};
}

// Whether `version` is missing where damage begins next, behind the frames from `offset` on: a
// sector was moved from there to here.
Result<bool> is_lost_behind(FrameProbe& probe, DamagedFrame& damaged, std::uint64_t offset,
                            Version version) {
  if (!damaged.moved) {
    damaged.moved = MissingVersions{};
    PERSIST_TRY_ASSIGN(const FrameRun run, frame_run(probe, offset, probe.window().end()));
    if (run.end == probe.window().end()) return false;
    PERSIST_TRY_ASSIGN(const auto next, find_anchor(probe, run.end, anchor_limit(probe, run.end)));
    damaged.moved = {run.last_version, next ? next->version : run.last_version + usual_disorder};
  }
  return version > damaged.moved->low && version < damaged.moved->high;
}

// Whether the log can go on with a frame of a new version: it does for long, or farther behind with
// a later one, or what lies there has lost this one.
Result<bool> can_go_on_with(FrameProbe& probe, DamagedFrame& damaged, const FoundFrame& found,
                            const FramedContext& context) {
  if (found.version < context.max_version) return true;
  PERSIST_TRY_ASSIGN(const bool is_sure, is_anchor(probe, found));
  if (is_sure) return true;
  PERSIST_TRY(look_for_anchor(probe, damaged, found.end()));
  if (!damaged.anchor && context.max_version == 0) return true;
  if (!damaged.anchor) return context.is_near(found.version, found.offset - damaged.offset);
  if (found.version < damaged.anchor->version) return true;
  return is_lost_behind(probe, damaged, damaged.anchor->offset, found.version);
}

// Whether the log goes on at `offset`: it ends there, or a header is there, or a frame that can
// follow.
Result<bool> goes_on_at(FrameProbe& probe, std::uint64_t offset, DamagedFrame& damaged,
                        const FramedContext& context) {
  if (offset == probe.window().end()) return true;
  PERSIST_TRY_ASSIGN(const bool header, is_log_header(probe.window(), offset));
  if (header) return true;
  PERSIST_TRY_ASSIGN(const auto frame, probe.at(offset));
  if (!frame) return false;
  const FoundFrame found = *frame;
  if (!context.may_follow(found.version, probe.window().end() - offset)) return false;
  PERSIST_TRY_ASSIGN(const bool borne_out, is_borne_out(probe, found, context));
  if (!borne_out) return false;
  return can_go_on_with(probe, damaged, found, context);
}

// A random mismatch of 32 bits is confined to one byte once in four million cases.
bool differs_in_one_byte(std::uint32_t a, std::uint32_t b) {
  const std::uint32_t difference = a ^ b;
  for (unsigned shift = 0; shift < 32; shift += 8) {
    if ((difference & ~(0xFFU << shift)) == 0) return true;
  }
  return false;
}

// Whether some value that `synced_to` can have had makes `wanted` of its half of the checksum: what
// the neighbours have, or the stored one with one byte changed.
bool some_synced_to_gives(std::uint32_t wanted, std::uint64_t stored, std::uint64_t offset,
                          const FramedContext& context) {
  const auto gives = [wanted](std::uint64_t candidate) {
    return formats::synced_to_checksum(candidate) == wanted;
  };
  if (gives(context.last_synced_to) || gives(offset)) return true;
  if (std::ranges::any_of(context.recent_offsets, gives)) return true;
  for (unsigned shift = 0; shift < 64; shift += 8) {
    const std::uint64_t without = stored & ~(std::uint64_t{0xFF} << shift);
    for (std::uint64_t byte = 0; byte < 256; ++byte) {
      if (gives(without | byte << shift)) return true;
    }
  }
  return false;
}

// Whether the payload [offset + header, end) is proven although its header is damaged.
Result<bool> is_proven(FrameProbe& probe, std::uint64_t offset, std::uint64_t end,
                       const FramedContext& context) {
  const FrameVersion version = probe.version();
  const std::size_t header_length = formats::frame_header_length_bytes(version);
  const std::uint64_t length = end - offset;
  if (length > max_rebuilt_length_bytes) return false;
  PERSIST_TRY_ASSIGN(const ByteView bytes,
                     probe.window().view(offset, static_cast<std::size_t>(length)));
  if (bytes.size() < length) return false;
  FrameHeader header;
  header.payload_length = formats::load_little_endian<std::uint32_t>(bytes.data());
  header.checksum = formats::load_little_endian<std::uint32_t>(bytes.data() + 4);
  if (version == FrameVersion::v2) {
    header.synced_to = formats::load_little_endian<std::uint64_t>(bytes.data() + 8);
  }
  const ByteView payload = bytes.substr(header_length, length - header_length);
  const std::uint32_t computed = formats::frame_checksum(payload, header.synced_to, version);
  if (computed == header.checksum) return true;  // only the length was damaged
  if (header.payload_length != payload.size()) return false;
  if (differs_in_one_byte(computed, header.checksum)) return true;
  return version == FrameVersion::v2 &&
         some_synced_to_gives(header.checksum ^ formats::payload_checksum(payload),
                              header.synced_to, offset, context);
}

// The end of the damaged frame as its own records show it: a boundary between records where the log
// goes on.
Result<std::optional<std::uint64_t>> end_by_records(FrameProbe& probe, DamagedFrame& damaged,
                                                    const FramedContext& context) {
  for (const std::uint64_t boundary : damaged.walk.boundaries) {
    PERSIST_TRY_ASSIGN(const bool goes_on, goes_on_at(probe, boundary, damaged, context));
    if (goes_on) return boundary;
  }
  return std::nullopt;
}

// The end of the damaged frame as its header says it, when the log goes on there.
Result<std::optional<std::uint64_t>> end_by_length(FrameProbe& probe, DamagedFrame& damaged,
                                                   const FramedContext& context) {
  const std::uint64_t offset = damaged.offset;
  const std::size_t header_length = formats::frame_header_length_bytes(probe.version());
  PERSIST_TRY_ASSIGN(const ByteView bytes, probe.window().view(offset, header_length));
  const auto header = formats::decode_frame_header(bytes, probe.version());
  if (!header) return std::nullopt;
  const std::uint64_t end = offset + header_length + header->payload_length;
  if (end > probe.window().end()) return std::nullopt;
  PERSIST_TRY_ASSIGN(const bool goes_on, goes_on_at(probe, end, damaged, context));
  if (goes_on) return end;
  return std::nullopt;
}

Result<bool> is_all_zeros(Window& window, std::uint64_t from, std::uint64_t to) {
  while (from < to) {
    PERSIST_TRY_ASSIGN(const ByteView bytes, window.view(from, 1));
    const ByteView part = bytes.substr(0, to - from);
    if (part.empty()) break;
    if (part.find_first_not_of('\0') != ByteView::npos) return false;
    from += part.size();
  }
  return true;
}

Result<Damage> describe_damage(FrameProbe& probe, std::uint64_t offset, std::uint64_t next,
                               const PayloadWalk& walk, const FramedContext& context) {
  Damage damage;
  damage.offset = offset;
  damage.length = next - offset;
  damage.is_torn_tail = next == probe.window().end();
  PERSIST_TRY_ASSIGN(const bool zeros, is_all_zeros(probe.window(), offset, next));
  if (zeros) {
    damage.code = DamageCode::zero_fill;
    damage.may_hold_commits = !damage.is_torn_tail;
    damage.message = format_text("{} zero bytes where a commit should be", damage.length);
    return damage;
  }
  const bool version_fits =
      walk.version != 0 && context.may_follow(walk.version, probe.window().end() - offset);
  if (walk.records > 0 && version_fits) {
    damage.version = walk.version;
    damage.keys = walk.keys;
  }
  damage.code = damage.is_torn_tail ? DamageCode::torn_frame : DamageCode::damaged_frame;
  damage.message =
      damage.is_torn_tail
          ? format_text("{} bytes at the end are no whole commit", damage.length)
          : format_text("{} bytes are no whole commit; the log goes on behind them", damage.length);
  return damage;
}

// Whether a frame found inside the damaged one's range is the log's own. When the end of the
// damaged frame is known, only one that carries a version missing between its neighbours is: bytes
// were lost in front of it. Or one that leads to where the damaged one seems to end, when its
// records were read in step with those of the log's end; or one that was moved. Any other is a copy
// in a value.
Result<bool> belongs_to_log(FrameProbe& probe, DamagedFrame& damaged, const FoundFrame& found,
                            const FramedContext& context) {
  if (!context.may_follow(found.version, probe.window().end() - damaged.offset)) return false;
  PERSIST_TRY_ASSIGN(const bool borne_out, is_borne_out(probe, found, context));
  if (!borne_out) return false;
  if (!damaged.end || found.offset >= *damaged.end) {
    return can_go_on_with(probe, damaged, found, context);
  }
  if (*damaged.end == probe.window().end()) {
    return carries_on_to(probe, found, context.last_version, *damaged.end);
  }
  PERSIST_TRY_ASSIGN(const auto next, probe.at(*damaged.end));
  if (!next) return false;
  if (found.version < next->version) return true;
  return is_lost_behind(probe, damaged, *damaged.end, found.version);
}

Result<bool> is_header_of_more(FrameProbe& probe, std::uint64_t offset, DamagedFrame& damaged,
                               const FramedContext& context) {
  PERSIST_TRY_ASSIGN(const ByteView bytes, probe.window().view(offset, 1));
  if (bytes.empty() || bytes.front() != formats::header_first_byte) return false;
  PERSIST_TRY_ASSIGN(const bool header, is_log_header(probe.window(), offset));
  if (!header) return false;
  return goes_on_at(probe, offset + formats::log_header_length_bytes, damaged, context);
}

// Where the log goes on behind (or inside) the damaged frame: every offset is asked.
Result<std::uint64_t> find_next(FrameProbe& probe, DamagedFrame& damaged,
                                const FramedContext& context) {
  const std::uint64_t to = damaged.end.value_or(probe.window().end());
  for (std::uint64_t at = damaged.offset + 1; at < to; ++at) {
    PERSIST_TRY_ASSIGN(const bool header, is_header_of_more(probe, at, damaged, context));
    if (header) return at;
    PERSIST_TRY_ASSIGN(const auto frame, probe.at(at));
    if (!frame) continue;
    const FoundFrame found = *frame;
    PERSIST_TRY_ASSIGN(const bool belongs, belongs_to_log(probe, damaged, found, context));
    if (!belongs) {
      at = found.end() - 1;
      continue;
    }
    if (damaged.end) return at;
    PERSIST_TRY_ASSIGN(
        const auto enclosing,
        enclosing_commit_end(probe, damaged.offset, damaged.walk, found, context.last_version));
    if (!enclosing) return at;
    at = *enclosing - 1;
  }
  return to;
}

Resync skip_doubled_header(std::uint64_t offset) {
  Resync resync;
  resync.next = offset + formats::log_header_length_bytes;
  resync.damage.offset = offset;
  resync.damage.length = formats::log_header_length_bytes;
  resync.damage.code = DamageCode::doubled_header;
  resync.damage.message = "a second log header in the middle of the log";
  resync.damage.may_hold_commits = false;
  return resync;
}

Resync rebuild(const DamagedFrame& frame, std::size_t header_length) {
  Resync resync;
  resync.next = *frame.end;
  resync.rebuilt = RebuiltFrame{frame.offset + header_length, *frame.end};
  resync.damage.offset = frame.offset;
  resync.damage.length = header_length;
  resync.damage.code = DamageCode::damaged_frame;
  resync.damage.message = "the header of a commit is damaged; its contents are proven";
  resync.damage.may_hold_commits = false;
  resync.damage.version = frame.walk.version;
  resync.damage.keys = frame.walk.keys;
  return resync;
}

}  // namespace

void VersionSet::add(Version version) {
  auto next = ranges_.upper_bound(version);
  const auto before = next == ranges_.begin() ? ranges_.end() : std::prev(next);
  if (before != ranges_.end() && before->second >= version) return;
  const bool joins_next = next != ranges_.end() && next->first == version + 1;
  if (before != ranges_.end() && before->second + 1 == version) {
    before->second = joins_next ? next->second : version;
    if (joins_next) ranges_.erase(next);
  } else if (joins_next) {
    const Version last = next->second;
    ranges_.emplace_hint(ranges_.erase(next), version, last);
  } else if (ranges_.size() < max_version_ranges) {
    ranges_.emplace_hint(next, version, version);
  }
}

bool VersionSet::contains(Version version) const {
  const auto next = ranges_.upper_bound(version);
  return next != ranges_.begin() && std::prev(next)->second >= version;
}

void FramedContext::note(const FoundFrame& frame) {
  max_version = std::max(max_version, frame.version);
  last_version = frame.version;
  versions.add(frame.version);
  ++frames;
  frame_bytes += frame.length_bytes;
  last_synced_to = frame.header.synced_to;
  recent_offsets.push_back(frame.end());
  if (recent_offsets.size() > max_recent_offsets) recent_offsets.pop_front();
}

bool FramedContext::is_near(Version version, std::uint64_t lost_bytes) const {
  const std::uint64_t mean_bytes = frames == 0 ? smallest_frame_bytes : frame_bytes / frames;
  return version <= max_version + usual_disorder + 2 * (lost_bytes / mean_bytes);
}

bool FramedContext::may_follow(Version version, std::uint64_t remaining_bytes) const {
  if (max_version == 0) return true;
  if (versions.contains(version)) return false;
  const std::uint64_t mean_bytes = frames == 0 ? smallest_frame_bytes : frame_bytes / frames;
  return version <= max_version + version_slack + 2 * (remaining_bytes / mean_bytes);
}

Result<Resync> resync_frames(FrameProbe& probe, std::uint64_t offset,
                             const FramedContext& context) {
  PERSIST_TRY_ASSIGN(const bool header, is_log_header(probe.window(), offset));
  if (header) return skip_doubled_header(offset);
  const std::size_t header_length = formats::frame_header_length_bytes(probe.version());
  DamagedFrame frame;
  frame.offset = offset;
  PERSIST_TRY_ASSIGN(frame.walk,
                     walk_payload(probe.window(), offset + header_length, probe.window().end()));
  PERSIST_TRY_ASSIGN(frame.end, end_by_records(probe, frame, context));
  if (frame.end) {
    PERSIST_TRY_ASSIGN(const bool proven, is_proven(probe, offset, *frame.end, context));
    if (proven) return rebuild(frame, header_length);
  } else {
    PERSIST_TRY_ASSIGN(frame.end, end_by_length(probe, frame, context));
  }
  Resync resync;
  PERSIST_TRY_ASSIGN(resync.next, find_next(probe, frame, context));
  PERSIST_TRY_ASSIGN(resync.damage,
                     describe_damage(probe, offset, resync.next, frame.walk, context));
  return resync;
}

}  // namespace persist::log
