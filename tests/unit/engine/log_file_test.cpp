#include "engine/log_file.hpp"

#include <atomic>
#include <chrono>
#include <future>

#include "support/string_file.hpp"
#include "unit/engine/open_database.hpp"

using namespace persist;
using namespace persist::test;
using engine::LogFile;
using namespace std::chrono_literals;

namespace {

// A disk that takes its time to fail, and tells of a failure once: to the first who asks.
class FailingOnceFile final : public StringFile {
 public:
  using StringFile::StringFile;
  Result<> write_at(std::uint64_t, ByteView) override { return {}; }
  Result<> sync() override {
    if (was_asked_.exchange(true)) return {};
    asked_.set_value();
    fails_.get_future().wait();
    return fail(ErrorCode::io, path(), "the disk is broken");
  }
  std::future<void> asked() { return asked_.get_future(); }
  void fail_now() { fails_.set_value(); }

 private:
  std::atomic<bool> was_asked_ = false;
  std::promise<void> asked_;
  std::promise<void> fails_;
};

// Writes half of what it is given, fails, and remembers what it was told then.
class HalfWritingFile final : public StringFile {
 public:
  using StringFile::StringFile;
  Result<> write_at(std::uint64_t, ByteView) override {
    return fail(ErrorCode::no_space, path(), "the disk is full");
  }
  Result<> truncate(std::uint64_t size_bytes) override {
    calls += "truncate to " + std::to_string(size_bytes) + ", ";
    return {};
  }
  Result<> sync() override {
    calls += "sync";
    return {};
  }
  std::string calls;
};

LogFile legacy_log(std::unique_ptr<File> file, std::uint64_t end) {
  const std::string path = file->path();
  return {posix_file_system(),
          {.file = std::move(file),
           .path = path,
           .identity = {},
           .format = LogFormat::legacy,
           .has_header = false,
           .position = {.end_offset = end, .version = 1}}};
}

}  // namespace

TEST_CASE("of two that sync at a time none believes that a failed sync went well") {
  auto owned = std::make_unique<FailingOnceFile>("");
  FailingOnceFile& file = *owned;
  LogFile log = legacy_log(std::move(owned), 0);
  std::string commit = "a commit";
  must(log.append(commit, 1, false));
  const auto sync = [&log] { return log.sync(); };
  auto asked = file.asked();
  auto first = std::async(std::launch::async, sync);
  asked.wait();
  auto second = std::async(std::launch::async, sync);
  second.wait_for(100ms);
  file.fail_now();
  CHECK(code_of(first.get()) == ErrorCode::io);
  CHECK(code_of(second.get()) == ErrorCode::poisoned);
}

TEST_CASE("what a failed append has left is cut off, and the cut is synced") {
  auto owned = std::make_unique<HalfWritingFile>("");
  HalfWritingFile& file = *owned;
  LogFile log = legacy_log(std::move(owned), 100);
  std::string commit = "a commit";
  CHECK(code_of(log.append(commit, 2, false)) == ErrorCode::no_space);
  CHECK(file.calls == "truncate to 100, sync");
}
