#include "log/framed_reader.hpp"

#include "log/frame_resync.hpp"

namespace persist::log {
namespace {

Commit commit_of(const FoundFrame& frame, const FrameProbe& probe, const FramedOutlook& outlook) {
  Commit commit;
  commit.offset = frame.offset;
  commit.length = frame.length_bytes;
  commit.version = frame.version;
  commit.records = probe.records();
  commit.format = log_format_of(probe.version());
  commit.synced_to = frame.header.synced_to;
  if (frame.offset < outlook.uncertain_to) commit.trust = Trust::uncertain;
  return commit;
}

// The rebuilt frame's commit, its header reported as damage first. False: the sink wants no more.
Result<bool> emit_rebuilt(FrameProbe& probe, std::uint64_t offset, const Resync& resync,
                          FramedContext& context, Emitter& emitter) {
  if (!emitter.damage(resync.damage)) return false;
  const RebuiltFrame& rebuilt = *resync.rebuilt;
  const auto length = static_cast<std::size_t>(rebuilt.end - rebuilt.payload_offset);
  PERSIST_TRY_ASSIGN(const ByteView bytes, probe.window().view(rebuilt.payload_offset, length));
  std::vector<RecordView> records;
  if (!formats::decode_payload(bytes.substr(0, length), records)) return true;  // shrank meanwhile
  Commit commit;
  commit.offset = offset;
  commit.length = rebuilt.end - offset;
  commit.version = records.front().version;
  commit.records = records;
  commit.format = log_format_of(probe.version());
  commit.header_rebuilt = true;
  context.note_version(commit.version);
  return emitter.commit(commit);
}

}  // namespace

Result<void> read_framed(Window& window, std::uint64_t begin, formats::FrameVersion version,
                         bool is_begin_damaged, Emitter& emitter) {
  FrameProbe probe(window, version);
  FramedContext context;
  if (emitter.last_version() != 0) context.note_version(emitter.last_version());
  context.max_version = emitter.max_version();
  FramedOutlook outlook;
  bool is_damaged = is_begin_damaged;
  std::uint64_t offset = begin;
  while (offset < window.end()) {
    PERSIST_TRY_ASSIGN(const auto frame, probe.at(offset));
    if (offset >= window.end()) break;
    if (frame && !is_damaged) {
      if (!emitter.commit(commit_of(*frame, probe, outlook))) return {};
      context.note(*frame);
      offset = frame->end();
      continue;
    }
    is_damaged = false;
    PERSIST_TRY_ASSIGN(const Resync resync, resync_frames(probe, offset, context, outlook));
    if (resync.rebuilt) {
      PERSIST_TRY_ASSIGN(const bool more, emit_rebuilt(probe, offset, resync, context, emitter));
      if (!more) return {};
    } else if (resync.next != offset && !emitter.damage(resync.damage)) {
      return {};
    }
    offset = resync.next;
  }
  return {};
}

}  // namespace persist::log
