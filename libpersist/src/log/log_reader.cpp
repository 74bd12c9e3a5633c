#include <bit>
#include <persist/log_reader.hpp>

#include "log/frame_probe.hpp"
#include "log/framed_reader.hpp"
#include "log/framed_start.hpp"
#include "log/legacy_reader.hpp"

namespace persist {
namespace log {
namespace {

using formats::log_header_length_bytes;

// The beginning of a header and nothing else, or zeros where the rest had been (a power cut can
// leave a file's length and not its data): the write of a new log was interrupted.
bool is_torn_header(ByteView bytes) {
  if (bytes.size() > log_header_length_bytes) return false;
  const ByteView written = bytes.substr(0, bytes.find_last_not_of('\0') + 1);
  return written.empty() ||
         (written.front() == formats::header_first_byte &&
          written.size() < log_header_length_bytes &&
          formats::decode_log_header(written).error() == formats::DecodeError::truncated);
}

Result<void> read_from(Window& window, std::uint64_t begin, Emitter& emitter) {
  std::uint64_t offset = begin;
  while (offset < window.end()) {
    PERSIST_TRY_ASSIGN(const auto start, framed_start_at(window, offset));
    if (start) {
      if (start->damage) {
        if (!emitter.damage(*start->damage)) return {};
      } else {
        emitter.header(offset, log_format_of(start->version));
      }
      return read_framed(window, start->frames_offset, start->version, start->is_begin_damaged,
                         emitter);
    }
    PERSIST_TRY_ASSIGN(const ByteView bytes, window.view(offset, 1));
    if (bytes.size() == window.remaining(offset) && is_torn_header(bytes)) {
      (void)emitter.damage({offset,
                            bytes.size(),
                            DamageCode::damaged_header,
                            "the log header was cut while it was written",
                            true,
                            false,
                            {},
                            {}});
      return {};
    }
    PERSIST_TRY_ASSIGN(const LegacyEnd end, read_legacy(window, offset, emitter));
    if (end.stopped || end.offset <= offset) return {};
    offset = end.offset;
  }
  return {};
}

}  // namespace
}  // namespace log

Result<LogSummary> read_log(File& file, const LogReadOptions& options, LogSink& sink) {
  PERSIST_TRY_ASSIGN(const FileInfo info, file.info());
  LogSummary summary;
  summary.size_bytes = std::min(info.size_bytes, options.end_offset.value_or(info.size_bytes));
  log::Window window(file, summary.size_bytes, options.progress);
  log::Emitter emitter(sink, summary);
  if (options.resume_format && *options.resume_format != LogFormat::legacy) {
    const auto version = *options.resume_format == LogFormat::framed_1 ? formats::FrameVersion::v1
                                                                       : formats::FrameVersion::v2;
    PERSIST_TRY(log::read_framed(window, options.begin_offset, version, false, emitter));
  } else {
    PERSIST_TRY(log::read_from(window, options.begin_offset, emitter));
  }
  return summary;
}

}  // namespace persist
