// A fold over a log that tells its habits (log_ends.hpp). Bounded: it remembers the first keys.
#pragma once

#include <persist/log_reader.hpp>
#include <unordered_set>

#include "inspect/log_ends.hpp"

namespace persist {

class HabitWatch {
 public:
  void add(const Commit& commit);
  [[nodiscard]] const LogHabits& habits() const noexcept { return habits_; }

 private:
  [[nodiscard]] bool is_met_again(const RecordView& record);

  LogHabits habits_;
  std::uint64_t deletes_in_a_row_ = 0;
  std::unordered_set<std::uint64_t> keys_;  // hashes of the first ones
};

}  // namespace persist
