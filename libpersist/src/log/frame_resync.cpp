#include "log/frame_resync.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "log/frame_enclosure.hpp"
#include "log/record_walk.hpp"

namespace persist::log {
namespace {

using formats::FrameHeader;
using formats::FrameVersion;

constexpr std::size_t max_recent_offsets = 64;
// A frame far ahead of its neighbours that leads nowhere is a copy inside a value.
constexpr Version max_version_jump = 1'000'000;
// Payloads that are rebuilt are held in memory.
constexpr std::uint64_t max_rebuilt_length_bytes = std::uint64_t{64} << 20U;

Result<bool> is_log_header(Window& window, std::uint64_t offset) {
  PERSIST_TRY_ASSIGN(const ByteView bytes, window.view(offset, formats::log_header_length_bytes));
  return formats::decode_log_header(bytes.substr(0, formats::log_header_length_bytes)).has_value();
}

// Whether the log goes on at `offset`: it ends there, or a header or frame is there.
Result<bool> goes_on_at(FrameProbe& probe, std::uint64_t offset) {
  if (offset == probe.window().end()) return true;
  PERSIST_TRY_ASSIGN(const bool header, is_log_header(probe.window(), offset));
  if (header) return true;
  PERSIST_TRY_ASSIGN(const auto frame, probe.at(offset));
  return frame.has_value();
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
Result<std::optional<std::uint64_t>> end_by_records(FrameProbe& probe, const PayloadWalk& walk) {
  for (const std::uint64_t boundary : walk.boundaries) {
    PERSIST_TRY_ASSIGN(const bool goes_on, goes_on_at(probe, boundary));
    if (goes_on) return boundary;
  }
  return std::nullopt;
}

// The end of the damaged frame as its header says it, when the log goes on there.
Result<std::optional<std::uint64_t>> end_by_length(FrameProbe& probe, std::uint64_t offset) {
  const std::size_t header_length = formats::frame_header_length_bytes(probe.version());
  PERSIST_TRY_ASSIGN(const ByteView bytes, probe.window().view(offset, header_length));
  const auto header = formats::decode_frame_header(bytes, probe.version());
  if (!header) return std::nullopt;
  const std::uint64_t end = offset + header_length + header->payload_length;
  if (end > probe.window().end()) return std::nullopt;
  PERSIST_TRY_ASSIGN(const bool goes_on, goes_on_at(probe, end));
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
    damage.message = fmt::format("{} zero bytes where a commit should be", damage.length);
    return damage;
  }
  const bool version_fits =
      walk.version != 0 &&
      (context.max_version == 0 || walk.version <= context.max_version + max_version_jump);
  if (walk.records > 0 && version_fits) {
    damage.version = walk.version;
    damage.keys = walk.keys;
  }
  damage.code = damage.is_torn_tail ? DamageCode::torn_frame : DamageCode::damaged_frame;
  damage.message =
      damage.is_torn_tail
          ? fmt::format("{} bytes at the end are no whole commit", damage.length)
          : fmt::format("{} bytes are no whole commit; the log goes on behind them", damage.length);
  return damage;
}

}  // namespace

void FramedContext::note(const FoundFrame& frame) {
  max_version = std::max(max_version, frame.version);
  last_synced_to = frame.header.synced_to;
  recent_offsets.push_back(frame.end());
  if (recent_offsets.size() > max_recent_offsets) recent_offsets.pop_front();
}

Result<std::uint64_t> find_next_frame(FrameProbe& probe, std::uint64_t from,
                                      std::uint64_t damage_offset, const FramedContext& context) {
  Window& window = probe.window();
  for (std::uint64_t at = from; at < window.end(); ++at) {
    PERSIST_TRY_ASSIGN(const ByteView bytes, window.view(at, formats::log_header_length_bytes));
    if (!bytes.empty() && bytes.front() == formats::header_first_byte) {
      PERSIST_TRY_ASSIGN(const bool header, is_log_header(window, at));
      if (header) {
        PERSIST_TRY_ASSIGN(const bool goes_on,
                           goes_on_at(probe, at + formats::log_header_length_bytes));
        if (goes_on) return at;
      }
    }
    PERSIST_TRY_ASSIGN(const auto frame, probe.at(at));
    if (!frame) continue;
    const FoundFrame found = *frame;
    PERSIST_TRY_ASSIGN(const auto enclosing,
                       enclosing_commit_end(probe, damage_offset, found, context.max_version));
    if (enclosing) {
      at = *enclosing - 1;
      continue;
    }
    const bool fits =
        context.max_version == 0 || found.version <= context.max_version + max_version_jump;
    if (fits) return at;
    PERSIST_TRY_ASSIGN(const bool goes_on, goes_on_at(probe, found.end()));
    if (goes_on) return at;
  }
  return window.end();
}

Result<Resync> resync_frames(FrameProbe& probe, std::uint64_t offset,
                             const FramedContext& context) {
  Window& window = probe.window();
  const std::size_t header_length = formats::frame_header_length_bytes(probe.version());
  Resync resync;
  PERSIST_TRY_ASSIGN(const bool header, is_log_header(window, offset));
  if (header) {
    resync.next = offset + formats::log_header_length_bytes;
    resync.damage = {offset,
                     formats::log_header_length_bytes,
                     DamageCode::doubled_header,
                     "a second log header in the middle of the log",
                     false,
                     false,
                     {},
                     {}};
    return resync;
  }
  PERSIST_TRY_ASSIGN(const PayloadWalk walk,
                     walk_payload(window, offset + header_length, window.end()));
  PERSIST_TRY_ASSIGN(const auto records_end, end_by_records(probe, walk));
  if (records_end) {
    PERSIST_TRY_ASSIGN(const bool proven, is_proven(probe, offset, *records_end, context));
    if (proven) {
      resync.next = *records_end;
      resync.rebuilt = RebuiltFrame{offset + header_length, *records_end};
      resync.damage = {offset,
                       header_length,
                       DamageCode::damaged_frame,
                       "the header of a commit is damaged; its contents are proven",
                       false,
                       false,
                       walk.version,
                       walk.keys};
      return resync;
    }
  }
  PERSIST_TRY_ASSIGN(const auto length_end, end_by_length(probe, offset));
  if (records_end) {
    resync.next = *records_end;
  } else if (length_end) {
    resync.next = *length_end;
  } else {
    PERSIST_TRY_ASSIGN(resync.next, find_next_frame(probe, offset + 1, offset, context));
  }
  PERSIST_TRY_ASSIGN(resync.damage, describe_damage(probe, offset, resync.next, walk, context));
  return resync;
}

}  // namespace persist::log
