#include "platform/permissions.hpp"

#include "support/catch.hpp"

using namespace persist;

namespace {

FileInfo owned(std::uint32_t user, std::uint32_t group, std::uint32_t mode) {
  FileInfo info;
  info.user = user;
  info.group = group;
  info.mode = mode;
  return info;
}

}  // namespace

TEST_CASE("what is made of two files gives nobody a right that one of them does not") {
  const auto mode_of = [](std::uint32_t first, std::uint32_t second, std::uint32_t second_group) {
    return platform::as_private_as(owned(1, 2, first), owned(1, second_group, second))->mode;
  };
  CHECK(mode_of(0644, 0644, 2) == 0644);
  CHECK(mode_of(0600, 0644, 2) == 0600);
  CHECK(mode_of(0644, 0600, 2) == 0600);
  CHECK(mode_of(0640, 0604, 2) == 0600);
  CHECK(mode_of(0664, 0664, 3) == 0604);
}

TEST_CASE("what is made of one file is as private, and its owner's to write") {
  CHECK_FALSE(platform::as_private_as({}, {}));
  const bool is_first = GENERATE(true, false);
  const FileInfo only = owned(1, 2, 0440);
  const auto like =
      is_first ? platform::as_private_as(only, {}) : platform::as_private_as({}, only);
  REQUIRE(like);
  CHECK(like->user == 1);
  CHECK(like->group == 2);
  CHECK(like->mode == 0640);
}
