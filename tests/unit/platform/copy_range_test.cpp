#include "platform/copy_range.hpp"

#include "support/catch.hpp"
#include "support/string_file.hpp"
#include "support/temporary_directory.hpp"

using namespace persist;
using namespace persist::test;

namespace {

AtomicFile new_file(const std::string& path) {
  auto file = AtomicFile::create(posix_file_system(), path, "new");
  REQUIRE(file);
  return *std::move(file);
}

}  // namespace

TEST_CASE("a range is copied behind what is there, and its bytes counted") {
  const TemporaryDirectory directory;
  std::string bytes;
  for (int i = 0; i < 3'000'000; ++i) bytes.push_back(static_cast<char>(i % 251));
  StringFile source(bytes);
  AtomicFile target = new_file(directory / "copy");
  std::atomic<std::uint64_t> progress{0};
  REQUIRE(platform::copy_range(source, 5, bytes.size() - 7, target, &progress));
  REQUIRE(platform::copy_range(source, 1, 1, target, &progress));
  REQUIRE(platform::copy_range(source, 0, 2, target, &progress));
  REQUIRE(target.commit());
  CHECK(progress == bytes.size() - 10);
  CHECK(read_file(directory / "copy") == bytes.substr(5, bytes.size() - 12) + bytes.substr(0, 2));
}

TEST_CASE("a file that ends before the range does is not copied") {
  const TemporaryDirectory directory;
  StringFile source("12345");
  AtomicFile target = new_file(directory / "copy");
  const auto copied = platform::copy_range(source, 2, 6, target);
  REQUIRE_FALSE(copied);
  CHECK(copied.error().code == ErrorCode::changed);
  CHECK(copied.error().offset == 5U);
}
