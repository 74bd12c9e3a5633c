// The keys that a damaged snapshot says nothing about. A snapshot's keys ascend, so what was lost
// between two entries had keys between theirs; a key outside every gap that has no entry was
// deleted. For keys inside one, the log's commits at or below `covered` are not hidden: they may be
// all that is left of them.
#pragma once

#include <algorithm>
#include <optional>
#include <persist/formats/bytes.hpp>
#include <string>
#include <vector>

namespace persist {

// Told what the snapshot reader yields, in file order. Memory: two keys a gap.
class KeyGaps {
 public:
  void on_entry(ByteView key) {
    if (is_open_) {
      gaps_.push_back({last_key_, std::string(key)});
      is_open_ = false;
    }
    last_key_ = std::string(key);
  }
  // An entry that is not to be used counts as damage, too.
  void on_damage() noexcept { is_open_ = true; }
  void finish() {
    if (is_open_) gaps_.push_back({last_key_, std::nullopt});
    is_open_ = false;
  }

  [[nodiscard]] bool empty() const noexcept { return gaps_.empty(); }
  [[nodiscard]] bool contains(ByteView key) const {
    const auto behind = std::ranges::partition_point(
        gaps_, [key](const Gap& gap) { return gap.to && ByteView(*gap.to) <= key; });
    return behind != gaps_.end() && (!behind->from || *behind->from < key);
  }

 private:
  struct Gap {
    std::optional<std::string> from;  // exclusive; none: from the first key on
    std::optional<std::string> to;    // exclusive; none: to the last key
  };

  std::vector<Gap> gaps_;  // ascending, apart
  std::optional<std::string> last_key_;
  bool is_open_ = false;
};

}  // namespace persist
