#include "store/record_sorter.hpp"

#include "support/catch.hpp"
#include "support/failing_file_system.hpp"
#include "support/temporary_directory.hpp"
#include "unit/store/random_records.hpp"

using namespace persist;
using namespace persist::test;
using store::Keep;
using store::RecordSorter;
using store::SortedRecords;

namespace {

SortedRecords sort(const std::vector<OwnedRecord>& records, Keep keep, std::uint64_t memory_bytes) {
  TemporaryDirectory directory;
  RecordSorter sorter(posix_file_system(), {memory_bytes, directory.path(), keep, {}});
  for (const OwnedRecord& record : records) REQUIRE(sorter.add(record.view()));
  auto sorted = sorter.finish();
  REQUIRE(sorted);
  CHECK(directory.names().empty());
  return *std::move(sorted);
}

Model::Keys sorted_keys_of(const SortedRecords& sorted, const KeyRange& range = {}) {
  Model::Keys keys;
  std::optional<std::string> before;
  const auto visited = sorted.for_each(range, [&](const KeyState& state) {
    if (before) CHECK(*before < state.key);
    before = state.key;
    auto& versions = keys[std::string(state.key)];
    for (const VersionedValue& version : state.versions) {
      CHECK((versions.empty() || versions.rbegin()->first < version.version));
      auto& value = versions[version.version];
      if (version.value) value = *version.value;
    }
    return true;
  });
  CHECK(visited);
  return keys;
}

std::vector<OwnedRecord> random_records(unsigned seed, std::size_t count, Model& model) {
  std::mt19937 random(seed);
  std::vector<OwnedRecord> records;
  for (std::size_t i = 0; i < count; ++i) {
    records.push_back(random_record(random, random_key(random), 1 + random() % 300));
    model.add(records.back());
  }
  return records;
}

}  // namespace

TEST_CASE("sorted records are those of the model, whether they fit into memory or are spilled") {
  const auto seed = GENERATE(range(1U, 7U));
  const auto memory_bytes = GENERATE(smallest_memory_bytes, 300'000U, ample_memory_bytes);
  Model model;
  const auto records = random_records(seed, 6'000, model);
  CHECK(sorted_keys_of(sort(records, Keep::newest, memory_bytes)) == model.newest());
  CHECK(sorted_keys_of(sort(records, Keep::all_versions, memory_bytes)) == model.history());
}

TEST_CASE("a range of sorted records is that part of the model") {
  const auto memory_bytes = GENERATE(smallest_memory_bytes, ample_memory_bytes);
  Model model;
  const auto records = random_records(99, 6'000, model);
  const SortedRecords sorted = sort(records, Keep::newest, memory_bytes);
  const Model::Keys all = model.newest();
  std::mt19937 random(5);
  for (int i = 0; i < 200; ++i) {
    std::string from = random_key(random);
    std::string to = random_key(random);
    if (to < from) std::swap(from, to);
    CHECK(sorted_keys_of(sorted, {from, to}) ==
          Model::Keys(all.lower_bound(from), all.lower_bound(to)));
    CHECK(sorted_keys_of(sorted, {from, {}}) == Model::Keys(all.lower_bound(from), all.end()));
  }
}

TEST_CASE("what does not fit is spilled, and what fits is not") {
  Model model;
  const auto records = random_records(3, 4'000, model);
  CHECK(sort(records, Keep::newest, ample_memory_bytes).spilled_bytes() == 0);
  CHECK(sort(records, Keep::newest, smallest_memory_bytes).spilled_bytes() > 0);
}

TEST_CASE("keys that ascend, descend, or nearly ascend over many segments come out ascending") {
  const std::string order = GENERATE("ascending", "descending", "nearly");
  constexpr std::uint32_t count = 200'000;
  std::vector<OwnedRecord> records;
  for (std::uint32_t i = 0; i < count; ++i) {
    std::uint32_t number = order == "descending" ? count - i : i;
    if (order == "nearly") number ^= 3U;
    const std::string digits = std::to_string(1'000'000 + number);
    records.push_back({"user:" + digits, 1 + i, "value of " + digits});
  }
  const SortedRecords sorted = sort(records, Keep::newest, ample_memory_bytes);
  std::uint32_t number = order == "descending" ? 1 : 0;
  bool all_there = true;
  REQUIRE(sorted.for_each({}, [&](const KeyState& state) {
    all_there = all_there && state.versions[0].value ==
                                 ByteView("value of " + std::to_string(1'000'000 + number));
    ++number;
    return true;
  }));
  CHECK(all_there);
  CHECK(number == (order == "descending" ? count + 1 : count));
}

TEST_CASE("a key that is overwritten all the time keeps one value") {
  const auto memory_bytes = GENERATE(smallest_memory_bytes, ample_memory_bytes);
  std::vector<OwnedRecord> records;
  for (Version version = 1; version <= 150'000; ++version) {
    records.push_back({"counter", version, std::to_string(version)});
  }
  const SortedRecords sorted = sort(records, Keep::newest, memory_bytes);
  const Model::Keys expected{{"counter", {{150'000, "150000"}}}};
  CHECK(sorted_keys_of(sorted) == expected);
  // A run keeps one record of the key, so hardly anything had to be written.
  CHECK(sorted.spilled_bytes() < 100'000);
}

TEST_CASE("a delete outlives the spilling of its run") {
  std::vector<OwnedRecord> records{{"key", 9, std::nullopt}};
  for (int i = 0; i < 200; ++i) records.push_back({std::to_string(i), 10, std::string(1000, 'v')});
  records.push_back({"key", 5, "old"});
  const SortedRecords sorted = sort(records, Keep::newest, smallest_memory_bytes);
  REQUIRE(sorted.spilled_bytes() > 0);
  CHECK_FALSE(sorted_keys_of(sorted).contains("key"));
}

TEST_CASE("a record larger than the memory is sorted all the same") {
  const std::vector<OwnedRecord> records{{"b", 1, std::string(1'000'000, 'x')},
                                         {std::string(500'000, 'a'), 2, "long key"},
                                         {"b", 2, std::string(900'000, 'y')},
                                         {"c", 3, ""}};
  Model model;
  for (const OwnedRecord& record : records) model.add(record);
  CHECK(sorted_keys_of(sort(records, Keep::all_versions, smallest_memory_bytes)) ==
        model.history());
}

TEST_CASE("no records are no keys") {
  const auto memory_bytes = GENERATE(smallest_memory_bytes, ample_memory_bytes);
  CHECK(sorted_keys_of(sort({}, Keep::newest, memory_bytes)).empty());
}

TEST_CASE("a full temporary directory is an error that names it") {
  TemporaryDirectory directory;
  FailingFileSystem files(posix_file_system());
  files.fail(Call::write, ErrorCode::no_space, GENERATE(0, 3, 20));
  RecordSorter sorter(files, {smallest_memory_bytes, directory.path(), Keep::newest, {}});
  Result<> added;
  for (int i = 0; added && i < 100'000; ++i) {
    added = sorter.add({std::to_string(i), 1, ByteView("some value")});
  }
  REQUIRE_FALSE(added);
  CHECK(added.error().code == ErrorCode::no_space);
  CHECK(added.error().path == directory.path());
  CHECK_FALSE(added.error().advice.empty());
}

TEST_CASE("a temporary directory that is not there is an error that names it") {
  RecordSorter sorter(posix_file_system(),
                      {smallest_memory_bytes, "/nowhere/at/all", Keep::newest, {}});
  Result<> added;
  for (int i = 0; added && i < 100'000; ++i)
    added = sorter.add({std::to_string(i), 1, ByteView("v")});
  REQUIRE_FALSE(added);
  CHECK(added.error().path == "/nowhere/at/all");
}

TEST_CASE("who asks to stop is heard while runs are written and while they are read") {
  TemporaryDirectory directory;
  bool stop = false;
  RecordSorter sorter(posix_file_system(), {smallest_memory_bytes, directory.path(), Keep::newest,
                                            [&stop] { return stop; }});
  for (int i = 0; i < 100'000; ++i) REQUIRE(sorter.add({std::to_string(i), 1, ByteView("v")}));
  auto sorted = sorter.finish();
  REQUIRE(sorted);
  stop = true;
  const auto visited = sorted->for_each({}, [](const KeyState&) { return true; });
  REQUIRE_FALSE(visited);
  CHECK(visited.error().code == ErrorCode::interrupted);
}
