// The end of a database: what closing writes, and what is left to whoever has it still.
#include "support/failing_file_system.hpp"
#include "support/temporary_directory.hpp"
#include "unit/engine/open_database.hpp"

using namespace persist;
using namespace persist::test;

namespace {

// Ticks when nobody waits for it any more.
Options snapshots_by_themselves() {
  Options options;
  options.snapshot_mode = SnapshotMode::interval;
  options.snapshot_interval = std::chrono::hours(1);
  return options;
}

}  // namespace

TEST_CASE("a transaction that outlives its database still reaches the log") {
  const TemporaryDirectory directory;
  std::optional<Transaction> writer;
  {
    Database database = must(Database::open(directory.path(), synchronous()));
    writer = must(database.begin());
    must(writer->set("a", "1"));
  }
  must(writer->commit());
  CHECK(code_of(Database::open(directory.path(), {})) == ErrorCode::busy);
  writer.reset();
  Database again = must(Database::open(directory.path(), {}));
  CHECK(get(again, "a") == "1");
}

TEST_CASE("after close commits say so, and open transactions still read") {
  const TemporaryDirectory directory;
  Database database = must(Database::open(directory.path(), synchronous()));
  set(database, "a", "1");
  Transaction open = must(database.begin());
  must(open.set("a", "2"));
  must(database.close());
  CHECK(must(open.get("a")) == "2");
  CHECK(code_of(open.commit()) == ErrorCode::closed);
  CHECK(code_of(database.begin()) == ErrorCode::closed);
  CHECK(code_of(database.snapshot()) == ErrorCode::closed);
  CHECK(database.close().has_value());
}

TEST_CASE("a database that was moved from answers every call with closed") {
  const TemporaryDirectory directory;
  Database first = must(Database::open(directory.path(), synchronous()));
  Database second = std::move(first);
  // NOLINTBEGIN(bugprone-use-after-move)
  CHECK(code_of(first.begin()) == ErrorCode::closed);
  CHECK(code_of(first.begin_read()) == ErrorCode::closed);
  CHECK(code_of(first.begin_read_at(0)) == ErrorCode::closed);
  CHECK(code_of(first.snapshot()) == ErrorCode::closed);
  CHECK(code_of(first.drain()) == ErrorCode::closed);
  CHECK(code_of(first.sync()) == ErrorCode::closed);
  CHECK(code_of(first.close()) == ErrorCode::closed);
  CHECK(first.stats().newest_version == 0);
  // NOLINTEND(bugprone-use-after-move)
  set(second, "a", "1");
  must(second.close());
}

TEST_CASE("without a log, interval snapshots end with one at close") {
  const TemporaryDirectory directory;
  {
    Database database = must(Database::open(directory.path(), snapshots_by_themselves()));
    set(database, "a", "1");
    if (GENERATE(true, false)) must(database.close());
  }
  CHECK(directory.names() == std::vector<std::string>{"snapshot.bin"});
  Database again = must(Database::open(directory.path(), snapshots_by_themselves()));
  CHECK(rows_of(again) == std::vector<Row>{{"a", "1"}});
}

TEST_CASE("closing says when that last snapshot fails") {
  const TemporaryDirectory directory;
  FailingFileSystem files(posix_file_system());
  Database database = must(Database::open(directory.path(), snapshots_by_themselves(), files));
  set(database, "a", "1");
  files.fail(Call::create, ErrorCode::no_space);
  CHECK(code_of(database.close()) == ErrorCode::no_space);
}

TEST_CASE("closing takes no snapshot of what was there before, nor where there is a log") {
  const TemporaryDirectory directory;
  write_file(directory / "aol.bin", header_v2 + frame(FrameVersion::v2, 1, {{"a", "1"}}));
  Options options = snapshots_by_themselves();
  const bool has_log = GENERATE(true, false);
  if (has_log) options.aol_mode = AolMode::synchronous_on_commit;
  {
    Database database = must(Database::open(directory.path(), options));
    if (has_log) set(database, "b", "2");
    must(database.close());
  }
  CHECK(directory.names() == std::vector<std::string>{"aol.bin"});
}
