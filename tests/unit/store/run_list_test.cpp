#include "store/run_list.hpp"

#include "support/catch.hpp"
#include "unit/store/random_records.hpp"

using namespace persist;
using namespace persist::test;
using store::Keep;
using store::MemoryCursor;
using store::RunList;
using store::Segment;

namespace {

// Segments of equal keys, so that none continues the one before it.
constexpr std::size_t keys_of_a_segment = 50;

void add_segment(RunList& list, store::RecordArena& arena, Version version) {
  Segment segment;
  for (std::size_t i = 0; i < keys_of_a_segment; ++i) {
    const OwnedRecord record{"key " + std::to_string(i), version, "v" + std::to_string(version)};
    const char* address = arena.try_append(record.view());
    if (address == nullptr) {
      REQUIRE(arena.grow(record.view()));
      address = arena.try_append(record.view());
    }
    segment.push_back(address);
  }
  list.sort(segment);
  list.add_sorted(std::move(segment));
}

}  // namespace

TEST_CASE("eight runs become one, which keeps what its list keeps") {
  const Keep keep = GENERATE(Keep::newest, Keep::all_versions);
  store::RecordArena arena(std::size_t{1} << 20U);
  RunList list(keep);
  for (Version version = 1; version <= 8; ++version) {
    CHECK(list.runs().size() == version - 1);
    add_segment(list, arena, version);
  }
  REQUIRE(list.runs().size() == 1);
  CHECK(list.runs().front().merges == 1);
  std::string last_key;
  Version last_version = 0;
  std::size_t records = 0;
  for (MemoryCursor cursor(list.runs().front(), {}); cursor.advance(); ++records) {
    // Keys ascend, and of a key versions descend.
    const bool is_same_key = cursor.key() == last_key;
    REQUIRE((is_same_key ? cursor.version() < last_version : cursor.key() > last_key));
    if (!is_same_key) CHECK(cursor.version() == 8);
    CHECK(cursor.record().value == ByteView("v" + std::to_string(cursor.version())));
    last_key = cursor.key();
    last_version = cursor.version();
  }
  CHECK(records == keys_of_a_segment * (keep == Keep::newest ? 1 : 8));
}

TEST_CASE("runs that were merged as often as each other are merged again, others wait") {
  store::RecordArena arena(std::size_t{1} << 20U);
  RunList list(Keep::newest);
  for (Version version = 1; version <= 63; ++version) add_segment(list, arena, version);
  CHECK(list.runs().size() == 7 + 7);
  add_segment(list, arena, 64);
  REQUIRE(list.runs().size() == 1);
  CHECK(list.runs().front().merges == 2);
  MemoryCursor cursor(list.runs().front(), "key 7");
  REQUIRE(cursor.advance());
  CHECK(cursor.key() == "key 7");
  CHECK(cursor.version() == 64);
}
