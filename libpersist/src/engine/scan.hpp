// One ordered walk over the store at a version with a transaction's own writes on top.
#pragma once

#include <functional>
#include <persist/transaction.hpp>

#include "engine/ordered_store.hpp"
#include "engine/write_set.hpp"

namespace persist::engine {

// How far a scan got: all keys it had to look at lie in [from, to).
struct ScannedRange {
  std::string from;
  std::optional<std::string> to;
};

// Calls `visitor` for every row of the options until it returns false; says what was looked at.
ScannedRange scan(const OrderedStore& store, Version at, const WriteSet& writes,
                  const ScanOptions& options, const Transaction::Visitor& visitor);

}  // namespace persist::engine
