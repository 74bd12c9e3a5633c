// A run in a temporary file reads back as it was written, or says what happened to the file.
#include "store/spilled_run.hpp"

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"
#include "unit/store/random_records.hpp"

using namespace persist;
using namespace persist::test;
using store::RunWriter;
using store::SpilledCursor;
using store::SpilledRun;

namespace {

constexpr std::size_t buffer_bytes = 4096;

std::vector<OwnedRecord> some_records() {
  std::vector<OwnedRecord> records;
  for (int i = 0; i < 2'000; ++i) {
    OwnedRecord record{"user:" + std::to_string(1'000'000 + i), Version(1 + i), std::nullopt};
    // Values that fit into the buffer, and some that do not.
    if (i % 7 != 0) record.value = std::string(i % 100 == 1 ? 9'000 : i % 90, 'v');
    records.push_back(record);
  }
  return records;
}

SpilledRun written(File& file, std::uint64_t offset, std::size_t mark_bytes = 1U << 20U) {
  RunWriter writer(file, offset, buffer_bytes, mark_bytes);
  for (const OwnedRecord& record : some_records()) REQUIRE(writer.add(record.view()));
  auto run = writer.finish();
  REQUIRE(run);
  return *std::move(run);
}

std::unique_ptr<File> temporary_file(const TemporaryDirectory& directory) {
  auto file = posix_file_system().create_temporary(directory.path());
  REQUIRE(file);
  return *std::move(file);
}

// How many records of a run are read before it ends; each is what was written.
std::size_t read_through(SpilledCursor& cursor) {
  const auto records = some_records();
  std::size_t count = 0;
  while (cursor.advance()) {
    const auto record = cursor.record();
    if (cursor.error()) break;
    REQUIRE(count < records.size());
    REQUIRE(record == records[count].view());
    ++count;
  }
  return count;
}

}  // namespace

TEST_CASE("a run reads back from any offset of its file, and from any key") {
  const TemporaryDirectory directory;
  const auto file = temporary_file(directory);
  const std::uint64_t offset = GENERATE(0, 12'345);
  const SpilledRun run = written(*file, offset, GENERATE(100, 1'000'000));
  SpilledCursor all(*file, run, buffer_bytes, {});
  CHECK(read_through(all) == some_records().size());
  CHECK_FALSE(all.error());
  SpilledCursor later(*file, run, buffer_bytes, "user:1001500");
  REQUIRE(later.advance());
  CHECK(later.key() == "user:1001500");
  SpilledCursor behind(*file, run, buffer_bytes, "user:2");
  CHECK_FALSE(behind.advance());
  CHECK_FALSE(behind.error());
}

TEST_CASE("a run that somebody cut short says where its file ends") {
  const TemporaryDirectory directory;
  const auto file = temporary_file(directory);
  const SpilledRun run = written(*file, 0);
  const std::uint64_t left = run.length / 2;
  REQUIRE(file->truncate(left));
  SpilledCursor cursor(*file, run, buffer_bytes, {});
  const std::size_t read = read_through(cursor);
  CHECK(read > 0);
  CHECK(read < some_records().size());
  REQUIRE(cursor.error());
  CHECK(cursor.error()->code == ErrorCode::io);
  CHECK(cursor.error()->offset == left);
  CHECK_FALSE(cursor.advance());
}

TEST_CASE("a run with lengths that somebody changed is refused and not followed") {
  const TemporaryDirectory directory;
  const auto file = temporary_file(directory);
  const SpilledRun run = written(*file, 0);
  // The first record's header: shared and further key bytes, value tag, version; one byte each.
  const std::size_t changed = GENERATE(0U, 1U, 2U);
  REQUIRE(file->write_at(changed, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"));
  SpilledCursor cursor(*file, run, buffer_bytes, {});
  CHECK_FALSE(cursor.advance());
  REQUIRE(cursor.error());
  CHECK(cursor.error()->code == ErrorCode::io);
  CHECK(cursor.error()->message.find("changed by somebody else") != std::string::npos);
}
