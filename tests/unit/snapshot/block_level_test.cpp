#include "snapshot/block_level.hpp"

#include <lz4hc.h>

#include <catch2/catch.hpp>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

using namespace persist;
using snapshot::BlockLevel;

namespace {

constexpr std::size_t block_bytes = std::size_t{1} << 20U;
constexpr std::size_t blocks = 8;

enum class Content { words, digits, one_sentence, random_bytes };

std::string content_of(Content kind) {
  std::mt19937_64 random(kind == Content::words ? 7 : 8);
  std::vector<std::string> words;
  for (int i = 0; i < 2000; ++i) {
    std::string& word = words.emplace_back();
    for (auto left = 2 + random() % 9; left > 0; --left) {
      word += static_cast<char>('a' + random() % 26);
    }
  }
  std::string bytes;
  while (bytes.size() < blocks * block_bytes) {
    switch (kind) {
      case Content::words:
        bytes += words[random() % words.size()] + ' ';
        break;
      case Content::digits:
        bytes += "\x10key:" + std::to_string(random());
        break;
      case Content::one_sentence:
        bytes += "the same few strings come again and again: " + std::to_string(random() % 100);
        break;
      case Content::random_bytes:
        bytes += static_cast<char>(random());
        break;
    }
  }
  bytes.resize(blocks * block_bytes);
  return bytes;
}

std::vector<int> levels_of(ByteView bytes, int asked) {
  BlockLevel level(asked);
  std::vector<int> levels;
  for (std::size_t at = 0; at < bytes.size(); at += block_bytes) {
    levels.push_back(level.next(bytes.substr(at, block_bytes)));
  }
  return levels;
}

std::size_t compressed_bytes(ByteView bytes) {
  const std::vector<int> levels = levels_of(bytes, 0);
  std::string room(static_cast<std::size_t>(LZ4_compressBound(static_cast<int>(block_bytes))),
                   '\0');
  std::size_t total = 0;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    total += static_cast<std::size_t>(LZ4_compress_HC(bytes.data() + i * block_bytes, room.data(),
                                                      static_cast<int>(block_bytes),
                                                      static_cast<int>(room.size()), levels[i]));
  }
  return total;
}

// Linked blocks of 64 KiB at level 7 (formats/README.md, "LZ4").
std::size_t compressed_bytes_of_the_engine(ByteView bytes) {
  constexpr std::size_t linked_block_bytes = std::size_t{64} << 10U;
  const std::unique_ptr<LZ4_streamHC_t, int (*)(LZ4_streamHC_t*)> stream(LZ4_createStreamHC(),
                                                                         LZ4_freeStreamHC);
  LZ4_resetStreamHC_fast(stream.get(), 7);
  std::string room(2 * linked_block_bytes, '\0');
  std::size_t total = 0;
  for (std::size_t at = 0; at < bytes.size(); at += linked_block_bytes) {
    total += static_cast<std::size_t>(LZ4_compress_HC_continue(
        stream.get(), bytes.data() + at, room.data(), static_cast<int>(linked_block_bytes),
        static_cast<int>(room.size())));
  }
  return total;
}

}  // namespace

TEST_CASE("a level that is asked for is the level of every block") {
  const std::string bytes(3 * block_bytes, 'x');
  CHECK(levels_of(bytes, 3) == std::vector<int>{3, 3, 3});
  CHECK(levels_of(bytes, 12) == std::vector<int>{12, 12, 12});
}

TEST_CASE("levels that LZ4 does not compress highly at are its fast ones") {
  const std::string bytes(2 * block_bytes, 'x');
  CHECK(levels_of(bytes, 1) == std::vector<int>{BlockLevel::fast, BlockLevel::fast});
  CHECK(levels_of(bytes, 2) == std::vector<int>{BlockLevel::fast, BlockLevel::fast});
}

TEST_CASE("by default a snapshot takes at most 1.05 times the bytes of the engine's") {
  const auto kind =
      GENERATE(Content::words, Content::digits, Content::one_sentence, Content::random_bytes);
  CAPTURE(static_cast<int>(kind));
  const std::string bytes = content_of(kind);
  CHECK(static_cast<double>(compressed_bytes(bytes)) <=
        1.05 * static_cast<double>(compressed_bytes_of_the_engine(bytes)));
}

TEST_CASE("by default a level above the lowest is taken only where it has to be") {
  CHECK(levels_of(content_of(Content::random_bytes), 0).front() == 2);
}

TEST_CASE("where one level is too large and the next smaller than needed, blocks take turns") {
  const std::vector<int> levels = levels_of(content_of(Content::words), 0);
  const std::set<int> used(levels.begin(), levels.end());
  REQUIRE(used.size() == 2);
  CHECK(*used.rbegin() == *used.begin() + 1);
}
