#include "rewrite/appender.hpp"

#include <algorithm>

#include "format_text.hpp"
#include "log/window.hpp"
#include "rewrite/in_place.hpp"

namespace persist::rewrite {

void AppendedDigest::add(std::span<const RecordView> records) {
  for (const RecordView& record : records) {
    entry_.clear();
    formats::append_record(entry_, record);
    hash_.add(record.key, entry_);
  }
  ++commits_;
}

std::string AppendedDigest::to_string() const {
  return format_text("{} in {} commits", hash_.to_string(), commits_);
}

AppendBase append_base_of(const Source& source) {
  AppendBase base;
  base.line = source.line;
  base.format = log_format_of(source.line);
  base.log_bytes = source.sizes.log_bytes;
  base.clock = source.state.summary().max_version;
  // A log has one framed part, of one format; behind a legacy part alone it begins with its header.
  const auto& log = source.state.summary().log;
  const bool is_framed = log && !log->formats.empty() && log->formats.back() != LogFormat::legacy;
  if (is_framed) base.format = log->formats.back();
  base.needs_header = base.format != LogFormat::legacy && !is_framed;
  return base;
}

Appender::Appender(const AppendBase& base, LogBuilder::Output output)
    : base_(base),
      output_(std::move(output)),
      builder_(base.format, output_),
      last_version_(base.clock) {}

Result<> Appender::copy(File* log, const RewriteOptions& options) {
  if (log == nullptr) return {};
  log::Window window(*log, base_.log_bytes, options.progress);
  while (copied_bytes_ < base_.log_bytes) {
    PERSIST_TRY(stop_if_asked(options));
    PERSIST_TRY_ASSIGN(const ByteView bytes, window.view(copied_bytes_, 1));
    if (bytes.empty()) return fail(ErrorCode::busy, log->path(), "it was cut in the meantime");
    PERSIST_TRY(output_(bytes));
    copied_bytes_ += bytes.size();
  }
  return {};
}

Result<> Appender::append(std::span<const RecordView> records) {
  if (commits_ == 0 && base_.needs_header) PERSIST_TRY(builder_.begin());
  const bool is_clock = base_.line == ReleaseLine::v0_18;
  const Version next = last_version_ + 1;
  last_version_ = is_clock ? std::max(next, records.front().version) : next;
  if (!is_clock && must_renumber(base_.line, last_version_, 0)) {
    return fail(
        ErrorCode::limit, base_.log_path,
        format_text("version {} would be the next, which the engine refuses", last_version_),
        "convert the database to release line 0.18 and back, which numbers it anew");
  }
  if (commits_ == 0) first_version_ = last_version_;
  ++commits_;
  records_.assign(records.begin(), records.end());
  for (RecordView& record : records_) record.version = last_version_;
  digest_.add(records_);
  return builder_.add(records_, size_bytes());
}

}  // namespace persist::rewrite
