// Group commit: concurrent commits are carried out together, with one write and one sync for all.
//
// A batch collects requests. The first request of a batch is its leader: it waits for its turn
// (until the batch before is done), prepares the requests in the order they came, closes the batch,
// carries it out, wakes the others (they let other threads run for a moment before they sleep), and
// hands the turn to the leader of the next one, which collected meanwhile.
//
// Where a batch is synced the leader does not close it as soon as it could: those whose batch was
// done just now are about to come back, and half of the writers in every other sync make half as
// many commits a second. So it prepares those that come until they are as many as were here before.
// It gives up when nobody came for a moment, and then does not try for some batches.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
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
  using Requests = std::span<CommitRequest* const>;
  // Both run under the turn. `prepare` is called for the requests of a batch, some at a time, and
  // says whether it is worth to wait for more; then `carry_out` for all of them. Every outcome is
  // set after it. Neither throws: only its owner knows what half a batch has left behind.
  using Prepare = std::move_only_function<bool(Requests) noexcept>;
  using CarryOut = std::move_only_function<void(Requests) noexcept>;

  // A thread that was woken is here by then, or has something else to do.
  static constexpr std::chrono::microseconds usual_patience{50};

  // `waits_are_short`: a batch takes microseconds, so that waiting threads look a few times before
  // they sleep, and no leader waits for more requests. `patience`: how long it does where it
  // does, since the last one came.
  CommitQueue(Prepare prepare, CarryOut carry_out, bool waits_are_short,
              std::chrono::microseconds patience = usual_patience);

  // Returns when the outcome is there: `no_memory` when there is none to queue the request.
  void run(CommitRequest& request) noexcept;

  // Holding it keeps every batch from being processed.
  [[nodiscard]] std::mutex& turn() noexcept { return turn_; }

 private:
  // Two batches exist at a time: one collects while the other is carried out. Followers of the one
  // before may still have to wake up; they compare with the number they saw.
  struct Batch {
    WaitWord completed{0};  // how often this object's requests were carried out
    std::vector<CommitRequest*> requests;
  };

  void lead(Batch& batch) noexcept;
  void gather(Batch& batch) noexcept;
  [[nodiscard]] bool note_new(const Batch& batch) noexcept;
  void close(Batch& batch) noexcept;
  void prepare_from(std::size_t begin) noexcept;
  void follow(const Batch& batch, std::uint32_t seen) const noexcept;
  void take_turn() noexcept;

  Prepare prepare_;
  CarryOut carry_out_;
  const bool waits_are_short_;
  const std::chrono::microseconds patience_;
  std::mutex turn_;
  // Under turn_.
  std::vector<CommitRequest*> prepared_;  // of the batch whose turn it is
  bool waits_for_more_ = true;            // what prepare_ said last
  // Requests: those of the last batch, and who waited when it was done. Changed under turn_.
  std::atomic<std::size_t> expected_{0};
  int batches_not_gathered_ = 0;  // before the next try
  int last_pause_ = 0;            // how many they were after the last vain try

  std::mutex collecting_mutex_;
  std::array<Batch, 2> batches_;
  std::size_t collecting_ = 0;
};

}  // namespace persist::engine
