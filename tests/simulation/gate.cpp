#include "simulation/gate.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <utility>

namespace persist::simulation {
namespace {

// Whether a thread of this process sleeps, says the kernel: "TID (NAME) STATE ...".
bool is_asleep(pid_t thread) {
  std::ifstream file(fmt::format("/proc/self/task/{}/stat", thread));
  std::string line;
  std::getline(file, line);
  const std::size_t end_of_name = line.rfind(')');
  return end_of_name != std::string::npos && line.substr(end_of_name, 3) == ") S";
}

}  // namespace

void Gate::close(std::string beginning_of_path) {
  const std::scoped_lock lock(mutex_);
  beginning_ = std::move(beginning_of_path);
  admitted_.clear();
  waiting_.clear();  // who has to go on waiting says so anew
  is_closed_ = true;
  changed_.notify_all();
}

void Gate::open() {
  const std::scoped_lock lock(mutex_);
  is_closed_ = false;
  changed_.notify_all();
}

void Gate::admit(std::thread::id thread) {
  const std::scoped_lock lock(mutex_);
  admitted_.insert(thread);
  changed_.notify_all();
}

void Gate::pass(const std::string& path) {
  std::unique_lock lock(mutex_);
  const std::thread::id self = std::this_thread::get_id();
  const auto may_go_on = [&] {
    return !is_closed_ || !path.starts_with(beginning_) || admitted_.contains(self);
  };
  while (!may_go_on()) {
    if (waiting_.insert(self).second) changed_.notify_all();
    changed_.wait(lock);
  }
  waiting_.erase(self);
}

Companion::Companion(Gate& gate, std::function<void()> act)
    : gate_(gate), thread_([this, act = std::move(act)] {
        system_id_ = ::gettid();
        act();
        const std::scoped_lock lock(gate_.mutex_);
        has_ended_ = true;
        gate_.changed_.notify_all();
      }) {}

void Companion::wait_until_at_gate() {
  std::unique_lock lock(gate_.mutex_);
  gate_.changed_.wait(lock, [this] { return has_ended_ || gate_.waiting_.contains(id()); });
}

void Companion::wait_until_asleep() const {
  while (!has_ended_ && (system_id_ == 0 || !is_asleep(system_id_))) std::this_thread::yield();
}

void Companion::join() {
  if (thread_.joinable()) thread_.join();
}

}  // namespace persist::simulation
