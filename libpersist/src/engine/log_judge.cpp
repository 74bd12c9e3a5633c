#include "engine/log_judge.hpp"

#include <algorithm>
#include <array>
#include <persist/atomic_file.hpp>
#include <persist/formats/frame.hpp>

#include "log/record_walk.hpp"
#include "platform/copy_range.hpp"

namespace persist::engine {
namespace {

constexpr std::uint64_t sector_bytes = 512;

std::unexpected<Error> refuse(const File& log, std::uint64_t offset, const std::string& why) {
  return fail_at(ErrorCode::damaged, log.path(), offset, why,
                 "run `persist repair` on the database");
}

std::unexpected<Error> became_shorter(const File& log, std::uint64_t offset) {
  return fail_at(ErrorCode::changed, log.path(), offset, "it became shorter while it was read",
                 "stop whatever else writes there");
}

class Judge final : public LogSink {
 public:
  bool on_damage(const Damage& damage) override {
    note_end(damage.offset);
    if (damage.was_written_so) {
      written_so_ = damage;
      return false;
    }
    if (message_.empty()) message_ = damage.message;
    return true;
  }
  bool on_commit(const Commit& commit) override {
    if (commit.trust == Trust::partial) {
      note_end(commit.offset);
      return true;
    }
    if (!sound_end_) return true;
    if (commit.header_rebuilt) {
      rebuilt_ = commit.offset;
      return true;
    }
    const bool says_unsynced = commit.format == LogFormat::framed_2 && commit.synced_to != 0 &&
                               commit.synced_to <= *sound_end_;
    if (!says_unsynced) proof_ = commit.offset;
    return !proof_;
  }

  [[nodiscard]] std::optional<std::uint64_t> sound_end() const { return sound_end_; }
  [[nodiscard]] std::optional<std::uint64_t> proof() const { return proof_; }
  [[nodiscard]] std::optional<std::uint64_t> rebuilt() const { return rebuilt_; }
  [[nodiscard]] const std::optional<Damage>& written_so() const { return written_so_; }
  [[nodiscard]] const std::string& message() const { return message_; }

 private:
  void note_end(std::uint64_t offset) {
    sound_end_ = std::min(sound_end_.value_or(offset), offset);
  }

  std::optional<std::uint64_t> sound_end_;  // where the first damage begins
  std::optional<std::uint64_t> proof_;      // the first commit that proves it had been synced
  std::optional<std::uint64_t> rebuilt_;    // a whole commit behind a damaged header
  std::optional<Damage> written_so_;        // a frame that is damage and no accident
  std::string message_;
};

// A sector that never reached the disk reads as zeros, and takes a part of the header with it.
Result<bool> is_lost_sector_at(File& log, std::uint64_t offset) {
  std::array<char, formats::frame_v2_header_length_bytes> header{};
  PERSIST_TRY(log.read_at(offset, header));
  const auto in_first = static_cast<std::size_t>(
      std::min<std::uint64_t>(sector_bytes - offset % sector_bytes, header.size()));
  const auto is_zero = [](char byte) { return byte == '\0'; };
  const auto boundary = header.begin() + static_cast<std::ptrdiff_t>(in_first);
  return std::all_of(header.begin(), boundary, is_zero) ||
         (boundary != header.end() && std::all_of(boundary, header.end(), is_zero));
}

// Whether whole records, and nothing else, reach from `offset` to the log's end: an interrupted
// write leaves a part of one.
Result<bool> holds_whole_records(File& log, std::uint64_t offset, std::uint64_t end) {
  log::Window window(log, end);
  while (offset < end) {
    PERSIST_TRY_ASSIGN(const auto head, log::record_head_at(window, offset));
    if (window.end() < end) return became_shorter(log, window.end());
    if (!head || head->end > end) return false;
    offset = head->end;
  }
  return true;
}

// Whether the file is a copy of the log's bytes from `offset` to `end`.
Result<bool> is_copy(File& kept, File& log, std::uint64_t offset, std::uint64_t end) {
  PERSIST_TRY_ASSIGN(const FileInfo info, kept.info());
  if (info.size_bytes != end - offset) return false;
  log::Window in_log(log, end);
  log::Window in_copy(kept, info.size_bytes);
  for (std::uint64_t at = offset; at < end;) {
    PERSIST_TRY_ASSIGN(const ByteView bytes, in_log.view(at, 1));
    PERSIST_TRY_ASSIGN(const ByteView copy, in_copy.view(at - offset, 1));
    const std::size_t length = std::min(bytes.size(), copy.size());
    if (length == 0 || bytes.substr(0, length) != copy.substr(0, length)) return false;
    at += length;
  }
  return true;
}

// The name for the copy: the first that no other tail of the same place and length has.
Result<std::string> name_beside(FileSystem& files, File& log, std::uint64_t offset,
                                std::uint64_t end) {
  const std::string first =
      log.path() + ".torn-" + std::to_string(offset) + "-" + std::to_string(end - offset);
  std::string name = first;
  for (std::uint64_t number = 2;; ++number) {
    const auto kept = files.open(name, OpenMode::read);
    if (!kept && kept.error().code == ErrorCode::not_found) return name;
    if (!kept) return std::unexpected(kept.error());
    PERSIST_TRY_ASSIGN(const bool is_the_same, is_copy(**kept, log, offset, end));
    if (is_the_same) return name;
    name = first + "-" + std::to_string(number);
  }
}

Result<> copy_beside(FileSystem& files, File& log, std::uint64_t offset, std::uint64_t end) {
  PERSIST_TRY_ASSIGN(const std::string name, name_beside(files, log, offset, end));
  PERSIST_TRY_ASSIGN(const FileInfo info, log.info());
  PERSIST_TRY_ASSIGN(AtomicFile kept, AtomicFile::create(files, name, "tmp", info));
  PERSIST_TRY(platform::copy_range(log, offset, end, kept));
  return kept.commit();
}

}  // namespace

Result<std::uint64_t> judge_log(File& log) {
  Judge judge;
  PERSIST_TRY_ASSIGN(const LogSummary summary, read_log(log, {}, judge));
  if (!judge.sound_end()) return summary.size_bytes;
  const std::uint64_t end = *judge.sound_end();
  if (const auto& frame = judge.written_so()) {
    return refuse(log, frame->offset, "the log is damaged: " + frame->message);
  }
  if (judge.proof()) {
    return refuse(log, end,
                  "the log is damaged (" + judge.message() + "), and a later commit at byte " +
                      std::to_string(*judge.proof()) + " shows that this part had been synced");
  }
  if (judge.rebuilt()) {
    PERSIST_TRY_ASSIGN(const bool is_lost, is_lost_sector_at(log, *judge.rebuilt()));
    if (!is_lost) {
      return refuse(log, end,
                    "the log is damaged (" + judge.message() +
                        "), but the commit in it is whole and can be brought back");
    }
  }
  const bool is_legacy = !summary.header_offset || end < *summary.header_offset;
  if (!is_legacy) return end;
  PERSIST_TRY_ASSIGN(const bool is_whole, holds_whole_records(log, end, summary.size_bytes));
  if (!is_whole) return end;
  return refuse(
      log, end,
      "the log's end is strange (" + judge.message() + "), but no write was cut short there");
}

Result<> cut_torn_tail(FileSystem& files, File& log, std::uint64_t offset) {
  PERSIST_TRY_ASSIGN(const FileInfo info, log.info());
  PERSIST_TRY(copy_beside(files, log, offset, info.size_bytes));
  PERSIST_TRY(log.truncate(offset));
  return log.sync();
}

}  // namespace persist::engine
