// Two threads find a state's identity; what they find is what one finds that walks over the rows.
#include "store/identify.hpp"

#include <persist/fingerprint.hpp>
#include <set>
#include <thread>

#include "store/row_hash.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"
#include "unit/store/random_records.hpp"

using namespace persist;
using namespace persist::test;
using store::identify;
using store::Keep;
using store::RecordSorter;
using store::row_piece_bytes;
using store::SortedRecords;

namespace {

class KnownRows {
 public:
  void add(OwnedRecord record) {
    model_.add(record);
    records_.push_back(std::move(record));
  }
  [[nodiscard]] SortedRecords sort(Keep keep, std::uint64_t memory_bytes,
                                   std::function<bool()> should_stop = {}) const {
    TemporaryDirectory directory;
    RecordSorter sorter(posix_file_system(),
                        {memory_bytes, directory.path(), keep, std::move(should_stop)});
    for (const OwnedRecord& record : records_) REQUIRE(sorter.add(record.view()));
    auto sorted = sorter.finish();
    REQUIRE(sorted);
    return *std::move(sorted);
  }
  void check_identity(const SortedRecords& sorted) const {
    Fingerprint fingerprint;
    const Model::Keys live = model_.newest();
    for (const auto& [key, versions] : live) fingerprint.add(key, *versions.begin()->second);
    const auto identity = identify(sorted);
    REQUIRE(identity);
    CHECK(identity->live_keys == live.size());
    CHECK(identity->fingerprint == fingerprint.to_string());
  }

 private:
  Model model_;
  std::vector<OwnedRecord> records_;
};

KnownRows random_rows(unsigned seed, std::size_t count) {
  std::mt19937 random(seed);
  KnownRows rows;
  for (std::size_t i = 0; i < count; ++i) {
    rows.add(random_record(random, random_key(random) + std::to_string(random() % 3'000),
                           1 + random() % 300));
  }
  return rows;
}

KnownRows ascending_rows(std::size_t count, std::size_t value_bytes) {
  KnownRows rows;
  for (std::size_t i = 0; i < count; ++i) {
    rows.add({std::to_string(1'000'000 + i), i + 1,
              std::string(value_bytes, static_cast<char>('a' + i % 26))});
  }
  return rows;
}

}  // namespace

TEST_CASE("a state's identity is that of its live rows, in memory or spilled") {
  const KnownRows rows = random_rows(GENERATE(range(1U, 5U)), 20'000);
  const auto keep = GENERATE(Keep::newest, Keep::all_versions);
  const SortedRecords in_memory = rows.sort(keep, ample_memory_bytes);
  REQUIRE(in_memory.part_starts(row_piece_bytes).size() > 4);
  rows.check_identity(in_memory);
  const SortedRecords spilled = rows.sort(keep, smallest_memory_bytes);
  REQUIRE(spilled.part_starts(row_piece_bytes).size() == 1);
  rows.check_identity(spilled);
}

TEST_CASE("rows of every size are part of a state's identity") {
  constexpr std::size_t row_overhead_bytes = 2 * sizeof(std::uint64_t) + 7;  // with the key
  const auto value_bytes = GENERATE(std::size_t{0}, std::size_t{1}, std::size_t{245},
                                    row_piece_bytes - row_overhead_bytes,
                                    row_piece_bytes - row_overhead_bytes + 1, 2 * row_piece_bytes);
  const std::size_t count = value_bytes < 1'000 ? 30'000 : 40;
  const KnownRows rows = ascending_rows(count, value_bytes);
  rows.check_identity(rows.sort(Keep::newest, ample_memory_bytes));
}

TEST_CASE("small and large rows side by side make one identity") {
  KnownRows rows = random_rows(7, 20'000);
  std::mt19937 random(8);
  for (Version i = 0; i < 30; ++i) {
    rows.add({random_key(random) + "-large", 301 + i, std::string(random() % 900'000, 'L')});
  }
  rows.check_identity(rows.sort(Keep::newest, ample_memory_bytes));
}

TEST_CASE("a state without rows has an identity") {
  KnownRows rows;
  rows.check_identity(rows.sort(Keep::newest, ample_memory_bytes));
  rows.add({"gone", 1, std::nullopt});
  rows.check_identity(rows.sort(Keep::newest, ample_memory_bytes));
}

TEST_CASE("who asks to stop is heard while a state's identity is found") {
  const auto memory_bytes = GENERATE(smallest_memory_bytes, ample_memory_bytes);
  bool stop = false;
  const SortedRecords sorted =
      ascending_rows(30'000, 245).sort(Keep::newest, memory_bytes, [&stop] { return stop; });
  stop = true;
  const auto identity = identify(sorted);
  REQUIRE_FALSE(identity);
  CHECK(identity.error().code == ErrorCode::interrupted);
}

TEST_CASE("only the thread that wants a state's identity asks whether to stop") {
  std::set<std::thread::id> askers;
  const SortedRecords sorted =
      ascending_rows(60'000, 20).sort(Keep::newest, ample_memory_bytes, [&] {
        askers.insert(std::this_thread::get_id());
        return false;
      });
  REQUIRE(identify(sorted));
  CHECK(askers == std::set{std::this_thread::get_id()});
}
