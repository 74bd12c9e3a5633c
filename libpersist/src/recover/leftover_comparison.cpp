#include "recover/leftover_comparison.hpp"

#include <algorithm>

namespace persist::recover {
namespace {

bool begins_with(std::span<const RecordView> whole, std::span<const RecordView> part) {
  if (part.size() >= whole.size()) return false;
  return std::ranges::equal(part, whole.first(part.size()),
                            [](const RecordView& a, const RecordView& b) {
                              return a.key == b.key && a.value == b.value;
                            });
}

}  // namespace

bool Collector::on_commit(const Commit& commit) {
  if (!rules_.keeps(commit)) return true;
  if ((candidates.size() + 1) * sizeof(Candidate) > max_bytes_) {
    is_complete = false;
    return false;
  }
  candidates.push_back(
      {{commit.version, source_, commit.offset, commit.length, commit.format, commit.synced_to},
       hash_records(commit.records),
       commit.records.size()});
  return true;
}

bool Comparer::on_commit(const Commit& commit) {
  settle_suspect(false);
  if (!rules_.keeps(commit)) return true;
  auto same = std::ranges::equal_range(candidates_, commit.version, {},
                                       [](const Candidate& item) { return item.place.version; });
  if (same.empty()) return true;
  const std::uint64_t hash = hash_records(commit.records);
  const auto twin = std::ranges::find(same, hash, &Candidate::hash);
  if (twin == same.end()) {
    suspect(commit, same);
  } else if (!twin->is_known) {
    twin->is_known = true;
    ++shared;
  }
  return status_.has_value();
}

bool Comparer::on_damage(const Damage& damage) {
  settle_suspect(suspect_ && suspect_->part.end() == damage.offset);
  return true;
}

Result<> Comparer::finish() {
  settle_suspect(true);
  return std::move(status_);
}

void Comparer::suspect(const Commit& commit, std::span<Candidate> same) {
  for (Candidate& candidate : same) {
    LateCommit place = candidate.place;
    place.source = 0;
    const auto whole = fetcher_.fetch(place);
    if (!whole) {
      status_ = std::unexpected(whole.error());
      return;
    }
    if (!begins_with(*whole, commit.records)) continue;
    suspect_ = {&candidate, {commit.offset, commit.length, commit.records.size(), commit.trust}};
    return;
  }
  ++conflicts;
}

void Comparer::settle_suspect(bool was_cut) {
  if (!suspect_) return;
  if (was_cut) {
    cut.push_back(*suspect_);
  } else {
    ++conflicts;
  }
  suspect_.reset();
}

}  // namespace persist::recover
