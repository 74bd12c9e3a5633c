// Fills a CommitMap while a log is read, whose length need not be known.
#pragma once

#include <persist/verify.hpp>

namespace persist {

class CommitMapper {
 public:
  void add(std::uint64_t offset, Version version);
  [[nodiscard]] CommitMap take() noexcept { return std::move(map_); }

 private:
  void halve();

  CommitMap map_{1, {}};
};

}  // namespace persist
