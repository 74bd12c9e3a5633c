#include <persist/diff.hpp>
#include <string>
#include <vector>

namespace persist {
namespace {

// A state's rows one after the other, for the asking: some are copied at a time.
class Rows {
 public:
  explicit Rows(const State& state) : state_(state) {}

  struct Row {
    ByteView key;
    VersionedValue value;
  };
  // The row that next() has not passed yet; none at the end.
  [[nodiscard]] Result<std::optional<Row>> peek() {
    if (at_ == ends_.size() && !is_read_) PERSIST_TRY(read_more());
    if (at_ == ends_.size()) return std::nullopt;
    const std::size_t begin = at_ == 0 ? 0 : ends_[at_ - 1].value;
    const ByteView bytes(bytes_);
    const End& end = ends_[at_];
    return Row{bytes.substr(begin, end.key - begin),
               {end.version, bytes.substr(end.key, end.value - end.key)}};
  }
  void next() noexcept { ++at_; }

 private:
  static constexpr std::size_t batch_bytes = std::size_t{1} << 20U;

  // Where a row's key and value end in bytes_.
  struct End {
    std::size_t key = 0;
    std::size_t value = 0;
    Version version = 0;
  };

  Result<> read_more() {
    bytes_.clear();
    ends_.clear();
    at_ = 0;
    is_read_ = true;
    return state_.for_each({from_, std::nullopt}, [this](const KeyState& key) {
      if (bytes_.size() >= batch_bytes) {
        from_.assign(key.key);
        is_read_ = false;
        return false;
      }
      const VersionedValue& newest = key.versions.back();
      bytes_ += key.key;
      const std::size_t key_end = bytes_.size();
      bytes_ += newest.value.value_or(ByteView());
      ends_.push_back({key_end, bytes_.size(), newest.version});
      return true;
    });
  }

  const State& state_;
  std::string bytes_;
  std::vector<End> ends_;
  std::size_t at_ = 0;
  std::string from_;
  bool is_read_ = false;  // to the end
};

// Counts what it hands on.
class Reporter {
 public:
  explicit Reporter(const DifferenceVisitor& visit) : visit_(visit) {}

  bool added(const Rows::Row& after) {
    ++summary_.added;
    return visit_({Change::added, after.key, std::nullopt, after.value});
  }
  bool removed(const Rows::Row& before) {
    ++summary_.removed;
    return visit_({Change::removed, before.key, before.value, std::nullopt});
  }
  bool both(const Rows::Row& before, const Rows::Row& after) {
    if (before.value.value == after.value.value) {
      ++summary_.same;
      return true;
    }
    ++summary_.changed;
    return visit_({Change::changed, before.key, before.value, after.value});
  }
  [[nodiscard]] const DiffSummary& summary() const noexcept { return summary_; }

 private:
  const DifferenceVisitor& visit_;
  DiffSummary summary_;
};

}  // namespace

// A merge of two ascending streams: one is pushed by its state, the other taken batch by batch.
Result<DiffSummary> diff(const State& a, const State& b, const DifferenceVisitor& visit) {
  Reporter reporter(visit);
  Rows later(b);
  Result<> status;
  bool goes_on = true;
  // Reports what only `b` has before `key`; without a key, to the end.
  const auto catch_up = [&](std::optional<ByteView> key) -> Result<std::optional<Rows::Row>> {
    for (;;) {
      PERSIST_TRY_ASSIGN(const auto row, later.peek());
      if (!row || (key && row->key >= *key)) return row;
      goes_on = reporter.added(*row);
      if (!goes_on) return std::nullopt;
      later.next();
    }
  };
  PERSIST_TRY(a.for_each([&](const KeyState& key) {
    const Rows::Row before{key.key, key.versions.back()};
    const auto after = catch_up(key.key);
    if (!after) status = std::unexpected(after.error());
    if (!status || !goes_on) return false;
    const bool is_in_both = *after && (*after)->key == key.key;
    goes_on = is_in_both ? reporter.both(before, **after) : reporter.removed(before);
    if (is_in_both) later.next();
    return goes_on;
  }));
  PERSIST_TRY(status);
  if (goes_on) {
    PERSIST_TRY_ASSIGN(const auto rest, catch_up(std::nullopt));
    static_cast<void>(rest);
  }
  return reporter.summary();
}

}  // namespace persist
