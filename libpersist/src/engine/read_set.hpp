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
  [[nodiscard]] bool contains(ByteView key) const noexcept;
  void clear();

 private:
  struct Range {
    std::string from;
    std::optional<std::string> to;
  };
  std::set<std::string, std::less<>> keys_;
  std::vector<Range> ranges_;
};

}  // namespace persist::engine
