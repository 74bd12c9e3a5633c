// What a serializable transaction has read: keys and ranges. It may commit writes only if nothing
// in them was written since it began.
#pragma once

#include <optional>
#include <persist/formats/bytes.hpp>
#include <set>
#include <string>
#include <vector>

namespace persist::engine {

class ReadSet {
 public:
  void add_key(ByteView key);
  // From inclusive, to exclusive; none: to the end. An empty range is ignored.
  void add_range(ByteView from, std::optional<ByteView> to);

  [[nodiscard]] bool is_empty() const noexcept { return keys_.empty() && ranges_.empty(); }
  // Brings the ranges into order, for contains(), where others may wait: a transaction can have
  // scanned thousands.
  void settle() noexcept;
  // Since settle() nothing was added.
  [[nodiscard]] bool contains(ByteView key) const noexcept;
  void clear();

 private:
  struct Range {
    std::string from;
    std::optional<std::string> to;

    // For one that begins no later: whether nothing lies between the two.
    [[nodiscard]] bool reaches(const Range& next) const noexcept { return !to || *to >= next.from; }
  };
  std::set<std::string, std::less<>> keys_;
  std::vector<Range> ranges_;  // once settled: ascending, with something between any two
};

}  // namespace persist::engine
