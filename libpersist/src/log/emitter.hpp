// Hands commits and damage to the sink and keeps the summary, for both kinds of log reader.
#pragma once

#include <algorithm>
#include <persist/formats/log_header.hpp>
#include <persist/log_reader.hpp>

namespace persist::log {

class Emitter {
 public:
  Emitter(LogSink& sink, LogSummary& summary) : sink_(sink), summary_(summary) {}

  // False when the sink wants no more: the reader returns.
  [[nodiscard]] bool commit(const Commit& commit) {
    if (commit.trust != Trust::partial) {
      if (summary_.commits++ == 0) summary_.first_version = summary_.min_version = commit.version;
      summary_.records += commit.records.size();
      summary_.last_version = commit.version;
      summary_.min_version = std::min(summary_.min_version, commit.version);
      summary_.max_version = std::max(summary_.max_version, commit.version);
      summary_.end_of_valid_bytes = commit.offset + commit.length;
      if (commit.format != LogFormat::legacy && !commit.header_rebuilt) {
        summary_.checksummed_bytes += commit.length;
      }
    }
    note_format(commit.format);
    return proceed(sink_.on_commit(commit));
  }

  [[nodiscard]] bool damage(const Damage& damage) { return proceed(sink_.on_damage(damage)); }

  // A sound log header ended at `end_offset`.
  void header(std::uint64_t offset, LogFormat format) {
    if (!summary_.header_offset) summary_.header_offset = offset;
    summary_.end_of_valid_bytes = offset + formats::log_header_length_bytes;
    note_format(format);
  }

  [[nodiscard]] bool log_ends_at(std::uint64_t offset) const noexcept {
    return offset == summary_.size_bytes;
  }
  [[nodiscard]] Version max_version() const noexcept { return summary_.max_version; }
  [[nodiscard]] Version last_version() const noexcept { return summary_.last_version; }
  [[nodiscard]] std::uint64_t commits() const noexcept { return summary_.commits; }

 private:
  void note_format(LogFormat format) {
    if (std::ranges::find(summary_.formats, format) == summary_.formats.end()) {
      summary_.formats.push_back(format);
    }
  }
  bool proceed(bool wants_more) {
    if (!wants_more) summary_.stopped = true;
    return wants_more;
  }

  LogSink& sink_;
  LogSummary& summary_;
};

}  // namespace persist::log
