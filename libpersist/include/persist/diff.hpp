// What differs between two databases, or between one and its past.
#pragma once

#include <array>
#include <functional>
#include <persist/state.hpp>

namespace persist {

enum class Change { added, removed, changed };
[[nodiscard]] constexpr std::string_view name_of(Change change) noexcept {
  constexpr std::array<std::string_view, 3> names{"added", "removed", "changed"};
  return names[static_cast<std::size_t>(change)];
}

// A key that is live in one of the states only, or has different values. Views live until the
// visitor returns.
struct Difference {
  Change change = Change::changed;
  ByteView key;
  std::optional<VersionedValue> before;  // in `a`; none: added
  std::optional<VersionedValue> after;   // in `b`; none: removed
};

struct DiffSummary {
  std::uint64_t added = 0;
  std::uint64_t removed = 0;
  std::uint64_t changed = 0;
  std::uint64_t same = 0;  // whatever their versions: only data counts, as in fingerprints

  [[nodiscard]] bool differ() const noexcept { return added + removed + changed > 0; }
};

// Visits what differs from `a` to `b`, keys ascending; the visitor returns false to stop, and the
// summary then counts what was visited. Both states are loaded without history. Memory: a few MiB,
// or the largest value. Errors: those of State::for_each.
using DifferenceVisitor = std::function<bool(const Difference&)>;
[[nodiscard]] Result<DiffSummary> diff(const State& a, const State& b,
                                       const DifferenceVisitor& visit);

}  // namespace persist
