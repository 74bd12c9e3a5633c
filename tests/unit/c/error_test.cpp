#include <cerrno>
#include <cstring>

#include "support/temporary_directory.hpp"
#include "unit/c/c_interface.hpp"

using namespace persist::test;
using Catch::Matchers::Contains;

TEST_CASE("an error says in parts and as a whole what is wrong") {
  const TemporaryDirectory directory;
  std::filesystem::create_directory(directory / "aol.bin");
  persist_database* database = nullptr;
  Failure failure;
  const auto options = logged();
  const persist_code code =
      persist_database_open(directory.path().c_str(), &options, &database, failure.slot());
  CHECK(code == PERSIST_IO);
  CHECK(persist_error_code(failure.get()) == code);
  CHECK(database == nullptr);
  CHECK_THAT(persist_error_message(failure.get()), Contains(directory / "aol.bin"));
  CHECK(persist_error_path(failure.get()) == directory / "aol.bin");
  CHECK(persist_error_os_error(failure.get()) == EISDIR);
  CHECK(persist_error_offset(failure.get()) == -1);
  CHECK(persist_error_advice(failure.get()) == nullptr);
}

TEST_CASE("an error of damage names the place and what to do next") {
  const TemporaryDirectory directory;
  std::string log = read_file(PERSIST_TESTDATA_DIR "/engine-1.1/log-every-fsync-4-writers/aol.bin");
  log[100] ^= 1;  // in a commit that later ones say was synced
  write_file(directory / "aol.bin", log);
  persist_database* database = nullptr;
  Failure failure;
  const auto options = logged();
  REQUIRE(persist_database_open(directory.path().c_str(), &options, &database, failure.slot()) ==
          PERSIST_DAMAGED);
  CHECK(persist_error_path(failure.get()) == directory / "aol.bin");
  CHECK(persist_error_offset(failure.get()) >= 8);
  CHECK(persist_error_offset(failure.get()) <= 100);
  REQUIRE(persist_error_advice(failure.get()) != nullptr);
  CHECK_THAT(persist_error_advice(failure.get()), Contains("repair"));
}

TEST_CASE("NULL stands for no error") {
  CHECK(persist_error_code(nullptr) == PERSIST_OK);
  CHECK(std::string(persist_error_message(nullptr)) == "no error");
  CHECK(persist_error_path(nullptr) == nullptr);
  CHECK(persist_error_advice(nullptr) == nullptr);
  CHECK(persist_error_offset(nullptr) == -1);
  CHECK(persist_error_os_error(nullptr) == 0);
}

TEST_CASE("a success clears the error slot without freeing what was there") {
  const TemporaryDirectory directory;
  const auto database = open(directory.path());
  persist_error* const not_ours = reinterpret_cast<persist_error*>(&errno);
  persist_error* error = not_ours;
  CHECK(persist_database_health(database.get(), &error) == PERSIST_OK);
  CHECK(error == nullptr);
}

TEST_CASE("every code has a name of its own") {
  std::vector<std::string> names;
  for (int code = PERSIST_OK; code <= PERSIST_END; ++code) {
    names.emplace_back(persist_code_name(code));
  }
  std::sort(names.begin(), names.end());
  CHECK(std::adjacent_find(names.begin(), names.end()) == names.end());
  CHECK(std::string(persist_code_name(PERSIST_BUSY)) == "busy");
  CHECK(std::string(persist_code_name(PERSIST_END)) == "end");
  CHECK(std::string(persist_code_name(-1)) == "unknown");
  CHECK(std::string(persist_code_name(1000)) == "unknown");
}

TEST_CASE("every free function takes NULL") {
  persist_database_free(nullptr);
  persist_transaction_free(nullptr);
  persist_cursor_free(nullptr);
  persist_error_free(nullptr);
  persist_text_free(nullptr);
}
