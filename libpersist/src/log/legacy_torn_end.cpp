#include "log/legacy_torn_end.hpp"

namespace persist::log {

std::size_t end_of_data(ByteView bytes) {
  constexpr std::size_t least_zeros = 32;
  const std::size_t end = bytes.find_last_not_of('\0') + 1;  // npos + 1 is 0
  return bytes.size() - end < least_zeros ? bytes.size() : end;
}

std::optional<DamagedHeader> head_of_torn_value(ByteView bytes, std::size_t at,
                                                const LegacyModel& model,
                                                const VersionRanges& expected) {
  const std::size_t data_end = end_of_data(bytes);
  for (const DamagedHeader& head : damaged_headers(bytes.substr(at), model, expected)) {
    if (!head.value_length || !head.version || expected.is_taken(*head.version)) continue;
    const std::size_t value_at = at + head.length;
    if (value_at <= data_end && *head.value_length > data_end - value_at) return head;
  }
  return std::nullopt;
}

bool is_head_torn_at(ByteView bytes, std::size_t at, const LegacyModel& model,
                     const VersionRanges& expected) {
  const std::size_t data_end = end_of_data(bytes);
  if (at >= data_end) return false;
  const std::vector<float> cut = cut_head_evidence(bytes.substr(at), model, expected);
  return cut.size() >= data_end - at && cut[data_end - at - 1] > 0.0F;
}

}  // namespace persist::log
