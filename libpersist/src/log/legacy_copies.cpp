#include "log/legacy_copies.hpp"

#include <algorithm>
#include <span>

#include "log/legacy_repeats.hpp"

namespace persist::log {
namespace {

class CopyFinder {
 public:
  CopyFinder(const std::vector<PendingRecord>& records, const std::vector<std::size_t>& damages)
      : records_(records), damages_(damages), runs_(runs_of(records)) {}

  std::vector<std::size_t> find() const {
    std::vector<std::size_t> copies;
    for (std::size_t i = 0; i < runs_.size(); ++i) {
      if (!has_damage(runs_[i].first, runs_[i].first)) continue;
      const std::size_t end = end_of_ascent(i);
      if (!is_contradicted(std::span(runs_).subspan(i, end - i), end)) continue;
      for (std::size_t at = runs_[i].first; at < end_of(runs_[end - 1]); ++at) copies.push_back(at);
      i = end - 1;
    }
    return copies;
  }

 private:
  static std::size_t end_of(const Run& run) { return run.first + run.records; }

  [[nodiscard]] bool has_damage(std::size_t first, std::size_t last) const {
    const auto damage = std::ranges::lower_bound(damages_, first);
    return damage != damages_.end() && *damage <= last;
  }

  [[nodiscard]] std::size_t end_of_ascent(std::size_t i) const {
    for (++i; i < runs_.size(); ++i) {
      if (runs_[i].version < runs_[i - 1].version || has_damage(runs_[i].first, runs_[i].first)) {
        break;
      }
    }
    return i;
  }

  // Whether a whole commit among the runs from `behind` on has the version of one of these.
  [[nodiscard]] bool is_contradicted(std::span<const Run> ascent, std::size_t behind) const {
    const auto is_whole = [this](const Run& run) {
      return end_of(run) < records_.size() && !has_damage(run.first, end_of(run));
    };
    return std::any_of(
        runs_.begin() + static_cast<std::ptrdiff_t>(behind), runs_.end(), [&](const Run& other) {
          return std::ranges::find(ascent, other.version, &Run::version) != ascent.end() &&
                 is_whole(other);
        });
  }

  const std::vector<PendingRecord>& records_;
  const std::vector<std::size_t>& damages_;
  std::vector<Run> runs_;
};

}  // namespace

std::vector<std::size_t> contradicted_copies(const std::vector<PendingRecord>& records,
                                             const std::vector<std::size_t>& damages) {
  return CopyFinder(records, damages).find();
}

}  // namespace persist::log
