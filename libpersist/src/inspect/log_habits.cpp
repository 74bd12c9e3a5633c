#include "inspect/log_habits.hpp"

#include <xxhash.h>

#include <algorithm>

namespace persist {
namespace {

constexpr std::size_t remembered_keys = 4096;

bool is_delete(const RecordView& record) {
  return !record.value;
}

}  // namespace

void HabitWatch::add(const Commit& commit) {
  deletes_in_a_row_ = std::ranges::all_of(commit.records, is_delete) ? deletes_in_a_row_ + 1 : 0;
  habits_.most_deletes_in_a_row = std::max(habits_.most_deletes_in_a_row, deletes_in_a_row_);
  if (habits_.has_past) return;
  habits_.has_past = std::ranges::any_of(commit.records, [this](const RecordView& record) {
    return is_delete(record) || is_met_again(record);
  });
  if (habits_.has_past) keys_ = {};
}

bool HabitWatch::is_met_again(const RecordView& record) {
  return keys_.size() < remembered_keys &&
         !keys_.insert(XXH3_64bits(record.key.data(), record.key.size())).second;
}

}  // namespace persist
