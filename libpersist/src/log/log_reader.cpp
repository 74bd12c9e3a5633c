#include <fmt/format.h>

#include <bit>
#include <persist/log_reader.hpp>

#include "log/frame_probe.hpp"
#include "log/framed_reader.hpp"
#include "log/legacy_reader.hpp"
#include "log/record_walk.hpp"

namespace persist {
namespace log {
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

// How the framed part begins at an offset: none when it does not begin there.
struct FramedStart {
  FrameVersion version;
  std::uint64_t frames_offset = 0;
  std::optional<Damage> damage;  // of the header: missing, or altered
};

// Bytes that agree with the magic: an altered header still has most of them.
std::size_t header_likeness(ByteView bytes) {
  std::size_t same = 0;
  for (std::size_t i = 0; i < std::min(bytes.size(), formats::log_magic.size()); ++i) {
    same += bytes[i] == formats::log_magic[i] ? 1 : 0;
  }
  return same;
}
constexpr std::size_t least_header_likeness = 4;

// Whether legacy records begin at `offset`: one does, and another thing of a log follows it.
Result<bool> records_begin_at(Window& window, std::uint64_t offset) {
  PERSIST_TRY_ASSIGN(const auto first, record_head_at(window, offset));
  if (!first || first->end > window.end()) return false;
  if (first->end == window.end()) return true;
  PERSIST_TRY_ASSIGN(const auto second, record_head_at(window, first->end));
  if (second) return true;
  PERSIST_TRY_ASSIGN(const ByteView bytes, window.view(first->end, log_header_length_bytes));
  return formats::decode_log_header(bytes.substr(0, log_header_length_bytes)).has_value();
}

Damage altered_header(std::uint64_t offset) {
  return {offset,
          log_header_length_bytes,
          DamageCode::damaged_header,
          "the log header is damaged; the commits behind it are whole",
          false,
          false,
          {},
          {}};
}

Result<std::optional<FramedStart>> framed_start_with_header(Window& window, std::uint64_t offset,
                                                            FrameVersion version) {
  const std::uint64_t behind = offset + log_header_length_bytes;
  // A header of the other version than its frames is altered: the frames' checksums say which.
  PERSIST_TRY_ASSIGN(const auto proven, frame_version_at(window, behind));
  if (proven && *proven != version) return FramedStart{*proven, behind, altered_header(offset)};
  return FramedStart{version, behind, std::nullopt};
}

Result<std::optional<FramedStart>> framed_start_at(Window& window, std::uint64_t offset) {
  PERSIST_TRY_ASSIGN(const ByteView view, window.view(offset, log_header_length_bytes));
  const ByteView bytes = view.substr(0, log_header_length_bytes);
  const auto header = formats::decode_log_header(bytes);
  if (header) return framed_start_with_header(window, offset, *header);
  const bool is_newer = header.error() == formats::DecodeError::newer_version;
  const std::size_t likeness = header_likeness(bytes);
  const unsigned newer_version =
      bytes.size() == log_header_length_bytes ? static_cast<unsigned char>(bytes.back()) : 0;
  PERSIST_TRY_ASSIGN(const auto here, frame_version_at(window, offset));
  if (here) {
    return FramedStart{*here, offset,
                       Damage{offset,
                              0,
                              DamageCode::missing_header,
                              "the log header is missing before the first commit",
                              false,
                              false,
                              {},
                              {}}};
  }
  PERSIST_TRY_ASSIGN(const bool is_legacy, records_begin_at(window, offset));
  if (likeness >= least_header_likeness || !is_legacy) {
    PERSIST_TRY_ASSIGN(const auto behind,
                       frame_version_at(window, offset + log_header_length_bytes));
    if (behind)
      return FramedStart{*behind, offset + log_header_length_bytes, altered_header(offset)};
  }
  if (is_newer && newer_version > static_cast<unsigned>(FrameVersion::v2)) {
    return fail_at(ErrorCode::newer_format, window.file().path(), offset,
                   fmt::format("the log is of format version {}: written by a newer release than "
                               "this program knows",
                               newer_version),
                   "use a newer persist");
  }
  return std::nullopt;
}

// The whole header is a prefix of one, and nothing follows: the write of a new log was interrupted.
bool is_torn_header(ByteView bytes) {
  return !bytes.empty() && bytes.front() == formats::header_first_byte &&
         bytes.size() < log_header_length_bytes &&
         formats::decode_log_header(bytes).error() == formats::DecodeError::truncated;
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
      return read_framed(window, start->frames_offset, start->version, emitter);
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
    PERSIST_TRY(log::read_framed(window, options.begin_offset, version, emitter));
  } else {
    PERSIST_TRY(log::read_from(window, options.begin_offset, emitter));
  }
  return summary;
}

}  // namespace persist
