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

  [[nodiscard]] float as_value(std::size_t from, std::size_t to) const {
    return static_cast<float>(value_[to] - value_[from]);
  }
  // Damage is anything: remains of records, foreign bytes, and changes between them.
  [[nodiscard]] float as_damage(std::size_t from, std::size_t to) const {
    return static_cast<float>(damage_[to] - damage_[from]);
  }

 private:
  std::vector<double> value_;
  std::vector<double> damage_;
};

}  // namespace persist::log
