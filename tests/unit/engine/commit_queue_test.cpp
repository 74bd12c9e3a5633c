#include "engine/commit_queue.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

using namespace persist;
using namespace std::chrono_literals;
using engine::CommitQueue;
using engine::CommitRequest;

namespace {

// Far more than are woken at once.
constexpr unsigned writers = 200;

std::atomic<unsigned> started = 0;

// Each writer's request is carried out `rounds` times; returns how often that was.
unsigned run_writers(CommitQueue& queue, int rounds) {
  std::atomic<unsigned> carried_out = 0;
  started = 0;
  std::vector<std::jthread> threads;
  for (unsigned i = 0; i < writers; ++i) {
    threads.emplace_back([&] {
      ++started;
      for (int round = 0; round < rounds; ++round) {
        CommitRequest request;
        queue.run(request);
        if (request.outcome && *request.outcome == 7) ++carried_out;
      }
    });
  }
  threads.clear();
  return carried_out;
}

void carry_out(std::span<CommitRequest* const> batch) {
  for (CommitRequest* const request : batch) request->outcome = Version{7};
}

}  // namespace

TEST_CASE("all who slept until their batch was done wake up, one by another") {
  std::size_t largest_batch = 0;
  CommitQueue queue(
      [&largest_batch](std::span<CommitRequest* const> batch) {
        largest_batch = std::max(largest_batch, batch.size());
        while (started < writers) std::this_thread::yield();
        std::this_thread::sleep_for(20ms);  // meanwhile the last of them fall asleep
        carry_out(batch);
      },
      false);
  CHECK(run_writers(queue, 3) == 3 * writers);
  CHECK(largest_batch > writers / 2);
}

TEST_CASE("no writer sleeps on when batches follow each other at once") {
  const bool waits_are_short = GENERATE(false, true);
  CommitQueue queue(carry_out, waits_are_short);
  CHECK(run_writers(queue, 200) == 200 * writers);
}
