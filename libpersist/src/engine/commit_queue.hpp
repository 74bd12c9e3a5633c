// Group commit: concurrent commits are carried out together, with one write and one sync for all.
//
// A batch collects requests. The first request of a batch is its leader: it waits for its turn
// (until the batch before is done), closes the batch, carries it out, and hands the turn to the
// leader of the next one, which collected meanwhile. The others sleep until their batch is done.
// After the turn was handed over a few of them are woken, and each wakes another one.
#pragma once

#include <array>
#include <functional>
#include <mutex>
#include <persist/result.hpp>
#include <span>
#include <vector>

#include "engine/read_set.hpp"
#include "engine/write_set.hpp"
#include "platform/wait_word.hpp"

namespace persist::engine {

struct CommitRequest {
  WriteSet* writes = nullptr;      // its values move into the store when the commit is claimed
  const ReadSet* reads = nullptr;  // to validate; null: snapshot isolation
  Version read_version = 0;
  Result<Version> outcome = Version{0};
};

class CommitQueue {
 public:
  using Process = std::function<void(std::span<CommitRequest* const>)>;

  // `process` carries out a batch and sets every outcome; it runs on one thread at a time.
  // `waits_are_short`: a batch takes microseconds, so that waiting threads first look a few times
  // before they sleep.
  CommitQueue(Process process, bool waits_are_short);

  // Returns when the outcome is there.
  void run(CommitRequest& request);

  // Holding it keeps every batch from being processed.
  [[nodiscard]] std::mutex& turn() noexcept { return turn_; }

 private:
  // Two batches exist at a time: one collects while the other is carried out. Followers of the one
  // before may still have to wake up; they compare with the number they saw.
  struct Batch {
    WaitWord completed{0};  // how often this object's requests were carried out
    std::vector<CommitRequest*> requests;
  };

  void lead(Batch& batch);
  void follow(const Batch& batch, std::uint32_t seen) const noexcept;
  void take_turn() noexcept;

  Process process_;
  int looks_before_sleep_;
  int woken_at_once_;
  std::mutex turn_;
  std::vector<CommitRequest*> taken_;  // under turn_

  std::mutex collecting_mutex_;
  std::array<Batch, 2> batches_;
  std::size_t collecting_ = 0;
};

}  // namespace persist::engine
