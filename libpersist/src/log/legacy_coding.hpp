// How well the bytes of a region go with being part of a value, or with being damage: as sums over
// prefixes, so that any stretch is told in one subtraction. In bits, against bytes that could be
// any.
#pragma once

#include <persist/formats/bytes.hpp>
#include <vector>

#include "log/legacy_model.hpp"

namespace persist::log {

class ByteCoding {
 public:
  ByteCoding(ByteView bytes, const LegacyModel& model);

  // Of [from, to), whatever it is part of.
  [[nodiscard]] float of(std::size_t from, std::size_t to) const {
    return static_cast<float>(sums_[to] - sums_[from]);
  }
  // Whether bytes of another kind begin at `at`: foreign ones, or a run of one byte.
  [[nodiscard]] bool changes_at(std::size_t at) const;

  // Whether foreign bytes that begin behind `from` go on over `end`.
  [[nodiscard]] bool is_overrun(std::size_t from, std::size_t end) const {
    return from < end && end < foreign_.size() && !foreign_[from] && foreign_[end - 1] &&
           foreign_[end];
  }

  static constexpr float change_cost = 16.0F;

 private:
  ByteView bytes_;
  std::vector<double> sums_;
  std::vector<bool> foreign_;
};

}  // namespace persist::log
