#include "log/legacy_ends.hpp"

#include <algorithm>
#include <cmath>

namespace persist::log {
namespace {

// Anywhere in a value, but hardly in one that is as short as this.
constexpr float most_unexplained_cost = 6.0F;
constexpr float short_value_bytes = 8.0F;
// Foreign bytes that began in front would have gone on over the copy that ends where the value
// does.
constexpr float copy_at_end_relief = 5.0F;
constexpr float telling_key_bits = 16.0F;
constexpr float zeros_overrun_cost = 24.0F;
constexpr float like_values_bits = 16.0F;  // what was appended is not; the rest of a value is
constexpr std::size_t zero_run_bytes = 3;
constexpr std::size_t telling_run_bytes = 4;  // of a whole value
constexpr std::size_t longest_head_bytes = 40;

std::size_t value_of(const Candidate& record) {
  return record.at + static_cast<std::size_t>(record.shape.value_at());
}

}  // namespace

bool RecordEnds::is_like_values(std::size_t at) const {
  const auto run = std::ranges::lower_bound(byte_scores_.runs(), at);
  const std::size_t to = run == byte_scores_.runs().end() ? bytes_.size() : *run;
  return byte_scores_.of_fresh(at, to) > like_values_bits;
}

bool RecordEnds::is_zeros_at(std::size_t at) const {
  const ByteView zeros = bytes_.substr(at, zero_run_bytes);
  return zeros.size() == zero_run_bytes && zeros.find_first_not_of('\0') == ByteView::npos;
}

bool RecordEnds::is_delete_before_zeros(const Candidate* record) const {
  if (record == nullptr || record->is_headless || record->shape.has_value) return false;
  return is_zeros_at(record->end());
}

bool RecordEnds::is_of_one_byte(std::size_t at) const {
  RecordShape shape;
  if (parse_record(bytes_.data() + at, bytes_.size() - at, shape) != Parse::whole) return false;
  if (!shape.has_value) return false;
  const std::size_t value_at = at + static_cast<std::size_t>(shape.value_at());
  const std::size_t end = at + static_cast<std::size_t>(shape.length);
  const ByteView value = bytes_.substr(value_at, end - value_at);
  const bool goes_on = end < bytes_.size() && bytes_[end] == bytes_[end - 1];
  return value.size() >= telling_run_bytes && !goes_on &&
         value.find_first_not_of(value.front()) == ByteView::npos;
}

bool RecordEnds::is_overrun(const Candidate& record) const {
  const std::size_t end = record.end();
  if (!record.shape.has_value || record.is_headless || record.shape.value_length == 0) return false;
  if (bytes_[end - 1] == '\0' && is_zeros_at(end)) return false;
  if (!byte_scores_.is_overrun(value_of(record), end)) return false;
  // A head within a value is foreign to it as well.
  return !model_.has_nested_records() ||
         byte_scores_.foreign_in_front(end, longest_head_bytes) >= longest_head_bytes;
}

float RecordEnds::cost_of_zeros(const Candidate& record) const {
  const std::size_t end = record.end();
  if (!record.shape.has_value || !is_zeros_at(end)) return 0.0F;
  if (record.shape.value_length == 0) {
    // Its length is a zero of its own, too: cut right in front of it, of all places in a record?
    const float empty_log2_probability = model_.value_length_evidence(0) - 8.0F;
    const float cut_log2_probability = -std::log2(static_cast<float>(record.shape.length));
    return std::max(0.0F, cut_log2_probability - empty_log2_probability);
  }
  if (bytes_[end - 1] != '\0') return 0.0F;
  const std::size_t value_at = value_of(record);
  const std::size_t zeros = LegacyModel::trailing_zeros(bytes_.substr(value_at, end - value_at));
  return zeros_overrun_cost - model_.trailing_zeros_log2_probability(zeros);
}

bool RecordEnds::is_foreign_at(std::size_t at) const {
  constexpr std::size_t telling_bytes = 8;
  const std::size_t end = std::min(bytes_.size(), at + telling_bytes);
  for (; at < end; ++at) {
    if (!byte_scores_.is_foreign(at)) return false;
  }
  return true;
}

bool RecordEnds::ends_with_copy(const Candidate& record) const {
  constexpr std::size_t looked_at_bytes = 512;
  if (!model_.has_nested_records() || !record.shape.has_value) return false;
  const std::size_t end = record.end();
  for (std::size_t at = std::max(value_of(record), end - std::min(end, looked_at_bytes)); at < end;
       ++at) {
    RecordShape shape;
    if (parse_record(bytes_.data() + at, end - at, shape) != Parse::whole) continue;
    if (shape.length != end - at || !model_.may_have_met_key_length(shape.key_length)) continue;
    const ByteView key =
        bytes_.substr(at + shape.key_at, static_cast<std::size_t>(shape.key_length));
    if (model_.key_evidence(key) > telling_key_bits) return true;
  }
  return false;
}

float RecordEnds::unexplained_cost(const Candidate* last) const {
  if (last == nullptr) return most_unexplained_cost;
  if (is_foreign_at(last->end()) && ends_with_copy(*last)) return -copy_at_end_relief;
  const auto length = static_cast<float>(last->shape.value_length);
  return std::min(std::log2((length + 1.0F) / short_value_bytes), most_unexplained_cost);
}

}  // namespace persist::log
