// A repair taken back.
#include "support/failing_file_system.hpp"
#include "unit/recover/repaired_copy.hpp"

using namespace persist;
using namespace persist::test;

TEST_CASE("undo leaves the directory exactly as it was before the repair") {
  const Copy copy("damaged/1.1/0009-hole");
  const std::string before = read_file(copy / "aol.bin");
  const RepairOutcome outcome = applied(planned(copy.files()));
  CHECK(read_file(copy / "aol.bin") != before);
  CHECK(read_file(outcome.originals + "/aol.bin") == before);
  const auto undone = undo_repair(posix_file_system(), copy.files());
  REQUIRE(undone);
  CHECK(undone->restored == std::vector<std::string>{copy / "aol.bin"});
  CHECK(read_file(copy / "aol.bin") == before);
  CHECK(copy.names() == std::vector<std::string>{"aol.bin"});
}

TEST_CASE("undo refuses to throw away what was written after the repair") {
  const Copy copy("damaged/1.1/0009-hole");
  const RepairOutcome outcome = applied(planned(copy.files()));
  write_file(copy / "aol.bin", read_file(copy / "aol.bin") + "more");
  const auto undone = undo_repair(posix_file_system(), copy.files());
  REQUIRE_FALSE(undone);
  CHECK(undone.error().code == ErrorCode::changed);
  CHECK(fs::exists(outcome.originals + "/aol.bin"));
}

TEST_CASE("undo refuses to put back an original that was altered, and touches nothing") {
  const Copy copy("surrealdb-3.2.4/poisoned-person-40");
  const RepairOutcome outcome = applied(planned(copy.files()));
  const std::string original = outcome.originals + "/aol.bin";
  const std::string repaired = read_whole_file(copy / "aol.bin");
  const bool is_gone = GENERATE(false, true);
  if (is_gone) {
    fs::remove(original);
  } else {
    std::string bytes = read_whole_file(original);
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    write_file(original, bytes);
  }
  CHECK(find_originals(posix_file_system(), copy.files()).error().code == ErrorCode::damaged);
  const auto undone = undo_repair(posix_file_system(), copy.files());
  REQUIRE_FALSE(undone);
  CHECK(undone.error().code == ErrorCode::damaged);
  CHECK(read_whole_file(copy / "aol.bin") == repaired);
  CHECK(fs::exists(outcome.originals + "/manifest"));
  CHECK(fs::exists(original) != is_gone);
}

TEST_CASE("undo refuses when the file that the repair left alone was written to since") {
  const Copy copy("engine-1.0/snapshot-and-log");
  const std::string snapshot = read_whole_file(copy / "snapshot.bin");
  const std::string log = read_whole_file(copy / "aol.bin");
  write_file(copy / "snapshot.bin", snapshot + '\xEE');
  const RepairPlan plan = planned(copy.files());
  REQUIRE_FALSE(plan.log.rewrite);
  applied(plan);
  write_file(copy / "aol.bin", ByteView(log).substr(0, 8));
  const auto undone = undo_repair(posix_file_system(), copy.files());
  REQUIRE_FALSE(undone);
  CHECK(undone.error().code == ErrorCode::changed);
  CHECK(undone.error().path == copy / "aol.bin");
  CHECK(read_whole_file(copy / "snapshot.bin") == snapshot);
  write_file(copy / "aol.bin", log);
  const auto done = undo_repair(posix_file_system(), copy.files());
  REQUIRE(done);
  CHECK(done->restored == std::vector<std::string>{copy / "snapshot.bin"});
}

TEST_CASE("undo without a repair says that there is nothing to undo") {
  const Copy copy("engine-1.1/log");
  CHECK(undo_repair(posix_file_system(), copy.files()).error().code == ErrorCode::not_found);
}

TEST_CASE("an original on another file system is put back by a copy") {
  const Copy copy("damaged/1.1/0009-hole");
  const std::string before = read_file(copy / "aol.bin");
  REQUIRE(apply(posix_file_system(), planned(copy.files())));
  FailingFileSystem files(posix_file_system());
  files.fail(Call::rename, ErrorCode::unsupported, 0, 1);
  REQUIRE(undo_repair(files, copy.files()));
  CHECK(read_file(copy / "aol.bin") == before);
}

TEST_CASE("an original whose rename fails otherwise stays where it is kept") {
  const Copy copy("damaged/1.1/0009-hole");
  const auto outcome = apply(posix_file_system(), planned(copy.files()));
  REQUIRE(outcome);
  const std::string repaired = read_file(copy / "aol.bin");
  FailingFileSystem files(posix_file_system());
  files.fail(Call::rename, ErrorCode::permission, 0, 1);
  const auto undone = undo_repair(files, copy.files());
  REQUIRE_FALSE(undone);
  CHECK(undone.error().code == ErrorCode::permission);
  CHECK(read_file(copy / "aol.bin") == repaired);
  CHECK(fs::exists(outcome->originals + "/aol.bin"));
}
