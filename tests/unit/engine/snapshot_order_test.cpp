// In which order a snapshot reaches the disk.
#include <algorithm>
#include <functional>
#include <persist/log_reader.hpp>

#include "open_database.hpp"
#include "simulation/memory_file_system.hpp"
#include "support/failing_file_system.hpp"

using namespace persist;
using namespace persist::simulation;
using namespace persist::test;

namespace {

using Kind = Event::Kind;

// The events of a snapshot of one commit that nothing has synced.
std::vector<Event> events_of_snapshot() {
  MemoryFileSystem files;
  std::vector<Event> events;
  Database database = must(Database::open("/db", synchronous(FsyncMode::never), files));
  files.record(&events);
  set(database, "key", "value");
  must(database.snapshot());
  files.record(nullptr);
  return events;
}

std::size_t first(const std::vector<Event>& events, Kind kind, const std::string& to = {}) {
  const auto found = std::ranges::find_if(
      events, [&](const Event& event) { return event.kind == kind && event.to == to; });
  REQUIRE(found != events.end());
  return static_cast<std::size_t>(found - events.begin());
}

}  // namespace

TEST_CASE("a snapshot waits until the log that it leans on is on the disk") {
  const auto events = events_of_snapshot();
  const std::size_t commit = first(events, Kind::write);
  const auto synced = std::ranges::find_if(events, [&](const Event& event) {
    return event.kind == Kind::sync && event.inode == events[commit].inode;
  });
  REQUIRE(synced != events.end());
  CHECK(synced - events.begin() <
        static_cast<std::ptrdiff_t>(first(events, Kind::rename, "/db/snapshot.bin")));
}

TEST_CASE("the log is cut only once the snapshot and its name are on the disk") {
  const auto events = events_of_snapshot();
  const std::size_t taken = first(events, Kind::rename, "/db/snapshot.bin");
  const std::size_t cut = first(events, Kind::rename, "/db/aol.bin");
  REQUIRE(taken < cut);
  const auto is_between = [&](Kind kind, std::size_t from, std::size_t to) {
    return std::any_of(events.begin() + static_cast<std::ptrdiff_t>(from),
                       events.begin() + static_cast<std::ptrdiff_t>(to),
                       [kind](const Event& event) { return event.kind == kind; });
  };
  CHECK(is_between(Kind::sync, 0, taken));
  CHECK(is_between(Kind::sync_directory, taken, cut));
}

namespace {

// Does something of its own when a new file takes its place.
class MeddlingFileSystem final : public FailingFileSystem {
 public:
  using FailingFileSystem::FailingFileSystem;
  Result<> rename(const std::string& from, const std::string& to) override {
    if (to.ends_with(meddle_at) && meddle) meddle();
    return FailingFileSystem::rename(from, to);
  }
  std::string meddle_at = "snapshot.bin";
  std::function<void()> meddle;
};

}  // namespace

TEST_CASE("a commit made between a snapshot and its cut of the log stays in the log") {
  MemoryFileSystem memory;
  MeddlingFileSystem files(memory);
  {
    Database database = must(Database::open("/db", synchronous(), files));
    set(database, "before", "1");
    files.meddle = [&database] { set(database, "between", "2"); };
    must(database.snapshot());
  }
  Database database = must(Database::open("/db", synchronous(), memory));
  CHECK(get(database, "before") == "1");
  CHECK(get(database, "between") == "2");
}

namespace {

class Frames final : public LogSink {
 public:
  bool on_commit(const Commit& commit) override {
    commits.push_back(commit);
    return true;
  }
  bool on_damage(const Damage&) override { return true; }

  std::vector<Commit> commits;
};

}  // namespace

TEST_CASE("a commit that waits while the log is cut does not claim the old log's sync") {
  MemoryFileSystem memory;
  MeddlingFileSystem files(memory);
  {
    Database database = must(Database::open("/db", asynchronous(), files));
    set(database, "key", std::string(10'000, 'v'));
    must(database.sync());
    files.meddle_at = "aol.bin";
    files.meddle = [&database] {
      set(database, "later", "1");
      set(database, "later", "2");
    };
    must(database.snapshot());
    files.meddle = nullptr;
  }
  Frames frames;
  must(read_log(*must(memory.open("/db/aol.bin", OpenMode::read)), {}, frames));
  REQUIRE(frames.commits.size() == 2);
  for (const Commit& commit : frames.commits) CHECK(commit.synced_to <= commit.offset);
}
