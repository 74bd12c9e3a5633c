#include "log/frame_resync.hpp"

#include "format_text.hpp"
#include "log/frame_ownership.hpp"
#include "log/frame_proof.hpp"
#include "log/frame_search.hpp"
#include "log/written_frame.hpp"

namespace persist::log {
namespace {

// Whether a frame begins in [from, to): what was torn there swallowed it.
Result<bool> swallows_frame(FrameProbe& probe, std::uint64_t from, std::uint64_t to,
                            const FramedContext& context) {
  for (std::uint64_t at = from; at < to; ++at) {
    PERSIST_TRY_ASSIGN(const auto frame, probe.at(at));
    if (frame && context.may_follow(frame->version, probe.window().end() - at)) return true;
  }
  return false;
}

Result<DamagedFrame> remains_at(FrameProbe& probe, std::uint64_t offset,
                                const FramedContext& context) {
  Window& window = probe.window();
  DamagedFrame frame;
  frame.offset = offset;
  PERSIST_TRY_ASSIGN(const auto held, probe.at(offset));
  frame.holds = held.has_value();
  if (frame.holds) return frame;
  const std::uint64_t begin = offset + formats::frame_header_length_bytes(probe.version());
  PERSIST_TRY_ASSIGN(frame.first, record_head_at(window, begin));
  if (!frame.first) return frame;
  const std::uint64_t key_end = begin + frame.first->key.size();
  PERSIST_TRY_ASSIGN(const bool swallows, swallows_frame(probe, offset + 1, key_end, context));
  if (swallows) {
    frame.first.reset();
  } else {
    PERSIST_TRY_ASSIGN(frame.walk, walk_payload(window, begin, window.end()));
  }
  return frame;
}

// The end of the damaged frame as its own records show it: a boundary between records where the log
// goes on.
Result<std::optional<std::uint64_t>> end_by_records(const DamagedFrame& damaged,
                                                    FrameOwnership& ownership) {
  for (const std::uint64_t boundary : damaged.walk.boundaries) {
    PERSIST_TRY_ASSIGN(const bool goes_on, ownership.goes_on_at(boundary));
    if (goes_on) return boundary;
  }
  return std::nullopt;
}

// The end of the damaged frame as its header says it, when the log goes on there.
Result<std::optional<std::uint64_t>> end_by_length(FrameProbe& probe, std::uint64_t offset,
                                                   FrameOwnership& ownership) {
  const std::size_t header_length = formats::frame_header_length_bytes(probe.version());
  PERSIST_TRY_ASSIGN(const ByteView bytes, probe.window().view(offset, header_length));
  const auto header = formats::decode_frame_header(bytes, probe.version());
  if (!header) return std::nullopt;
  const std::uint64_t end = offset + header_length + header->payload_length;
  if (end > probe.window().end()) return std::nullopt;
  PERSIST_TRY_ASSIGN(const bool goes_on, ownership.goes_on_at(end));
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
  if (!damage.is_torn_tail) {
    damage.code = DamageCode::damaged_frame;
    damage.message =
        format_text("{} bytes are no whole commit; the log goes on behind them", damage.length);
    return damage;
  }
  PERSIST_TRY_ASSIGN(const bool was_whole,
                     was_written_whole(probe.window(), offset, probe.version()));
  damage.is_torn_tail = !was_whole;
  damage.code = was_whole ? DamageCode::damaged_frame : DamageCode::torn_frame;
  damage.message = was_whole
                       ? format_text(
                             "the last commit was altered: its {} bytes are all there and do not "
                             "match their checksum",
                             damage.length)
                       : format_text("{} bytes at the end are no whole commit", damage.length);
  return damage;
}

Result<Resync> skip_written_so(FrameProbe& probe, std::uint64_t offset, std::uint64_t end,
                               const PayloadWalk& walk, const FramedContext& context) {
  Resync resync;
  resync.next = end;
  PERSIST_TRY_ASSIGN(resync.damage, describe_damage(probe, offset, end, walk, context));
  resync.damage.code = DamageCode::damaged_frame;
  resync.damage.is_torn_tail = false;
  resync.damage.was_written_so = true;
  resync.damage.message =
      format_text("{} bytes hold no commit, though their checksum is right: they were written so",
                  end - offset);
  return resync;
}

Result<bool> is_header_of_more(FrameProbe& probe, std::uint64_t offset, FrameOwnership& ownership) {
  PERSIST_TRY_ASSIGN(const ByteView bytes, probe.window().view(offset, 1));
  if (bytes.empty() || bytes.front() != formats::header_first_byte) return false;
  PERSIST_TRY_ASSIGN(const bool header, is_log_header_at(probe.window(), offset));
  if (!header) return false;
  const std::uint64_t behind = offset + formats::log_header_length_bytes;
  if (behind == probe.window().end()) return true;
  PERSIST_TRY_ASSIGN(const auto frame, probe.at(behind));
  if (!frame) return false;
  return ownership.is_own(*frame);
}

// Where the log goes on behind (or inside) the damaged frame: every offset is asked.
Result<std::uint64_t> find_next(FrameProbe& probe, const DamagedFrame& damaged,
                                FrameOwnership& ownership) {
  const std::uint64_t to = damaged.end.value_or(probe.window().end());
  for (std::uint64_t at = damaged.offset; at < to; ++at) {
    PERSIST_TRY_ASSIGN(at, next_possible_start(probe.window(), ownership.next_start(at), to));
    if (at >= to) break;
    PERSIST_TRY_ASSIGN(const bool header, is_header_of_more(probe, at, ownership));
    if (header) return at;
    PERSIST_TRY_ASSIGN(const auto frame, probe.at(at));
    if (!frame) continue;
    PERSIST_TRY_ASSIGN(const bool own, ownership.is_own(*frame));
    if (own) return at;
    at = frame->end() - 1;
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

Result<Resync> resync_frames(FrameProbe& probe, std::uint64_t offset, const FramedContext& context,
                             FramedOutlook& outlook) {
  PERSIST_TRY_ASSIGN(const bool header, is_log_header_at(probe.window(), offset));
  if (header) return skip_doubled_header(offset);
  PERSIST_TRY_ASSIGN(DamagedFrame frame, remains_at(probe, offset, context));
  if (!frame.holds) {
    PERSIST_TRY_ASSIGN(const auto end, probe.end_by_checksum(offset));
    if (end) return skip_written_so(probe, offset, *end, frame.walk, context);
  }
  FrameOwnership ownership(probe, context, outlook, frame);
  PERSIST_TRY_ASSIGN(frame.end, end_by_records(frame, ownership));
  if (frame.end) {
    PERSIST_TRY_ASSIGN(const bool proven, is_proven(probe, offset, *frame.end, context));
    if (proven) return rebuild(frame, formats::frame_header_length_bytes(probe.version()));
  } else if (!frame.holds) {
    PERSIST_TRY_ASSIGN(frame.end, end_by_length(probe, offset, ownership));
  }
  Resync resync;
  PERSIST_TRY_ASSIGN(resync.next, find_next(probe, frame, ownership));
  PERSIST_TRY_ASSIGN(resync.damage,
                     describe_damage(probe, offset, resync.next, frame.walk, context));
  return resync;
}

}  // namespace persist::log
