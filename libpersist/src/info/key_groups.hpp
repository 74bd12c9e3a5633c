// Sums live keys up in groups. Keys come ascending, so a group's keys come one after the other and
// no more than the largest groups have to be remembered.
#pragma once

#include <array>
#include <persist/info.hpp>

namespace persist {

// Groups whose names are the beginnings of keys: one is over when a key begins otherwise, and may
// go on behind one that is a longer beginning of its own ("/", "/a/", and "/" again).
class GroupRanking {
 public:
  explicit GroupRanking(std::size_t max_groups) : max_groups_(max_groups) {}

  void add(ByteView group, std::uint64_t bytes);
  // How many groups there were; after finish().
  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  [[nodiscard]] KeyGroups finish();

 private:
  void close_last();

  std::size_t max_groups_;
  std::vector<KeyGroup> open_;  // each begins with the one before it
  std::uint64_t count_ = 0;
  std::vector<KeyGroup> kept_;  // a heap, the least first
  KeyGroups groups_;
};

// By prefix, at several depths at once: up to the first separator, the second, and so on. A key
// without a separator is grouped by its first byte.
class PrefixGroups {
 public:
  explicit PrefixGroups(std::size_t max_groups);

  void add(ByteView key, std::uint64_t bytes);
  // Of the least depth at which there is more than one group, else of the first.
  [[nodiscard]] KeyGroups finish();

 private:
  static constexpr std::size_t depths = 4;
  std::vector<GroupRanking> rankings_;
};

}  // namespace persist
