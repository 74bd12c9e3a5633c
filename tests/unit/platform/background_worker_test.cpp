#include "platform/background_worker.hpp"

#include <new>

#include "support/catch.hpp"

using persist::platform::BackgroundWorker;

TEST_CASE("what a task throws reaches whoever waits for it, every time") {
  BackgroundWorker worker;
  worker.submit([] { throw std::bad_alloc(); });
  CHECK_THROWS_AS(worker.wait_until_idle(), std::bad_alloc);
  CHECK_THROWS_AS(worker.wait_until_idle(), std::bad_alloc);
}

TEST_CASE("nothing is done behind a task that failed") {
  bool is_done = false;
  BackgroundWorker worker;
  worker.submit([] { throw std::bad_alloc(); });
  worker.submit([&is_done] { is_done = true; });
  CHECK_THROWS_AS(worker.wait_until_idle(), std::bad_alloc);
  worker.submit([&is_done] { is_done = true; });
  CHECK_THROWS_AS(worker.wait_until_idle(), std::bad_alloc);
  CHECK_FALSE(is_done);
}

TEST_CASE("a worker whose task failed can go without anybody having waited") {
  BackgroundWorker worker;
  worker.submit([] { throw std::bad_alloc(); });
}
