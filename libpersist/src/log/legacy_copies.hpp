// Records behind damage that a value held whose head it took: they read like commits of the log.
#pragma once

#include <vector>

#include "log/legacy_scan.hpp"

namespace persist::log {

// The indexes of such records, ascending: commits behind damage, up to where their versions step
// back, of which one has the version of a whole commit farther behind. No two commits have one, and
// what was moved has left damage where it was. `damages`: the index of the record behind each
// damage, ascending.
[[nodiscard]] std::vector<std::size_t> contradicted_copies(
    const std::vector<PendingRecord>& records, const std::vector<std::size_t>& damages);

}  // namespace persist::log
