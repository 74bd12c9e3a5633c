#include "unit/engine/history.hpp"

#include <algorithm>
#include <ranges>

namespace persist::test {
namespace {

// What was committed, by key and version.
class Timeline {
 public:
  void add(const HistoryEntry& entry) {
    for (const auto& [key, value] : entry.writes) keys_[key][entry.version] = value;
  }

  [[nodiscard]] std::optional<std::string> at(const std::string& key, Version version) const {
    const auto written = keys_.find(key);
    return written == keys_.end() ? std::nullopt : at(written->second, version);
  }
  [[nodiscard]] std::vector<Row> rows(const ReadOfRange& range, Version version) const {
    std::vector<Row> rows;
    const auto end = keys_.lower_bound(range.to);
    for (auto key = keys_.lower_bound(range.from); key != end; ++key) {
      if (auto value = at(key->second, version)) rows.push_back({key->first, *std::move(value)});
    }
    return rows;
  }
  // Whether the key was written at a version in (after, before).
  [[nodiscard]] bool is_written(const std::string& key, Version after, Version before) const {
    const auto written = keys_.find(key);
    return written != keys_.end() && is_between(written->second, after, before);
  }
  [[nodiscard]] bool is_written(const ReadOfRange& range, Version after, Version before) const {
    return std::any_of(
        keys_.lower_bound(range.from), keys_.lower_bound(range.to),
        [&](const auto& written) { return is_between(written.second, after, before); });
  }

 private:
  using Values = std::map<Version, std::optional<std::string>>;

  static std::optional<std::string> at(const Values& values, Version version) {
    const auto next = values.upper_bound(version);
    return next == values.begin() ? std::nullopt : std::prev(next)->second;
  }
  static bool is_between(const Values& values, Version after, Version before) {
    const auto next = values.upper_bound(after);
    return next != values.end() && next->first < before;
  }

  std::map<std::string, Values> keys_;
};

constexpr Version any_later = ~Version{0};

class Checker {
 public:
  explicit Checker(const std::vector<HistoryEntry>& history) : history_(history) {}

  std::vector<std::string> run() {
    for (const HistoryEntry& entry : history_) {
      if (!has_written(entry)) continue;
      if (!commits_.emplace(entry.version, &entry).second) complain(entry, "has another's version");
      timeline_.add(entry);
    }
    check_order_of_time();
    for (const HistoryEntry& entry : history_) {
      check_reads(entry, entry.read_version, "read what was not there at its version");
      if (has_written(entry)) check_commit(entry);
      if (entry.outcome == Outcome::conflict && !met_another(entry)) {
        complain(entry, "was refused and had met nobody");
      }
    }
    return std::move(broken_);
  }

 private:
  static bool has_written(const HistoryEntry& entry) {
    return entry.outcome == Outcome::committed && !entry.writes.empty();
  }

  void complain(const HistoryEntry& entry, const std::string& what) {
    broken_.push_back("the transaction that read version " + std::to_string(entry.read_version) +
                      " and committed as " + std::to_string(entry.version) + " " + what);
  }

  void check_reads(const HistoryEntry& entry, Version at, const std::string& complaint) {
    for (const ReadOfKey& read : entry.keys) {
      if (timeline_.at(read.key, at) != read.value) complain(entry, complaint + ": " + read.key);
    }
    for (const ReadOfRange& read : entry.ranges) {
      if (timeline_.rows(read, at) != read.rows) {
        complain(entry, complaint + ": " + read.from + " to " + read.to);
      }
    }
  }

  void check_commit(const HistoryEntry& entry) {
    if (entry.version <= entry.read_version) complain(entry, "committed into its past");
    for (const auto& [key, value] : entry.writes) {
      if (timeline_.is_written(key, entry.read_version, entry.version)) {
        complain(entry, "wrote over another's commit that it had not seen: " + key);
      }
    }
    if (entry.isolation != Isolation::serializable) return;
    check_reads(entry, entry.version - 1, "was not the next of its version's order");
  }

  // Whether somebody else's commit, seen by nobody when it began, wrote what it depends on.
  [[nodiscard]] bool met_another(const HistoryEntry& entry) const {
    const auto was_written = [&](const auto& what) {
      return timeline_.is_written(what, entry.read_version, any_later);
    };
    if (std::ranges::any_of(entry.writes | std::views::keys, was_written)) return true;
    if (entry.isolation != Isolation::serializable) return false;
    return std::ranges::any_of(entry.keys, was_written, &ReadOfKey::key) ||
           std::ranges::any_of(entry.ranges, was_written);
  }

  void check_order_of_time() {
    std::vector<const HistoryEntry*> by_beginning;
    std::vector<const HistoryEntry*> by_end;
    for (const HistoryEntry& entry : history_) {
      by_beginning.push_back(&entry);
      if (has_written(entry)) by_end.push_back(&entry);
    }
    std::ranges::sort(by_beginning, {}, &HistoryEntry::began);
    std::ranges::sort(by_end, {}, &HistoryEntry::ended);
    Version newest = 0;
    auto ended = by_end.begin();
    for (const HistoryEntry* const entry : by_beginning) {
      for (; ended != by_end.end() && (*ended)->ended < entry->began; ++ended) {
        newest = std::max(newest, (*ended)->version);
      }
      if (entry->read_version < newest) {
        complain(*entry, "did not see version " + std::to_string(newest) + ", which had returned");
      }
    }
  }

  const std::vector<HistoryEntry>& history_;
  Timeline timeline_;
  std::map<Version, const HistoryEntry*> commits_;
  std::vector<std::string> broken_;
};

}  // namespace

std::vector<std::string> broken_rules(const std::vector<HistoryEntry>& history) {
  return Checker(history).run();
}

}  // namespace persist::test
