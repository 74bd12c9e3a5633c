// The list of what is lost, kept while a file is read.
#pragma once

#include <persist/repair.hpp>

namespace persist::recover {

// Keys of records, for people: the first few.
template <class Records>
[[nodiscard]] std::vector<std::string> listed_keys(const Records& records) {
  std::vector<std::string> keys;
  for (const auto& record : records) {
    if (keys.size() == max_listed_keys) break;
    keys.emplace_back(record.key);
  }
  return keys;
}

// Collects the losses of one file. What lies side by side and can be one commit is one loss: the
// surviving part of a transaction, and the bytes beside it that swallowed the rest.
class Losses {
 public:
  Losses(RepairPlan& plan, std::size_t max_listed) : plan_(plan), max_listed_(max_listed) {}

  void add(Loss loss);
  // Dense versions show that the last loss took `commits` with it.
  void last_took(std::uint64_t commits);
  // Adds the last one up; nothing may follow.
  void finish();

 private:
  RepairPlan& plan_;
  std::size_t max_listed_;
  std::optional<Loss> last_;
};

}  // namespace persist::recover
