#include "engine/read_set.hpp"

#include <random>

#include "support/catch.hpp"

using namespace persist;
using engine::ReadSet;

namespace {

struct Range {
  std::string from;
  std::optional<std::string> to;
};

bool lies_in(const std::vector<Range>& ranges, ByteView key) {
  return std::ranges::any_of(ranges, [key](const Range& range) {
    return range.from <= key && (!range.to || key < *range.to);
  });
}

std::string key_of(std::size_t number) {
  return {static_cast<char>('a' + number / 10), static_cast<char>('0' + number % 10)};
}

}  // namespace

TEST_CASE("a settled read set holds exactly the keys of its ranges, in whatever order they came") {
  std::mt19937 random(GENERATE(range(1U, 40U)));
  ReadSet reads;
  std::vector<Range> ranges;
  for (int i = 0; i < 12; ++i) {
    const std::size_t from = random() % 100;
    Range range{key_of(from), key_of(from + random() % 15)};
    if (random() % 60 == 0) range.to.reset();
    reads.add_range(range.from, range.to);
    ranges.push_back(range);
    if (i % 5 != 4) continue;
    reads.settle();  // as a commit does that is tried again
    for (std::size_t number = 0; number < 130; ++number) {
      INFO(key_of(number));
      CHECK(reads.contains(key_of(number)) == lies_in(ranges, key_of(number)));
    }
  }
}

TEST_CASE("a settled read set holds the keys that were read, and none that was not") {
  ReadSet reads;
  reads.settle();
  CHECK_FALSE(reads.contains("a"));
  reads.add_key("a");
  reads.settle();
  CHECK(reads.contains("a"));
  CHECK_FALSE(reads.contains("b"));
}
