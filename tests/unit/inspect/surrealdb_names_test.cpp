#include <persist/surrealdb_names.hpp>

#include "support/catch.hpp"

using namespace persist;
using namespace std::string_literals;

namespace {

SurrealNames learned() {
  SurrealNames names;
  names.learn("/!nsshop\0"s, "\1\1\4shop\0"s);
  names.learn("/*\0\0\0\1!dbmain\0"s, "\1\1\0\4main\0\0\0"s);
  return names;
}

const std::string person_1 = "/*\0\0\0\1*\0\0\0\0*person\0*\2\x80\0\0\0\0\0\0\1"s;

Result<State> load(const std::string& directory) {
  return State::load(posix_file_system(), database_files(PERSIST_TESTDATA_DIR "/" + directory, {}),
                     {});
}

}  // namespace

TEST_CASE("a record is named by namespace, database, table and id") {
  CHECK(learned().record(person_1) == "shop/main/person:1");
  CHECK(learned().table_of_record(person_1) == "shop/main/person");
}

TEST_CASE("numbers stand where no name is known") {
  CHECK(SurrealNames().record(person_1) == "1/0/person:1");
}

TEST_CASE("keys that are no records have no name") {
  CHECK_FALSE(learned().record("/!nsshop\0"s));
  CHECK_FALSE(learned().record("user:000000000001"));
}

TEST_CASE("every record key of a real SurrealDB is encoded as SurrealDB encoded it") {
  for (const std::string directory :
       {"surrealdb-3.0.2/versioned-snapshot", "surrealdb-3.2.4/versioned-snapshot"}) {
    const auto state = load(directory);
    REQUIRE(state);
    std::size_t records = 0;
    const auto walked = state->for_each([&records](const KeyState& key) {
      const auto decoded = formats::decode_surrealdb_key(key.key);
      REQUIRE(decoded);
      if (decoded->kind != formats::SurrealKeyKind::record) return true;
      std::string bytes;
      formats::append_record_key(bytes, *decoded);
      CHECK(bytes == key.key);
      ++records;
      return true;
    });
    REQUIRE(walked);
    CHECK(records == 182);  // as many as SurrealDB itself selects (truth.ndjson)
  }
}

TEST_CASE("names are learned from a state and from its files alike") {
  const auto state = load("surrealdb-3.0.2/snapshot");
  REQUIRE(state);
  SurrealNames from_state;
  REQUIRE(from_state.learn_from(*state));
  CHECK(from_state.record(person_1) == "shop/main/person:1");
  const std::string directory = PERSIST_TESTDATA_DIR "/surrealdb-3.0.2/snapshot/";
  const auto log = posix_file_system().open(directory + "aol.bin", OpenMode::read);
  const auto snapshot = posix_file_system().open(directory + "snapshot.bin", OpenMode::read);
  REQUIRE(log);
  REQUIRE(snapshot);
  const auto from_files = read_surrealdb_names(log->get(), snapshot->get(), {});
  REQUIRE(from_files);
  CHECK(from_files->record(person_1) == "shop/main/person:1");
}
