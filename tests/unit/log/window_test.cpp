// A window shows what the file holds, whether a piece was read ahead or where it was asked for.
#include "log/window.hpp"

#include <limits>
#include <random>

#include "support/catch.hpp"
#include "support/noise.hpp"
#include "support/string_file.hpp"

namespace {

using namespace persist;
using log::Window;

constexpr std::size_t window_bytes = Window::default_capacity_bytes;
constexpr std::uint64_t all = std::numeric_limits<std::uint64_t>::max();

// As a reader asks: at least `wanted` bytes, or all there are.
void look(Window& window, const std::string& bytes, std::uint64_t offset, std::size_t wanted) {
  const auto view = window.view(offset, wanted);
  REQUIRE(view.has_value());
  const ByteView rest = offset < bytes.size() ? ByteView(bytes).substr(offset) : ByteView{};
  REQUIRE(view->size() >= std::min(wanted, rest.size()));
  REQUIRE(*view == rest.substr(0, view->size()));
}

TEST_CASE("a window that walks through a large file shows its bytes, and where it ends") {
  const std::size_t step = GENERATE(std::size_t{4'000}, std::size_t{230'000}, std::size_t{300'000},
                                    window_bytes, 3 * window_bytes);
  const std::string bytes = test::noise(10 * window_bytes + 17);
  test::StringFile file(bytes);
  const std::uint64_t end = GENERATE(std::uint64_t{10 * window_bytes + 17}, all);
  std::atomic<std::uint64_t> progress = 0;
  Window window(file, end, &progress);
  for (std::uint64_t offset = 0; offset < bytes.size(); offset += step / 2) {
    look(window, bytes, offset, step);
  }
  look(window, bytes, bytes.size() - 1, step);
  CHECK(window.end() == bytes.size());
  CHECK(progress == bytes.size());
}

TEST_CASE("what a window reads again, behind damage, is no progress") {
  const std::string bytes = test::noise(3 * window_bytes);
  test::StringFile file(bytes);
  std::atomic<std::uint64_t> progress = 0;
  Window window(file, bytes.size(), &progress);
  look(window, bytes, 0, 100);
  look(window, bytes, window_bytes, 100);
  look(window, bytes, 0, 100);
  CHECK(progress == 2 * window_bytes);
  look(window, bytes, 2 * window_bytes + 1, 100);
  CHECK(progress == bytes.size());
}

TEST_CASE("a window that walks and jumps shows the file's bytes") {
  const std::string bytes = test::noise(12 * window_bytes);
  test::StringFile file(bytes);
  Window window(file, bytes.size());
  std::mt19937_64 random(GENERATE(1, 2, 3, 4));
  std::uint64_t offset = 0;
  for (int i = 0; i < 3'000; ++i) {
    const auto chosen = random() % 400;
    if (chosen == 0) offset = random() % bytes.size();
    if (chosen == 1) offset -= std::min<std::uint64_t>(offset, random() % 5'000);
    const std::size_t wanted = random() % (chosen == 2 ? 2 * window_bytes : 60'000);
    look(window, bytes, offset, wanted);
    offset += random() % (wanted + 1);
    if (offset > bytes.size()) offset = 0;
  }
}

TEST_CASE("a large file that ends before it should ends the window") {
  const std::string bytes = test::noise(6 * window_bytes + 5);
  test::StringFile file(bytes);
  Window window(file, 9 * window_bytes);
  for (std::uint64_t offset = 0; offset < 9 * window_bytes; offset += window_bytes / 3) {
    look(window, bytes, offset, 100);
  }
  CHECK(window.end() == bytes.size());
}

}  // namespace
