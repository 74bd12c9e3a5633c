#include "snapshot/key_gaps.hpp"

#include "support/catch.hpp"

using persist::KeyGaps;

TEST_CASE("a snapshot without damage has no gap") {
  KeyGaps gaps;
  gaps.on_entry("a");
  gaps.on_entry("b");
  gaps.finish();
  CHECK(gaps.empty());
  CHECK_FALSE(gaps.contains("aa"));
}

TEST_CASE("damage between two entries opens the keys between theirs and no others") {
  KeyGaps gaps;
  gaps.on_entry("b");
  gaps.on_damage();
  gaps.on_entry("d");
  gaps.on_entry("f");
  gaps.finish();
  CHECK(gaps.contains("c"));
  for (const char* key : {"a", "b", "d", "e", "f", "g"}) CHECK_FALSE(gaps.contains(key));
}

TEST_CASE("damage before the first entry opens every key below it, the empty one included") {
  KeyGaps gaps;
  gaps.on_damage();
  gaps.on_entry("m");
  gaps.finish();
  CHECK(gaps.contains(""));
  CHECK(gaps.contains("a"));
  CHECK_FALSE(gaps.contains("m"));
  CHECK_FALSE(gaps.contains("z"));
}

TEST_CASE("a snapshot that is cut says nothing about the keys behind its last entry") {
  KeyGaps gaps;
  gaps.on_entry("m");
  gaps.on_damage();
  gaps.finish();
  CHECK(gaps.contains("z"));
  CHECK_FALSE(gaps.contains("m"));
  CHECK_FALSE(gaps.contains("a"));
}

TEST_CASE("a snapshot of which nothing is left opens every key") {
  KeyGaps gaps;
  gaps.on_damage();
  gaps.finish();
  CHECK(gaps.contains(""));
  CHECK(gaps.contains("z"));
}
