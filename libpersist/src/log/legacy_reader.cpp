#include "log/legacy_reader.hpp"

#include <fmt/format.h>

namespace persist::log {
namespace {

// Collects the run of one version with ascending keys that a commit is.
struct Run {
  std::uint64_t offset = 0;
  std::uint64_t end = 0;
  std::string bytes;  // of the records, since the window moves
};

bool emit(const Run& run, Emitter& emitter) {
  std::vector<RecordView> records;
  formats::Cursor cursor(run.bytes);
  while (cursor.remaining() > 0) {
    const auto record = formats::take_record(cursor);
    if (!record) break;
    records.push_back(*record);
  }
  if (records.empty()) return true;
  Commit commit;
  commit.offset = run.offset;
  commit.length = run.end - run.offset;
  commit.version = records.front().version;
  commit.records = records;
  return emitter.commit(commit);
}

}  // namespace

Result<LegacyEnd> read_legacy(Window& window, std::uint64_t begin, Emitter& emitter) {
  std::uint64_t offset = begin;
  Run run;
  std::string last_key;
  Version version = 0;
  const auto flush = [&] {
    const bool more = run.bytes.empty() || emit(run, emitter);
    run = Run{};
    return more;
  };
  while (offset < window.end()) {
    PERSIST_TRY_ASSIGN(ByteView bytes, window.view(offset, 64 << 10));
    if (bytes.empty() || bytes.front() == formats::header_first_byte) break;
    formats::Cursor cursor(bytes);
    auto record = formats::take_record(cursor);
    if (!record && record.error() == formats::DecodeError::truncated &&
        bytes.size() < window.remaining(offset)) {
      PERSIST_TRY_ASSIGN(bytes,
                         window.view(offset, static_cast<std::size_t>(window.remaining(offset))));
      cursor = formats::Cursor(bytes);
      record = formats::take_record(cursor);
    }
    if (!record) break;
    if (run.bytes.empty() || record->version != version || record->key <= last_key) {
      if (!flush()) return LegacyEnd{offset, true};
      run.offset = offset;
      version = record->version;
    }
    last_key.assign(record->key);
    run.bytes.append(bytes.substr(0, cursor.position()));
    offset += cursor.position();
    run.end = offset;
  }
  if (!flush()) return LegacyEnd{offset, true};
  PERSIST_TRY_ASSIGN(const ByteView bytes, window.view(offset, formats::log_header_length_bytes));
  if (offset < window.end() && formats::decode_log_header(bytes.substr(0, 8)).has_value()) {
    return LegacyEnd{offset, false};
  }
  if (offset < window.end() &&
      !emitter.damage({offset,
                       window.end() - offset,
                       DamageCode::damaged_records,
                       fmt::format("{} bytes are no records", window.end() - offset),
                       true,
                       true,
                       {},
                       {}})) {
    return LegacyEnd{offset, true};
  }
  return LegacyEnd{window.end(), false};
}

}  // namespace persist::log
