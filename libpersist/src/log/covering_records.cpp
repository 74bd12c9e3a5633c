#include "log/covering_records.hpp"

namespace persist::log {
namespace {

// Of crafted bytes, where every offset reads as a record.
constexpr std::size_t max_heads = 1 << 7;

}  // namespace

void CoveringRecords::keep(const RecordHead& head) {
  if (heads_.size() < max_heads) heads_.push_back(head);
}

}  // namespace persist::log
