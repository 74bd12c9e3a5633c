// The keys that a damaged snapshot does not vouch for. A snapshot's keys ascend, so what was lost
// between two entries had keys between theirs; a key outside every gap that has no entry was
// deleted. For keys inside one, the log's commits at or below `covered` are not hidden: they may be
// all that is left of them. The entry right before a damage and entries that are themselves
// uncertain lie inside the gap, too: the log's record of such a key is at least as good.
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
  void on_entry(ByteView key, bool uncertain) {
    if (uncertain) {
      on_damage();
      return;
    }
    if (is_open_) gaps_.push_back({last_, std::string(key)});
    is_open_ = false;
    if (!last_) last_.emplace();
    last_->assign(key);  // reuses its memory
  }
  void on_damage() noexcept { is_open_ = true; }
  void finish() {
    if (is_open_) gaps_.push_back({last_, std::nullopt});
    is_open_ = false;
  }

  [[nodiscard]] bool empty() const noexcept { return gaps_.empty(); }
  [[nodiscard]] bool contains(ByteView key) const {
    const auto behind = std::ranges::partition_point(
        gaps_, [key](const Gap& gap) { return gap.to && ByteView(*gap.to) <= key; });
    return behind != gaps_.end() && (!behind->from || *behind->from <= key);
  }

 private:
  struct Gap {
    std::optional<std::string> from;  // inclusive; none: from the first key on
    std::optional<std::string> to;    // exclusive; none: to the last key
  };

  std::vector<Gap> gaps_;            // ascending by `to`
  std::optional<std::string> last_;  // key of the last certain entry
  bool is_open_ = false;
};

}  // namespace persist
