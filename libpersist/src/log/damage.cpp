#include <persist/damage.hpp>

namespace persist {

std::string_view name_of(DamageCode code) noexcept {
  switch (code) {
    case DamageCode::torn_record:
      return "torn-record";
    case DamageCode::damaged_records:
      return "damaged-records";
    case DamageCode::torn_frame:
      return "torn-frame";
    case DamageCode::damaged_frame:
      return "damaged-frame";
    case DamageCode::doubled_header:
      return "doubled-header";
    case DamageCode::missing_header:
      return "missing-header";
    case DamageCode::damaged_header:
      return "damaged-header";
    case DamageCode::newer_format:
      return "newer-format";
    case DamageCode::zero_fill:
      return "zero-fill";
    case DamageCode::trailing_bytes:
      return "trailing-bytes";
    case DamageCode::damaged_entry:
      return "damaged-entry";
    case DamageCode::torn_entry:
      return "torn-entry";
    case DamageCode::entry_order:
      return "entry-order";
    case DamageCode::impossible_entry:
      return "impossible-entry";
    case DamageCode::impossible_version:
      return "impossible-version";
    case DamageCode::damaged_block:
      return "damaged-block";
    case DamageCode::torn_block:
      return "torn-block";
    case DamageCode::content_checksum:
      return "content-checksum";
  }
  return "unknown";
}

}  // namespace persist
