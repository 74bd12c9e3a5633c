// Damage of every kind that has been met, done to a sound log, with the truth of which bytes are
// still where they belong.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "recovery/sound_log.hpp"

namespace persist::recovery {

// A file put together from pieces of the sound one and bytes that are foreign to it.
class DamagedLog {
 public:
  explicit DamagedLog(const SoundLog& log);

  std::string bytes;
  // For each byte, where in the sound log it lies; -1 for a foreign one.
  std::vector<std::int64_t> source;
  // Bytes of the sound log that are no longer in their order; a commit there counts as hit.
  std::vector<bool> moved;

  void remove(std::size_t from, std::size_t to);
  void insert(std::size_t at, std::string_view foreign);
  void overwrite(std::size_t at, std::string_view foreign);
  void cut(std::size_t at) { remove(at, bytes.size()); }
  void swap_ranges(std::size_t a, std::size_t b, std::size_t length);
  void duplicate(std::size_t from, std::size_t to, std::size_t at);
  [[nodiscard]] std::size_t size() const { return bytes.size(); }
};

struct DamageKind {
  std::string_view name;
  void (*apply)(const SoundLog& log, DamagedLog& damaged, Random& random);
};
[[nodiscard]] const std::vector<DamageKind>& damage_kinds();

}  // namespace persist::recovery
