#include "store/memory_table.hpp"

#include <algorithm>

#include "support/catch.hpp"
#include "unit/store/random_records.hpp"

using namespace persist;
using namespace persist::test;
using formats::RecordView;
using store::Keep;
using store::MemoryTable;
using store::Segment;

namespace {

// The records at the addresses, sorted the plain way.
std::vector<RecordView> plainly_sorted(const Segment& arrived, Keep keep) {
  std::vector<RecordView> records;
  for (const char* address : arrived) records.push_back(store::stored_record(address));
  std::ranges::reverse(records);  // the last that arrived first
  std::ranges::stable_sort(records, [](const RecordView& a, const RecordView& b) {
    return a.key != b.key ? a.key < b.key : a.version > b.version;
  });
  const auto superseded = std::ranges::unique(records, [=](const auto& a, const auto& b) {
    return a.key == b.key && (keep == Keep::newest || a.version == b.version);
  });
  records.erase(superseded.begin(), superseded.end());
  return records;
}

void check_sorting(const std::vector<OwnedRecord>& records) {
  const Keep keep = GENERATE(Keep::newest, Keep::all_versions);
  store::RecordArena arena(std::size_t{1} << 20U);
  Segment segment;
  for (const OwnedRecord& record : records) {
    const char* address = arena.try_append(record.view());
    if (address == nullptr) {
      REQUIRE(arena.grow(record.view()));
      address = arena.try_append(record.view());
    }
    segment.push_back(address);
  }
  const auto expected = plainly_sorted(segment, keep);
  store::sort_segment(segment, keep);
  std::vector<RecordView> sorted;
  for (const char* address : segment) sorted.push_back(store::stored_record(address));
  CHECK(sorted == expected);
}

std::size_t added_until_full(MemoryTable& table, std::size_t value_bytes) {
  const std::string value(value_bytes, 'v');
  std::size_t added = 0;
  while (table.add({"key " + std::to_string(added), 1, value})) ++added;
  return added;
}

}  // namespace

TEST_CASE("a segment is sorted as a stable sort would, whatever its keys share") {
  std::mt19937 random(GENERATE(1U, 2U, 3U));
  std::vector<OwnedRecord> records;
  for (int i = 0; i < 5'000; ++i) {
    records.push_back(random_record(random, random_key(random), 1 + random() % 20));
  }
  check_sorting(records);
}

TEST_CASE("keys that are prefixes of each other, hundreds of words deep, are sorted") {
  std::mt19937 random(4);
  std::vector<OwnedRecord> records;
  for (int i = 0; i < 4'000; ++i) {
    const std::size_t length = random() % 3'000;
    records.push_back({std::string(length, random() % 9 == 0 ? '\0' : 'a'), 1, "v"});
  }
  check_sorting(records);
}

TEST_CASE("thousands of versions of one key among others are sorted") {
  std::mt19937 random(5);
  std::vector<OwnedRecord> records;
  for (int i = 0; i < 4'000; ++i) {
    records.push_back({random() % 2 == 0 ? "counter" : "c" + std::to_string(random() % 50),
                       1 + random() % 1'000, std::to_string(i)});
  }
  check_sorting(records);
}

TEST_CASE(
    "a table that was filled with large records has room for small ones after it is cleared") {
  constexpr std::uint64_t budget_bytes = std::uint64_t{8} << 20U;
  MemoryTable fresh(budget_bytes, Keep::newest);
  const std::size_t expected = added_until_full(fresh, 10);
  MemoryTable table(budget_bytes, Keep::newest);
  CHECK(added_until_full(table, 20'000) > 100);
  table.finish();
  table.clear();
  CHECK(added_until_full(table, 10) > expected * 9 / 10);
}

TEST_CASE("a table holds about as many bytes as its budget says") {
  constexpr std::uint64_t budget_bytes = std::uint64_t{64} << 20U;
  const std::size_t value_bytes = GENERATE(10U, 200U, 5'000U);
  MemoryTable table(budget_bytes, Keep::newest);
  const std::size_t record_bytes = value_bytes + 10 + 11 + 2 * sizeof(void*);
  const std::size_t held_bytes = added_until_full(table, value_bytes) * record_bytes;
  CHECK(held_bytes > budget_bytes * 3 / 4);
  CHECK(held_bytes < budget_bytes * 11 / 10);
}
