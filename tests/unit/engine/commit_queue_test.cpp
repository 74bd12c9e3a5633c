#include "engine/commit_queue.hpp"

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <set>
#include <thread>

using namespace persist;
using namespace std::chrono_literals;
using engine::CommitQueue;
using engine::CommitRequest;

namespace {

// Far more than there are processors.
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

bool prepare(CommitQueue::Requests requests) noexcept {
  for (CommitRequest* const request : requests) request->outcome = Version{7};
  return true;
}

}  // namespace

TEST_CASE("all who slept until their batch was done wake up") {
  const bool waits_are_short = GENERATE(false, true);
  std::size_t largest_batch = 0;
  CommitQueue queue(
      prepare,
      [&largest_batch](CommitQueue::Requests batch) noexcept {
        largest_batch = std::max(largest_batch, batch.size());
        while (started < writers) std::this_thread::yield();
        std::this_thread::sleep_for(20ms);  // meanwhile the last of them fall asleep
      },
      waits_are_short);
  CHECK(run_writers(queue, 3) == 3 * writers);
  CHECK(largest_batch > writers / 2);
}

TEST_CASE("no writer sleeps on when batches follow each other at once") {
  const bool waits_are_short = GENERATE(false, true);
  CommitQueue queue(prepare, [](auto) noexcept {}, waits_are_short);
  CHECK(run_writers(queue, 200) == 200 * writers);
}

TEST_CASE("requests are prepared in the order in which their batch is carried out, each once") {
  const bool waits_are_short = GENERATE(false, true);
  std::vector<CommitRequest*> prepared;
  bool is_same = true;
  bool is_once = true;
  CommitQueue queue(
      [&prepared](CommitQueue::Requests requests) noexcept {
        prepared.insert(prepared.end(), requests.begin(), requests.end());
        return prepare(requests);
      },
      [&](CommitQueue::Requests batch) noexcept {
        is_same = is_same && std::ranges::equal(batch, prepared);
        const std::set<CommitRequest*> distinct(batch.begin(), batch.end());
        is_once = is_once && distinct.size() == batch.size();
        prepared.clear();
      },
      waits_are_short);
  CHECK(run_writers(queue, 20) == 20 * writers);
  CHECK(is_same);
  CHECK(is_once);
}

namespace {

// Two writers commit until there were so many batches of both; returns how many of one there were.
// Neither writer ends before the other, whom it would keep waiting.
int count_lone_batches(int batches_of_both) {
  std::atomic<int> came = 0;
  std::atomic<int> left = batches_of_both;
  int lone = 0;
  CommitQueue queue(
      prepare,
      [&](CommitQueue::Requests batch) noexcept {
        while (came < 2) std::this_thread::yield();
        (batch.size() == 2 ? left.fetch_sub(1) : ++lone);
        std::this_thread::sleep_for(1ms);
      },
      false, 10s);
  const auto write = [&] {
    ++came;
    while (left > 0) {
      CommitRequest request;
      queue.run(request);
    }
  };
  const std::jthread other(write);
  write();
  return lone;
}

// Two writers meet, one stops, and the other commits `commits` times more; returns how long it
// took.
std::chrono::duration<double> time_of_who_is_left(
    bool (*prepare_requests)(CommitQueue::Requests) noexcept, int commits,
    std::chrono::milliseconds patience) {
  std::atomic<int> came = 0;
  CommitQueue queue(
      prepare_requests,
      [&came](auto) noexcept {
        while (came < 2) std::this_thread::yield();
        std::this_thread::sleep_for(1ms);
      },
      false, patience);
  const auto write = [&](int times) {
    ++came;
    for (; times > 0; --times) {
      CommitRequest request;
      queue.run(request);
    }
  };
  const std::jthread other([&] { write(2); });
  const auto begin = std::chrono::steady_clock::now();
  write(2 + commits);
  return std::chrono::steady_clock::now() - begin;
}

}  // namespace

TEST_CASE("who comes back from one batch is waited for by the next") {
  // The first, whose leader came alone; a few more where the other is slow to begin.
  CHECK(count_lone_batches(50) < 10);
}

TEST_CASE("a writer that stops is waited for once, not in every batch") {
  CHECK(time_of_who_is_left(prepare, 20, 200ms) < 2s);
}

TEST_CASE("no one is waited for by a batch that is large enough") {
  const auto prepare_large = [](CommitQueue::Requests requests) noexcept {
    return prepare(requests) && false;
  };
  CHECK(time_of_who_is_left(prepare_large, 20, 60s) < 30s);
}
