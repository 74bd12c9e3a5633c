#include "engine/log_file.hpp"

#include <algorithm>
#include <new>
#include <persist/formats/frame.hpp>
#include <utility>
#include <vector>

#include "engine/out_of_memory.hpp"
#include "platform/copy_range.hpp"

namespace persist::engine {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds identity_check_interval{1};
// What is left to copy when appends are held up: it takes less time than the sync after it.
constexpr std::uint64_t last_stretch_bytes = 64 * 1024;

std::string header_of(LogFormat format) {
  std::string header;
  if (format != LogFormat::legacy) {
    formats::append_log_header(header, format == LogFormat::framed_1 ? formats::FrameVersion::v1
                                                                     : formats::FrameVersion::v2);
  }
  return header;
}

}  // namespace

LogFile::LogFile(FileSystem& files, Opened opened)
    : files_(files),
      path_(std::move(opened.path)),
      format_(opened.format),
      header_(header_of(opened.format)),
      has_header_(opened.has_header || opened.format == LogFormat::legacy),
      identity_(opened.identity),
      identity_checked_(steady_clock::now()),
      file_(std::move(opened.file)),
      position_(opened.position),
      synced_bytes_(opened.position.end_offset) {}

LogFile::Position LogFile::position() const {
  const std::scoped_lock lock(state_mutex_);
  return position_;
}

std::optional<Error> LogFile::failure() const {
  const std::scoped_lock lock(state_mutex_);
  return failure_;
}

std::unexpected<Error> LogFile::refusal() const {
  const std::scoped_lock lock(state_mutex_);
  return fail(ErrorCode::poisoned, path_,
              "the log takes nothing more since it failed: " + failure_->to_string(),
              "open the database anew");
}

std::shared_ptr<File> LogFile::current_file() const {
  const std::scoped_lock lock(state_mutex_);
  return file_;
}

std::unexpected<Error> LogFile::fail_for_good(Error error) noexcept {
  const std::scoped_lock lock(state_mutex_);
  if (failure_) return std::unexpected(std::move(error));
  failure_ = std::move(error);
  has_failed_.store(true, std::memory_order_release);
  return copy_of(*failure_);
}

// Runs what writes to the file. It may have come anywhere when memory ran out: not even a failed
// sync has then been noted.
Result<> LogFile::guarded(const auto& change) noexcept {
  try {
    return change();
  } catch (const std::bad_alloc&) {
    if (has_failed()) return out_of_memory();
    return give_up(out_of_memory().error());
  }
}

// Under append_mutex_. Nobody was told of the commits behind the position: they should not come
// back. A part of them would be cut off as a torn tail by the next open, but whole ones, which a
// failed sync may leave, would not. A disk that refuses the cut as well may bring them back. A file
// that is not the database's any more is left alone.
std::unexpected<Error> LogFile::give_up(Error error) noexcept {
  auto given_up = fail_for_good(std::move(error));
  if (given_up.error().code != ErrorCode::changed) cut_back();
  return given_up;
}

void LogFile::cut_back() noexcept {
  const std::scoped_lock one_at_a_time(sync_mutex_);
  try {
    const auto file = current_file();
    if (file->truncate(position().end_offset)) static_cast<void>(file->sync());
  } catch (const std::bad_alloc&) {  // it failed, and there was no memory to say so
  }
}

Result<> LogFile::append(std::span<char> commits, Version last, bool sync_now,
                         const std::function<void()>& meanwhile) noexcept {
  const std::scoped_lock lock(append_mutex_);
  return guarded([&] { return append_locked(commits, last, sync_now, meanwhile); });
}

Result<> LogFile::append_locked(std::span<char> commits, Version last, bool sync_now,
                                const std::function<void()>& meanwhile) {
  if (has_failed()) return refusal();
  PERSIST_TRY(write_header_locked());
  if (format_ == LogFormat::framed_2) formats::set_synced_to(commits, synced_bytes());
  const ByteView bytes(commits.data(), commits.size());
  const std::uint64_t offset = position().end_offset;
  auto done = write_and_sync(bytes, offset, sync_now, meanwhile);
  if (done && (sync_now || is_identity_check_due())) done = check_identity_locked();
  if (!done) return give_up(std::move(done).error());
  const std::scoped_lock state(state_mutex_);
  position_ = {offset + bytes.size(), last};
  if (sync_now) synced_bytes_.store(position_.end_offset, std::memory_order_release);
  return {};
}

Result<> LogFile::write_and_sync(ByteView bytes, std::uint64_t offset, bool sync_now,
                                 const std::function<void()>& meanwhile) {
  const auto file = current_file();
  PERSIST_TRY(file->write_at(offset, bytes));
  if (meanwhile) {
    if (sync_now) file->begin_sync(offset, bytes.size());
    meanwhile();
  }
  return sync_now ? sync_file(file) : Result<>{};
}

// The system tells of a failed write once: whoever syncs at the same time, or later, hears that all
// is well. So one syncs after the other, and not after a failure.
Result<> LogFile::sync_file(const std::shared_ptr<File>& file) {
  const std::scoped_lock one_at_a_time(sync_mutex_);
  if (has_failed()) return refusal();
  Result<> synced;
  try {
    synced = file->sync();
  } catch (const std::bad_alloc&) {  // it failed, and there was no memory to say so
    synced = out_of_memory();
  }
  // Replaced meanwhile: the new file was synced whole, from what the old one held in memory.
  if (synced || file != current_file()) return {};
  return fail_for_good(std::move(synced).error());
}

Result<> LogFile::sync() {
  if (has_failed()) return refusal();
  std::unique_lock lock(state_mutex_);
  const auto file = file_;
  const std::uint64_t end = position_.end_offset;
  lock.unlock();
  if (synced_bytes() >= end) return {};
  PERSIST_TRY(sync_file(file));
  lock.lock();
  if (file == file_ && synced_bytes() < end) synced_bytes_.store(end, std::memory_order_release);
  return {};
}

bool LogFile::is_identity_check_due() noexcept {
  return steady_clock::now() - identity_checked_ >= identity_check_interval;
}

Result<> LogFile::check_identity() {
  const std::scoped_lock lock(append_mutex_);
  if (has_failed()) return refusal();
  return check_identity_locked();
}

Result<> LogFile::check_identity_locked() {
  identity_checked_ = steady_clock::now();
  auto now = files_.info(path_);
  if (now && now->is_same_file(identity_)) return {};
  if (!now && now.error().code != ErrorCode::not_found) {
    return fail_for_good(std::move(now).error());
  }
  return fail_for_good(Error{ErrorCode::changed,
                             now ? "another file has taken the log's place while it was open"
                                 : "the log was removed while it was open",
                             path_, std::nullopt, "stop whatever else writes there", 0});
}

Result<> LogFile::write_header() {
  const std::scoped_lock lock(append_mutex_);
  if (has_header_) return {};
  if (has_failed()) return refusal();
  return guarded([this] { return write_header_locked(); });
}

// Under append_mutex_.
Result<> LogFile::write_header_locked() {
  if (has_header_) return {};
  const Position before = position();
  if (auto done = write_and_sync(header_, before.end_offset, true); !done) {
    return give_up(std::move(done).error());
  }
  has_header_ = true;
  const std::scoped_lock state(state_mutex_);
  position_.end_offset += header_.size();
  synced_bytes_.store(position_.end_offset, std::memory_order_release);
  return {};
}

Result<> LogFile::cut_before(std::uint64_t offset) {
  PERSIST_TRY(check_identity());
  PERSIST_TRY_ASSIGN(AtomicFile fresh, AtomicFile::create(files_, path_, "new"));
  PERSIST_TRY(fresh.append(header_));
  for (;;) {
    const std::uint64_t end = position().end_offset;
    if (end - offset <= last_stretch_bytes) break;
    PERSIST_TRY(platform::copy_range(*current_file(), offset, end, fresh));
    offset = end;
  }
  PERSIST_TRY(fresh.sync());
  const std::scoped_lock lock(append_mutex_);
  if (has_failed()) return refusal();
  PERSIST_TRY(check_identity_locked());
  PERSIST_TRY(platform::copy_range(*current_file(), offset, position().end_offset, fresh));
  return swap_in(fresh);
}

// Under append_mutex_.
Result<> LogFile::swap_in(AtomicFile& fresh) noexcept {
  Result<> swapped;
  try {
    swapped = try_to_swap_in(fresh);
  } catch (const std::bad_alloc&) {
    swapped = out_of_memory();
  }
  // Before the rename the old log is still in its place, and good. After it nobody knows which of
  // the two a crash would leave, and the open one is not the one that counts.
  if (swapped || is_in_its_place()) return swapped;
  return fail_for_good(std::move(swapped).error());
}

Result<> LogFile::try_to_swap_in(AtomicFile& fresh) {
  PERSIST_TRY(fresh.commit());
  PERSIST_TRY_ASSIGN(std::shared_ptr<File> file, files_.open(path_, OpenMode::read_write));
  PERSIST_TRY_ASSIGN(identity_, file->info());  // nothing fails from here on
  has_header_ = true;
  const std::scoped_lock state(state_mutex_);
  file_ = std::move(file);
  position_.end_offset = fresh.size_bytes();
  synced_bytes_.store(position_.end_offset, std::memory_order_release);
  return {};
}

bool LogFile::is_in_its_place() const noexcept {
  try {
    const auto now = files_.info(path_);
    return now && now->is_same_file(identity_);
  } catch (const std::bad_alloc&) {
    return false;
  }
}

}  // namespace persist::engine
