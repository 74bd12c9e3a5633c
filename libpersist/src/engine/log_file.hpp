// The log while the database is open: one appender at a time, syncs beside it, and the cut behind a
// snapshot. After the first failure it takes nothing more.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <persist/atomic_file.hpp>
#include <persist/file_system.hpp>
#include <persist/release_line.hpp>
#include <span>
#include <string>

namespace persist::engine {

class LogFile {
 public:
  // Where the log ends, and the newest version before that end: all bytes before `end_offset` are
  // of commits up to `version`, all later ones of commits above it.
  struct Position {
    std::uint64_t end_offset = 0;
    Version version = 0;
  };
  struct Opened {
    std::unique_ptr<File> file;
    std::string path;   // where it is looked for again; links may lead from it to the file
    FileInfo identity;  // of the file
    LogFormat format = LogFormat::framed_2;
    bool has_header = false;  // of that format; a framed log without one gets it before its frames
    Position position;        // up to here it is on stable storage
  };

  LogFile(FileSystem& files, Opened opened);

  [[nodiscard]] LogFormat format() const noexcept { return format_; }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] Position position() const;
  // How much of the file the last successful sync covered: what frames carry as `synced_to`.
  [[nodiscard]] std::uint64_t synced_bytes() const noexcept {
    return synced_bytes_.load(std::memory_order_acquire);
  }
  // The first failure, and what every later call returns because of it (`poisoned`).
  [[nodiscard]] std::optional<Error> failure() const;
  [[nodiscard]] std::unexpected<Error> refusal() const;
  [[nodiscard]] bool has_failed() const noexcept {
    return has_failed_.load(std::memory_order_acquire);
  }

  // Appends whole commits, the newest of which is `last`, and syncs when asked to. Frames get their
  // `synced_to` here, for a cut of the log may have come after they were made. A failed append
  // is cut off again as far as the system lets it. `meanwhile`, which may be empty, runs once the
  // bytes are written, while the disk takes them. Errors: those of the file system; `changed`;
  // `poisoned` after the first of them.
  [[nodiscard]] Result<> append(std::span<char> commits, Version last, bool sync_now,
                                const std::function<void()>& meanwhile = {}) noexcept;
  // Brings everything appended so far to stable storage; does nothing when it is. Runs beside
  // appends.
  [[nodiscard]] Result<> sync();
  // Fails for good when the path does not lead to the open file any more: what is appended would be
  // gone with it. Error `changed`. Appends with a sync check by themselves, others once a second; a
  // sync() does not.
  [[nodiscard]] Result<> check_identity();
  // Gives a framed log its header before the first frame asks for it, and syncs it: behind a legacy
  // part, frames that a power cut leaves without their header are hard to tell from records.
  [[nodiscard]] Result<> write_header();

  // Replaces the log by one that begins behind `offset`, a position() of earlier. Appends go on
  // meanwhile and are held up only for the last stretch. After an error the log is what it was, and
  // works on; but when its replacement could not be completed, it has failed.
  [[nodiscard]] Result<> cut_before(std::uint64_t offset);

 private:
  [[nodiscard]] std::unexpected<Error> fail_for_good(Error error) noexcept;
  [[nodiscard]] Result<> guarded(const auto& change) noexcept;
  [[nodiscard]] std::unexpected<Error> give_up(Error error) noexcept;
  void cut_back() noexcept;
  [[nodiscard]] Result<> append_locked(std::span<char> commits, Version last, bool sync_now,
                                       const std::function<void()>& meanwhile);
  [[nodiscard]] Result<> write_header_locked();
  [[nodiscard]] Result<> write_and_sync(ByteView bytes, std::uint64_t offset, bool sync_now,
                                        const std::function<void()>& meanwhile = {});
  [[nodiscard]] Result<> sync_file(const std::shared_ptr<File>& file);
  [[nodiscard]] Result<> check_identity_locked();
  [[nodiscard]] bool is_identity_check_due() noexcept;
  [[nodiscard]] std::shared_ptr<File> current_file() const;
  [[nodiscard]] Result<> swap_in(AtomicFile& fresh) noexcept;
  [[nodiscard]] Result<> try_to_swap_in(AtomicFile& fresh);
  [[nodiscard]] bool is_in_its_place() const noexcept;

  FileSystem& files_;
  const std::string path_;
  const LogFormat format_;
  const std::string header_;  // of that format; made before memory may be short

  std::mutex append_mutex_;  // one append or replacement at a time; taken before state_mutex_
  bool has_header_;          // under append_mutex_
  FileInfo identity_;        // under append_mutex_
  std::chrono::steady_clock::time_point identity_checked_;  // under append_mutex_

  std::mutex sync_mutex_;  // taken after append_mutex_ and before state_mutex_

  mutable std::mutex state_mutex_;
  std::shared_ptr<File> file_;
  Position position_;
  std::optional<Error> failure_;

  std::atomic<std::uint64_t> synced_bytes_;
  std::atomic<bool> has_failed_{false};
};

}  // namespace persist::engine
