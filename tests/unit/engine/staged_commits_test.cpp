#include "engine/staged_commits.hpp"

#include <catch2/catch.hpp>

using namespace persist;
using engine::ChangeLog;
using engine::KeyNode;
using engine::OrderedStore;
using engine::ReadSet;
using engine::StagedCommits;
using engine::WriteSet;

namespace {

WriteSet writes_to(std::initializer_list<ByteView> keys, ByteView value = "value") {
  WriteSet writes;
  for (const ByteView key : keys) REQUIRE(writes.put(key, value));
  return writes;
}

struct Batch {
  OrderedStore store;
  ChangeLog changes{store};
  StagedCommits staged{store, changes};

  void touch(const WriteSet& writes) {
    staged.begin();
    for (const auto& [key, written] : writes.map()) REQUIRE(staged.touch(key, store.seek(key)));
  }
  void add(WriteSet& writes, Version version) {
    touch(writes);
    staged.add(writes, version);
  }
  [[nodiscard]] std::optional<std::string> value_of(ByteView key, Version version) const {
    const KeyNode* const node = store.find(key);
    const auto* const found = node == nullptr ? nullptr : node->at(version);
    return found == nullptr ? std::nullopt : std::optional(std::string(found->value().value()));
  }
};

}  // namespace

TEST_CASE("a staged commit is a rival of who writes one of its keys") {
  Batch batch;
  WriteSet first = writes_to({"a", "b"});
  WriteSet second = writes_to({"c"});
  CHECK_FALSE(batch.staged.writes_any_of(first));
  batch.add(first, 1);
  CHECK_FALSE(batch.staged.writes_any_of(second));
  batch.add(second, 2);
  CHECK(batch.staged.writes_any_of(writes_to({"b", "z"})));
  CHECK(batch.staged.writes_any_of(writes_to({"c"})));
  CHECK_FALSE(batch.staged.writes_any_of(writes_to({"ab"})));
}

TEST_CASE("a staged commit is a rival of who read one of its keys, or a range around it") {
  Batch batch;
  WriteSet writes = writes_to({"k5"});
  batch.add(writes, 1);
  ReadSet key;
  key.add_key("k5");
  ReadSet range;
  range.add_range("k4", "k6");
  ReadSet others;
  others.add_key("k4");
  others.add_range("k6", std::nullopt);
  CHECK(batch.staged.writes_what_was(key));
  CHECK(batch.staged.writes_what_was(range));
  CHECK_FALSE(batch.staged.writes_what_was(others));
  CHECK_FALSE(batch.staged.writes_what_was(ReadSet{}));
}

TEST_CASE("staged commits are in the store, each with its version, once they are applied") {
  Batch batch;
  WriteSet before = writes_to({"b"}, "old");
  batch.add(before, 1);
  batch.staged.apply();
  WriteSet first = writes_to({"a", "b"}, "first");
  WriteSet second = writes_to({"c"}, "second");
  batch.add(first, 2);
  batch.add(second, 3);
  CHECK(batch.value_of("b", 3) == "old");
  CHECK(batch.store.find("a") == nullptr);
  batch.staged.apply();
  CHECK(batch.value_of("a", 2) == "first");
  CHECK(batch.value_of("b", 1) == "old");
  CHECK(batch.value_of("b", 2) == "first");
  CHECK(batch.value_of("c", 2) == std::nullopt);
  CHECK(batch.value_of("c", 3) == "second");
  CHECK(batch.changes.counts().keys == 3);
}

TEST_CASE("applied or dropped commits are nobody's rivals any more") {
  const bool is_applied = GENERATE(false, true);
  Batch batch;
  WriteSet writes = writes_to({"a"});
  batch.add(writes, 1);
  CHECK(batch.staged.writes_any_of(writes_to({"a"})));
  if (is_applied) {
    batch.staged.apply();
  } else {
    batch.staged.drop();
  }
  ReadSet reads;
  reads.add_key("a");
  CHECK_FALSE(batch.staged.writes_any_of(writes_to({"a"})));
  CHECK_FALSE(batch.staged.writes_what_was(reads));
  CHECK((batch.store.find("a") != nullptr) == is_applied);
}

TEST_CASE("a commit that was refused after its keys were touched leaves none to the next") {
  Batch batch;
  WriteSet taken = writes_to({"m"}, "taken");
  batch.add(taken, 1);
  batch.touch(writes_to({"x", "y", "z"}));
  WriteSet next = writes_to({"n"}, "next");
  batch.add(next, 2);
  batch.staged.apply();
  CHECK(batch.value_of("m", 2) == "taken");
  CHECK(batch.value_of("n", 2) == "next");
  CHECK(batch.store.find("x") == nullptr);
  CHECK(batch.changes.counts().keys == 2);
}
