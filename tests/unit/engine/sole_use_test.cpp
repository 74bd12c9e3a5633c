// That an open database has its files for itself.
#include <filesystem>

#include "support/temporary_directory.hpp"
#include "unit/engine/open_database.hpp"

using namespace persist;
using namespace persist::test;

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
