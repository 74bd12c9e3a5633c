// That an open database has its files for itself.
#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "support/temporary_directory.hpp"
#include "unit/engine/open_database.hpp"

using namespace persist;
using namespace persist::test;

namespace {

// Made before anything that the library makes when it is first called, and so destroyed after it.
std::vector<Database> open_until_the_end;

}  // namespace

TEST_CASE("a second writer gets busy at once, in this process too") {
  const TemporaryDirectory directory;
  Database first = must(Database::open(directory.path(), synchronous()));
  CHECK(code_of(Database::open(directory.path(), synchronous())) == ErrorCode::busy);
  must(first.close());
  CHECK(Database::open(directory.path(), synchronous()).has_value());
}

TEST_CASE("a database of another directory does not get the same log or snapshot") {
  const TemporaryDirectory one;
  const TemporaryDirectory other;
  Options options = synchronous();
  auto& path = GENERATE(true, false) ? options.paths.log_path : options.paths.snapshot_path;
  path = one / "shared.bin";
  Database first = must(Database::open(one.path(), options));
  must(first.snapshot());
  // A link is no other file.
  std::filesystem::create_symlink(one / "shared.bin", other / "link.bin");
  path = other / "link.bin";
  CHECK(code_of(Database::open(other.path(), options)) == ErrorCode::busy);
  must(first.close());
  CHECK(Database::open(other.path(), options).has_value());
}

TEST_CASE("a snapshot that somebody else put there is not replaced") {
  const TemporaryDirectory one;
  const TemporaryDirectory other;
  Options options = synchronous();
  options.paths.snapshot_path = one / "shared.bin";
  const bool has_one_before = GENERATE(true, false);
  Database database = must(Database::open(one.path(), options));
  set(database, "a", "1");
  if (has_one_before) must(database.snapshot());
  {
    Database writer = must(Database::open(other.path(), synchronous()));
    set(writer, "theirs", "1");
    must(writer.snapshot());
  }
  std::filesystem::rename(other / "snapshot.bin", one / "shared.bin");
  const std::string theirs = read_file(one / "shared.bin");
  const std::string log = read_file(one / "aol.bin");
  CHECK(code_of(database.snapshot()) == ErrorCode::changed);
  CHECK(read_file(one / "shared.bin") == theirs);
  CHECK(read_file(one / "aol.bin") == log);
}

TEST_CASE("a snapshot that was removed while the database was open is made anew") {
  const TemporaryDirectory directory;
  Database database = must(Database::open(directory.path(), synchronous()));
  set(database, "a", "1");
  must(database.snapshot());
  std::filesystem::remove(directory / "snapshot.bin");
  must(database.snapshot());
  must(database.close());
  Database again = must(Database::open(directory.path(), synchronous()));
  CHECK(get(again, "a") == "1");
}

TEST_CASE("a database that was copied as hard links is busy while the other is open") {
  const TemporaryDirectory one;
  const TemporaryDirectory other;
  {
    Database database = must(Database::open(one.path(), synchronous()));
    set(database, "a", "1");
    must(database.snapshot());
    set(database, "b", "2");
  }
  const std::string name = GENERATE("aol.bin", "snapshot.bin");
  std::filesystem::create_hard_link(one / name, other / name);
  Database first = must(Database::open(one.path(), synchronous()));
  CHECK(code_of(Database::open(other.path(), synchronous())) == ErrorCode::busy);
  must(first.snapshot());  // puts new files in the place of those that were shared
  CHECK(Database::open(other.path(), synchronous()).has_value());
}

TEST_CASE("one file is not taken for log and snapshot") {
  const TemporaryDirectory directory;
  {
    Database database = must(Database::open(directory.path(), synchronous()));
  }
  const std::string before = read_file(directory / "aol.bin");
  std::filesystem::create_hard_link(directory / "aol.bin", directory / "snapshot.bin");
  CHECK(code_of(Database::open(directory.path(), synchronous())) == ErrorCode::invalid_argument);
  CHECK(read_file(directory / "aol.bin") == before);
}

TEST_CASE("databases that are globals close after everything else, at the program's end") {
  const TemporaryDirectory directory;
  std::cout.flush();  // or the child's exit says it once more
  const pid_t child = ::fork();
  if (child == 0) {
    ::mallopt(M_PERTURB, 0xAA);  // what was freed is not taken for what it was
    for (const char* name : {"a", "b", "c", "d", "e", "f", "g", "h"}) {
      auto opened = Database::open(directory / name, synchronous());
      if (!opened) ::_exit(2);
      open_until_the_end.push_back(*std::move(opened));
      set(open_until_the_end.back(), "key", "value");
    }
    std::exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
}
