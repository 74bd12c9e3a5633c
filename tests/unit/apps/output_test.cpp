#include "output/progress.hpp"
#include "output/reverse_spool.hpp"
#include "output/table.hpp"
#include "support/catch.hpp"
#include "unit/apps/string_stream.hpp"

using namespace persist;
using namespace persist::app;

namespace {

std::string reversed(std::size_t rows, std::size_t memory_bytes) {
  ReverseSpool spool(posix_file_system(), "/tmp", memory_bytes);
  for (std::size_t i = 0; i < rows; ++i) REQUIRE(spool.add("row " + std::to_string(i) + "\n"));
  StringStream out;
  REQUIRE(spool.write_to(out));
  REQUIRE(out.finish());
  return out.text;
}

Progress::State state_of(std::uint64_t total_bytes) {
  return {"verify db", total_bytes, {}, {}, false};
}

}  // namespace

TEST_CASE("columns line up by what is seen, not by bytes") {
  Table table({Align::left, Align::right});
  table.add({"é", "1"});
  table.add({coloured("ab", Colour::red, true), "100"});
  CHECK(table.to_string("  ") == "  é     1\n  \x1b[31mab\x1b[0m  100\n");
}

TEST_CASE("rows come back last first, from memory or from a file") {
  CHECK(reversed(3, 1 << 20) == "row 2\nrow 1\nrow 0\n");
  CHECK(reversed(0, 1 << 20).empty());
  CHECK(reversed(1000, 64) == reversed(1000, 1 << 20));
}

TEST_CASE("a progress line has share, rate and time left") {
  CHECK(progress_line(state_of(4 << 20), 1 << 20, 2) ==
        "verify db: 25% of 4.0 MiB, 512.0 KiB/s, 6 s left");
  CHECK(progress_line(state_of(0), 1 << 20, 1) == "verify db: 1.0 MiB, 1.0 MiB/s");
  CHECK(progress_line(state_of(10), 0, 1) == "verify db: 0% of 10 B, starting");
}

TEST_CASE("a progress bar fits the terminal") {
  for (const std::size_t width : {20U, 60U, 80U, 200U}) {
    const std::string bar = progress_bar(state_of(4 << 20), 2 << 20, 2, width);
    CAPTURE(width, bar);
    CHECK((display_width(bar) <= width || bar.find('[') == std::string::npos));
  }
  CHECK(progress_bar(state_of(4 << 20), 2 << 20, 2, 80).find("[####") != std::string::npos);
}
