// Sound legacy logs with their commits: read from real files, or written in shapes that are hard
// for readers.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "recovery/random.hpp"

namespace persist::recovery {

struct SoundRecord {
  std::size_t offset = 0;
  std::size_t length = 0;
  std::size_t head_length = 0;  // up to the value's first byte
  std::string key;
  std::uint64_t version = 0;
  std::optional<std::string> value;
};

struct SoundCommit {
  std::size_t first = 0;  // indexes of records
  std::size_t end = 0;
};

struct SoundLog {
  std::string name;
  std::string bytes;
  std::vector<SoundRecord> records;
  std::vector<SoundCommit> commits;

  [[nodiscard]] std::size_t commit_offset(std::size_t i) const {
    return records[commits[i].first].offset;
  }
  [[nodiscard]] std::size_t commit_end(std::size_t i) const {
    const SoundRecord& last = records[commits[i].end - 1];
    return last.offset + last.length;
  }
};

// The records of a legacy log; none when the bytes are not just that.
[[nodiscard]] std::optional<SoundLog> parse_sound_log(std::string name, std::string bytes);

enum class Line { clock, counter };  // 0.18, 0.27
enum class Shape { text, binary, long_keys, random, single, logs, big, words, tables };
struct LogRecipe {
  Line line = Line::clock;
  Shape shape = Shape::text;
  std::size_t commits = 120;
  std::size_t keys = 60;
  std::size_t writers = 1;
};
[[nodiscard]] SoundLog write_sound_log(const LogRecipe& recipe, Random random);
[[nodiscard]] const char* name_of(Shape shape);
[[nodiscard]] const char* name_of(Line line);

}  // namespace persist::recovery
