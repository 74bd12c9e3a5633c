#include "rewrite/layout.hpp"

#include <algorithm>
#include <limits>

namespace persist::rewrite {
namespace {

// A record of its own for each version, in a frame of its own, and what surrounds them all.
constexpr std::uint64_t overhead_a_version_bytes = 64;
constexpr std::uint64_t overhead_bytes = std::uint64_t{1} << 20U;

// What is left of a key's versions when all that was past by `keep_from` goes: the one that was
// visible then, and all later ones. A delete that was visible then leaves nothing to see.
std::span<const VersionedValue> retained(std::span<const VersionedValue> versions,
                                         Version keep_from) {
  std::size_t first = 0;
  while (first + 1 < versions.size() && versions[first + 1].version <= keep_from) ++first;
  if (versions[first].version <= keep_from && !versions[first].value) ++first;
  return versions.subspan(first);
}

}  // namespace

KeySource all_keys(const State& state) {
  return [&state](const State::Visitor& visit) { return state.for_each(visit); };
}

KeySource keys_since(KeySource keys, Version keep_from) {
  return [keys = std::move(keys), keep_from](const State::Visitor& visit) {
    return keys([&](const KeyState& key) {
      const auto kept = retained(key.versions, keep_from);
      return kept.empty() || visit({key.key, kept});
    });
  };
}

KeySource newest_only(KeySource keys) {
  return keys_since(std::move(keys), std::numeric_limits<Version>::max());
}

KeySource digested(KeySource keys, DigestBuilder& digest) {
  return [keys = std::move(keys), &digest](const State::Visitor& visit) {
    digest = DigestBuilder();
    return keys([&](const KeyState& key) {
      digest.add(key.key, key.versions);
      return visit(key);
    });
  };
}

std::uint64_t most_bytes_of(const StateSummary& summary) noexcept {
  std::uint64_t bytes = overhead_bytes;
  if (summary.snapshot) {
    bytes += summary.snapshot->decoded_bytes;
    bytes += summary.snapshot->versions * overhead_a_version_bytes;
  }
  if (!summary.log) return bytes;
  return bytes + summary.log->size_bytes + summary.log->records * overhead_a_version_bytes;
}

Result<Survey> survey(const KeySource& keys) {
  DigestBuilder digest;
  std::uint64_t most_bytes = overhead_bytes;
  Version first_loss = std::numeric_limits<Version>::max();
  PERSIST_TRY(keys([&](const KeyState& key) {
    digest.add(key.key, key.versions);
    for (const VersionedValue& version : key.versions) {
      const std::uint64_t value_bytes = version.value ? version.value->size() : 0;
      most_bytes += key.key.size() + value_bytes + overhead_a_version_bytes;
    }
    for (std::size_t i = 0; i < key.versions.size(); ++i) {
      if (i > 0 || !key.versions[i].value) {
        first_loss = std::min(first_loss, key.versions[i].version);
        break;
      }
    }
    return true;
  }));
  return Survey{digest.finish(), first_loss - 1, most_bytes};
}

bool must_renumber(ReleaseLine line, Version clock, Version now_ns) noexcept {
  const auto has_next = [clock](Version limit) { return clock < limit - 1; };
  switch (line) {
    case ReleaseLine::v0_18:
      return clock > now_ns;
    case ReleaseLine::v0_27:
    case ReleaseLine::v1_0:
      return !has_next(version_limit_0_27);
    case ReleaseLine::v1_1:
      return !has_next(version_limit_1_1);
  }
  return false;
}

Layout spread(ReleaseLine line, const Survey& surveyed, Version boundary, Version clock) {
  Layout layout;
  layout.line = line;
  layout.clock = clock;
  layout.cut = snapshot_holds_history(line) ? boundary : std::min(boundary, surveyed.loss_free_cut);
  layout.has_snapshot = layout.cut > 0;
  return layout;
}

Layout whole_snapshot_layout(ReleaseLine line, Version clock,
                             std::optional<std::string> deleted_at_clock) {
  Layout layout;
  layout.line = line;
  layout.clock = clock;
  layout.cut = clock;
  layout.deleted_key = std::move(deleted_at_clock);
  return layout;
}

bool goes_without_log(bool has_log, const Written& written) noexcept {
  return !has_log && written.commits == 0;
}

void renumber(Layout& layout) noexcept {
  layout.renumber = true;
  layout.has_snapshot = false;
  layout.cut = 0;
}

}  // namespace persist::rewrite
