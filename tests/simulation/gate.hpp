// Holds writes back, so that what others do meanwhile is decided and not left to the scheduler.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <thread>

namespace persist::simulation {

// Writes to files whose paths begin in some way wait in front of it while it is closed. Stands in
// front of a MemoryFileSystem, as its `before_write`.
class Gate {
 public:
  // One beginning at a time: what waits for another goes on.
  void close(std::string beginning_of_path);
  // Lets what waits, and everything that comes, go on.
  void open();
  // Lets this thread go on, and nobody else.
  void admit(std::thread::id thread);
  // Called in front of every write.
  void pass(const std::string& path);

 private:
  friend class Companion;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_closed_ = false;
  std::string beginning_;
  std::set<std::thread::id> admitted_;
  std::set<std::thread::id> waiting_;
};

// A thread that does one thing beside this one.
class Companion {
 public:
  Companion(Gate& gate, std::function<void()> act);
  ~Companion() { join(); }
  Companion(const Companion&) = delete;
  Companion& operator=(const Companion&) = delete;

  // Returns when it waits at the gate; or has ended, as after an error.
  void wait_until_at_gate();
  // Returns when it sleeps, whatever it waits for; or has ended.
  void wait_until_asleep() const;
  [[nodiscard]] bool has_ended() const noexcept { return has_ended_; }
  [[nodiscard]] std::thread::id id() const noexcept { return thread_.get_id(); }
  void join();

 private:
  Gate& gate_;
  std::atomic<pid_t> system_id_ = 0;
  std::atomic<bool> has_ended_ = false;
  std::thread thread_;  // last: it uses the others
};

}  // namespace persist::simulation
