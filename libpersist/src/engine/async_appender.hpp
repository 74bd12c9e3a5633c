// Asynchronous mode: commits are queued in the order of their versions, and one thread writes them.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <persist/options.hpp>
#include <persist/stats.hpp>
#include <string>
#include <thread>

#include "engine/log_file.hpp"

namespace persist::engine {

class AsyncAppender {
 public:
  // Starts the thread. `sync_each`: every write is followed by a sync.
  AsyncAppender(LogFile& log, const AsyncQueueLimits& limits, bool sync_each);
  ~AsyncAppender();
  AsyncAppender(const AsyncAppender&) = delete;
  AsyncAppender& operator=(const AsyncAppender&) = delete;

  // Encoded commits up to version `last`. `counted_bytes` is what they take of the queue's room.
  struct Chunk {
    std::string bytes;
    Version last = 0;
    std::uint64_t commits = 0;
    std::uint64_t counted_bytes = 0;
  };

  // Whether a commit fits beside what is queued and `pending`, which is about to be. What is being
  // written still takes its room. Counts the refusal when it does not.
  [[nodiscard]] bool has_room(const Chunk& pending, std::uint64_t counted_bytes);
  // Without memory to queue it, it is written before this returns.
  void push(Chunk chunk) noexcept;
  // Returns when everything pushed before is in the log; what others push meanwhile it does not
  // wait for. Error: the log's.
  [[nodiscard]] Result<> drain();
  // Writes what is queued and ends the thread.
  void stop();

  struct Usage {
    std::uint64_t commits = 0;
    std::uint64_t bytes = 0;
    std::uint64_t refused = 0;
    WorkerReport report;
  };
  [[nodiscard]] Usage usage() const;

 private:
  void work() noexcept;
  [[nodiscard]] Chunk take_some() noexcept;  // under mutex_
  void write(Chunk& chunk, std::unique_lock<std::mutex>& lock) noexcept;

  LogFile& log_;
  const AsyncQueueLimits limits_;
  const bool sync_each_;

  mutable std::mutex mutex_;
  std::condition_variable work_to_do_;
  std::condition_variable written_;
  std::deque<Chunk> queue_;
  Usage usage_;
  std::uint64_t written_commits_ = 0;  // those that were in usage_ before
  bool is_asleep_ = false;
  bool is_stopping_ = false;
  std::thread thread_;  // last: it uses all the others
};

}  // namespace persist::engine
