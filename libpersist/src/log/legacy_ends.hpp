// What the last bytes of a record, and those right behind it, say of the record: whether it is
// whole, or has swallowed a part of what follows.
#pragma once

#include "log/legacy_byte_scores.hpp"
#include "log/legacy_candidates.hpp"

namespace persist::log {

// Whether the bytes from `at` on repeat those in front of them.
[[nodiscard]] inline bool repeats_front(ByteView bytes, std::size_t at) {
  return bytes.substr(0, at).ends_with(bytes.substr(at));
}

class RecordEnds {
 public:
  // All of them outlive it.
  RecordEnds(ByteView bytes, const LegacyModel& model, const ByteScores& byte_scores)
      : bytes_(bytes), model_(model), byte_scores_(byte_scores) {}

  // Of the bytes from `at` on, up to a run of one byte.
  [[nodiscard]] bool is_like_values(std::size_t at) const;
  [[nodiscard]] bool is_zeros_at(std::size_t at) const;
  // Null: no record.
  [[nodiscard]] bool is_delete_before_zeros(const Candidate* record) const;
  // Whether the record at `at` has a value of one byte, repeated: by no accident does the run end
  // where the value does.
  [[nodiscard]] bool is_of_one_byte(std::size_t at) const;
  // Whether bytes that no value has go on behind the value's end, and began in front of it. A
  // record's head behind the value is foreign to it as well, and vouches for it.
  [[nodiscard]] bool is_overrun(const Candidate& record) const;

  // In bits. Zeros that go on behind a value's end began in front of it: that value is not whole,
  // unless values often end like that. A delete ends in a zero of its own.
  [[nodiscard]] float cost_of_zeros(const Candidate& record) const;
  // Of damage that does not begin like a record, behind this one or, null, at the region's start:
  // it may have begun in front.
  [[nodiscard]] float unexplained_cost(const Candidate* last) const;

 private:
  [[nodiscard]] bool is_foreign_at(std::size_t at) const;
  // Whether the value holds a record, of any version, that ends where the value does.
  [[nodiscard]] bool ends_with_copy(const Candidate& record) const;

  ByteView bytes_;
  const LegacyModel& model_;
  const ByteScores& byte_scores_;
};

}  // namespace persist::log
