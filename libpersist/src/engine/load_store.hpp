// Fills the store from what the files mean together.
#pragma once

#include <persist/options.hpp>
#include <persist/state.hpp>

#include "engine/change_log.hpp"
#include "engine/ordered_store.hpp"

namespace persist::engine {

// Whether older versions than the newest of a key are of use: to read them, or because the line's
// snapshots hold them.
[[nodiscard]] bool keeps_history(const Options& options) noexcept;

// The oldest version that can be read: before it, a snapshot has forgotten what there was.
[[nodiscard]] Version history_begins_at(const StateSummary& summary) noexcept;

// The store is empty. Error `no_memory`.
[[nodiscard]] Result<> load_store(const State& state, OrderedStore& store, ChangeLog& changes);

}  // namespace persist::engine
