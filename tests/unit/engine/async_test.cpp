#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <mutex>

#include "engine/async_appender.hpp"
#include "support/failing_file_system.hpp"
#include "support/string_file.hpp"
#include "support/temporary_directory.hpp"
#include "unit/engine/crafted_log.hpp"
#include "unit/engine/open_database.hpp"

using namespace persist;
using namespace persist::test;

namespace {

// A file system whose log writes wait until they are let through: a disk that hangs.
class HangingFileSystem final : public FailingFileSystem {
 public:
  HangingFileSystem() : FailingFileSystem(posix_file_system()) {}
  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override {
    PERSIST_TRY_ASSIGN(auto file, FailingFileSystem::open(path, mode));
    return std::make_unique<HangingFile>(gate_, std::move(file));
  }
  void hang() { gate_.lock(); }
  void let_go() { gate_.unlock(); }

 private:
  class HangingFile final : public File {
   public:
    HangingFile(std::mutex& gate, std::unique_ptr<File> inner)
        : gate_(gate), inner_(std::move(inner)) {}
    Result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) override {
      return inner_->read_at(offset, into);
    }
    Result<> write_at(std::uint64_t offset, ByteView bytes) override {
      const std::scoped_lock wait(gate_);
      return inner_->write_at(offset, bytes);
    }
    Result<> truncate(std::uint64_t size_bytes) override { return inner_->truncate(size_bytes); }
    Result<> sync() override { return inner_->sync(); }
    Result<FileInfo> info() override { return inner_->info(); }
    Result<> copy_permissions(const FileInfo& like) override {
      return inner_->copy_permissions(like);
    }
    const std::string& path() const override { return inner_->path(); }

   private:
    std::mutex& gate_;
    std::unique_ptr<File> inner_;
  };

  std::mutex gate_;
};

}  // namespace

TEST_CASE("asynchronous commits are visible at once and reach the log in order") {
  const TemporaryDirectory directory;
  {
    HangingFileSystem files;
    Database database = must(Database::open(directory.path(), asynchronous(), files));
    files.hang();
    set(database, "a", "1");
    set(database, "b", "2");
    CHECK(rows_of(database) == std::vector<Row>{{"a", "1"}, {"b", "2"}});
    CHECK(database.stats().queued_commits == 2);
    CHECK(database.stats().queued_bytes == 2 * (1 + 1 + 16));
    files.let_go();
    must(database.drain());
    CHECK(database.stats().queued_commits == 0);
    CHECK(database.stats().logged_version == 2);
    must(database.close());
  }
  CHECK(read_file(directory / "aol.bin") == header_v2 + frame(FrameVersion::v2, 1, {{"a", "1"}}) +
                                                frame(FrameVersion::v2, 2, {{"b", "2"}}));
}

TEST_CASE("closing writes every queued commit") {
  const bool closes = GENERATE(true, false);
  const int commits = GENERATE(1, 1000);
  const TemporaryDirectory directory;
  for (int round = 0; round < 10; ++round) {
    Database database = must(Database::open(directory.path(), asynchronous()));
    for (int i = 0; i < commits; ++i) {
      set(database, std::to_string(round) + ":" + std::to_string(i), "value");
    }
    if (closes) must(database.close());
  }
  Database again = must(Database::open(directory.path(), {}));
  CHECK(rows_of(again).size() == 10U * static_cast<std::size_t>(commits));
}

TEST_CASE("a commit that the queue has no room for changes nothing and can be tried again") {
  const TemporaryDirectory directory;
  HangingFileSystem files;
  Options options = asynchronous();
  options.async_queue = GENERATE(AsyncQueueLimits{.max_commits = 1},
                                 AsyncQueueLimits{.max_bytes = 2 * (1 + 1 + 16) - 1});
  Database database = must(Database::open(directory.path(), options, files));
  files.hang();
  set(database, "a", "1");
  Transaction second = must(database.begin());
  must(second.set("b", "2"));
  CHECK(code_of(second.commit()) == ErrorCode::queue_full);
  CHECK(second.is_open());
  CHECK(get(database, "b") == std::nullopt);
  CHECK(database.stats().refused_commits == 1);
  CHECK_FALSE(database.stats().poisoned);
  files.let_go();
  must(database.drain());
  CHECK(must(second.commit()) == 2);
  CHECK(get(database, "b") == "2");
}

TEST_CASE("a transaction counts in the queue as its keys, its values and 16 a record") {
  const TemporaryDirectory directory;
  Options options = asynchronous();
  options.async_queue.max_bytes = (3 + 5 + 16) + (4 + 0 + 16);
  Database database = must(Database::open(directory.path(), options));
  Transaction fits = must(database.begin());
  must(fits.set("abc", "12345"));
  must(fits.del("gone"));
  CHECK(fits.commit().has_value());
  must(database.drain());
  Transaction is_too_large = must(database.begin());
  must(is_too_large.set("abc", "123456"));
  must(is_too_large.del("gone"));
  CHECK(code_of(is_too_large.commit()) == ErrorCode::queue_full);
}

TEST_CASE("an asynchronous write that fails poisons the database, visibly") {
  const TemporaryDirectory directory;
  FailingFileSystem files(posix_file_system());
  Database database = must(Database::open(directory.path(), asynchronous(), files));
  files.fail(Call::write, ErrorCode::no_space);
  set(database, "a", "1");
  CHECK(code_of(database.drain()) == ErrorCode::poisoned);
  files.fail(Call::none);
  Transaction later = must(database.begin());
  must(later.set("b", "2"));
  CHECK(code_of(later.commit()) == ErrorCode::poisoned);
  const Stats stats = database.stats();
  CHECK(stats.poisoned->code == ErrorCode::no_space);
  CHECK(stats.appender.last_error->code == ErrorCode::no_space);
  CHECK(code_of(database.close()) == ErrorCode::no_space);
  CHECK(read_file(directory / "aol.bin") == header_v2);
}

namespace {

class ObservedFile final : public StringFile {
 public:
  explicit ObservedFile(std::function<void()> on_write)
      : StringFile(""), on_write_(std::move(on_write)) {}
  Result<> write_at(std::uint64_t, ByteView) override {
    on_write_();
    return {};
  }

 private:
  std::function<void()> on_write_;
};

}  // namespace

TEST_CASE("draining waits for the commits before it, and not for those that go on coming") {
  const engine::AsyncAppender::Chunk chunk{.bytes = "bytes", .last = 1, .commits = 1};
  engine::AsyncAppender* appender = nullptr;
  std::atomic<bool> more_come = true;
  const auto on_write = [&] {
    if (more_come) appender->push(chunk);
  };
  engine::LogFile log(posix_file_system(), {.file = std::make_unique<ObservedFile>(on_write),
                                            .path = "log",
                                            .identity = {},
                                            .format = LogFormat::legacy,
                                            .has_header = false,
                                            .position = {}});
  engine::AsyncAppender owned(log, {}, false);
  appender = &owned;
  owned.push(chunk);
  auto drain = std::async(std::launch::async, [&] { return owned.drain(); });
  CHECK(drain.wait_for(std::chrono::seconds(1)) == std::future_status::ready);
  more_come = false;
  must(drain.get());
  CHECK(log.position().end_offset >= chunk.bytes.size());
}

TEST_CASE("asynchronous commits with fsync every are on stable storage once they are drained") {
  const TemporaryDirectory directory;
  Database database = must(Database::open(directory.path(), asynchronous(FsyncMode::every_append)));
  for (int i = 0; i < 100; ++i) set(database, std::to_string(i), "value");
  must(database.drain());
  CHECK(database.stats().log_synced_bytes == database.stats().log_bytes);
}
