#include <map>
#include <persist/diff.hpp>
#include <persist/log_builder.hpp>

#include "support/catch.hpp"
#include "support/real_files.hpp"
#include "support/string_file.hpp"

namespace persist {
namespace {

using test::Rows;

State state_of(const Rows& rows, Version first_version = 1) {
  std::string bytes;
  LogBuilder builder(LogFormat::framed_2, [&](ByteView part) -> Result<> {
    bytes += part;
    return {};
  });
  REQUIRE(builder.begin().has_value());
  Version version = first_version;
  for (const auto& [key, value] : rows) {
    const RecordView record{key, version++, value};
    REQUIRE(builder.add({&record, 1}).has_value());
  }
  test::StringFile log(bytes);
  auto state = State::load(posix_file_system(), &log, nullptr, {});
  REQUIRE(state.has_value());
  return *std::move(state);
}

std::vector<std::string> differences(const State& a, const State& b) {
  std::vector<std::string> found;
  const auto summary = diff(a, b, [&](const Difference& difference) {
    found.push_back(std::string(name_of(difference.change)) + " " + std::string(difference.key));
    return true;
  });
  REQUIRE(summary.has_value());
  CHECK(summary->added + summary->removed + summary->changed == found.size());
  return found;
}

TEST_CASE("added, removed and changed keys are told, ascending") {
  const State a = state_of({{"a", "1"}, {"b", "1"}, {"c", "1"}, {"e", "1"}});
  const State b = state_of({{"b", "1"}, {"c", "2"}, {"d", "1"}, {"f", "1"}});
  CHECK(differences(a, b) ==
        std::vector<std::string>{"removed a", "changed c", "added d", "removed e", "added f"});
}

TEST_CASE("the same data under other versions is no difference") {
  const Rows rows{{"a", "1"}, {"b", "2"}};
  CHECK(differences(state_of(rows, 1), state_of(rows, 100)).empty());
}

TEST_CASE("an empty database differs by every key") {
  const State some = state_of({{"", "1"}, {"b", "2"}});
  const State none = state_of({});
  CHECK(differences(none, some) == std::vector<std::string>{"added ", "added b"});
  CHECK(differences(some, none) == std::vector<std::string>{"removed ", "removed b"});
}

TEST_CASE("databases much larger than a batch are compared to their ends") {
  Rows rows;
  for (int i = 0; i < 3000; ++i) rows["key" + std::to_string(i)] = std::string(1500, 'v');
  const State a = state_of(rows);
  rows.erase("key2999");
  rows["key0"] = "other";
  rows["last"] = "new";
  CHECK(differences(a, state_of(rows)) ==
        std::vector<std::string>{"changed key0", "removed key2999", "added last"});
}

TEST_CASE("a visitor that has enough ends the comparison") {
  const State a = state_of({{"a", "1"}});
  const State b = state_of({{"b", "1"}, {"c", "1"}});
  int visited = 0;
  REQUIRE(diff(a, b, [&](const Difference&) { return ++visited < 2; }).has_value());
  CHECK(visited == 2);
}

}  // namespace
}  // namespace persist
