#include "snapshot/key_gaps.hpp"

#include "support/catch.hpp"

using persist::KeyGaps;

TEST_CASE("a snapshot without damage has no gap") {
  KeyGaps gaps;
  gaps.on_entry("a", false);
  gaps.on_entry("b", false);
  gaps.finish();
  CHECK(gaps.empty());
  CHECK_FALSE(gaps.contains("aa"));
}

TEST_CASE("damage opens the keys between the entries around it, and the one before it") {
  KeyGaps gaps;
  gaps.on_entry("a", false);
  gaps.on_entry("c", false);
  gaps.on_damage();
  gaps.on_entry("e", false);
  gaps.on_entry("g", false);
  gaps.finish();
  for (const char* key : {"c", "d"}) CHECK(gaps.contains(key));
  for (const char* key : {"", "a", "b", "e", "f", "g", "h"}) CHECK_FALSE(gaps.contains(key));
}

TEST_CASE("an uncertain entry vouches for nothing, itself included") {
  KeyGaps gaps;
  gaps.on_entry("a", false);
  gaps.on_entry("b", false);
  gaps.on_damage();
  gaps.on_entry("d", true);
  gaps.on_entry("f", false);
  gaps.finish();
  for (const char* key : {"b", "c", "d", "e"}) CHECK(gaps.contains(key));
  for (const char* key : {"a", "f", "g"}) CHECK_FALSE(gaps.contains(key));
}

TEST_CASE("two damages with one entry between them are two gaps, and the entry is in one") {
  KeyGaps gaps;
  gaps.on_entry("a", false);
  gaps.on_damage();
  gaps.on_entry("d", false);
  gaps.on_damage();
  gaps.on_entry("g", false);
  gaps.on_entry("i", false);
  gaps.finish();
  for (const char* key : {"a", "b", "d", "f"}) CHECK(gaps.contains(key));
  for (const char* key : {"", "g", "h", "i"}) CHECK_FALSE(gaps.contains(key));
}

TEST_CASE("damage before the first entry opens every key below it, the empty one included") {
  KeyGaps gaps;
  gaps.on_damage();
  gaps.on_entry("m", false);
  gaps.finish();
  CHECK(gaps.contains(""));
  CHECK(gaps.contains("a"));
  CHECK_FALSE(gaps.contains("m"));
  CHECK_FALSE(gaps.contains("z"));
}

TEST_CASE("a snapshot that is cut says nothing about the keys behind its last entry") {
  KeyGaps gaps;
  gaps.on_entry("a", false);
  gaps.on_entry("m", false);
  gaps.on_damage();
  gaps.finish();
  CHECK(gaps.contains("z"));
  CHECK_FALSE(gaps.contains("a"));
}

TEST_CASE("a snapshot of which nothing is left opens every key") {
  KeyGaps gaps;
  gaps.on_damage();
  gaps.finish();
  CHECK(gaps.contains(""));
  CHECK(gaps.contains("z"));
}
