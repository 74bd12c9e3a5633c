#include "engine/scan.hpp"

namespace persist::engine {
namespace {

// The rows of the store that are visible at a version, inside a range, in one direction.
class StoreCursor {
 public:
  StoreCursor(const OrderedStore& store, Version at, const ScanOptions& options)
      : store_(store), at_(at), options_(options) {
    const KeyRange& range = options.range;
    if (is_ascending()) {
      node_ = store.first_from(range.from);
    } else {
      node_ = range.to ? store.last_before(*range.to) : store.last();
    }
    settle();
  }

  [[nodiscard]] bool is_valid() const noexcept { return node_ != nullptr; }
  [[nodiscard]] ByteView key() const noexcept { return node_->key(); }
  [[nodiscard]] std::optional<ByteView> value() const noexcept { return version_->value(); }
  void advance() noexcept {
    step();
    settle();
  }

 private:
  [[nodiscard]] bool is_ascending() const noexcept {
    return options_.direction == Direction::ascending;
  }
  void step() noexcept {
    node_ = is_ascending() ? OrderedStore::after(node_) : store_.before(node_);
  }
  [[nodiscard]] bool is_inside() const noexcept {
    const KeyRange& range = options_.range;
    return is_ascending() ? !range.to || node_->key() < *range.to : node_->key() >= range.from;
  }
  // Moves on to the next key with a value.
  void settle() noexcept {
    for (; node_ != nullptr; step()) {
      if (!is_inside()) {
        node_ = nullptr;
        return;
      }
      version_ = node_->at(at_);
      if (version_ != nullptr && !version_->is_deleted()) return;
    }
  }

  const OrderedStore& store_;
  Version at_;
  const ScanOptions& options_;
  const KeyNode* node_ = nullptr;
  const ValueVersion* version_ = nullptr;
};

// A transaction's writes inside a range, in one direction, deletes included.
class WriteCursor {
 public:
  WriteCursor(const WriteSet& writes, const ScanOptions& options)
      : is_ascending_(options.direction == Direction::ascending),
        first_(writes.map().lower_bound(options.range.from)),
        last_(options.range.to ? writes.map().lower_bound(*options.range.to) : writes.map().end()) {
    const bool is_reversed = options.range.to && *options.range.to <= options.range.from;
    if (is_reversed) last_ = first_;
  }

  [[nodiscard]] bool is_valid() const noexcept { return first_ != last_; }
  [[nodiscard]] ByteView key() const noexcept { return current()->first; }
  [[nodiscard]] std::optional<ByteView> value() const noexcept {
    return current()->second->value();
  }
  void advance() noexcept {
    is_ascending_ ? static_cast<void>(++first_) : static_cast<void>(--last_);
  }

 private:
  [[nodiscard]] WriteSet::Map::const_iterator current() const noexcept {
    return is_ascending_ ? first_ : std::prev(last_);
  }

  bool is_ascending_;
  WriteSet::Map::const_iterator first_;
  WriteSet::Map::const_iterator last_;
};

// Both, merged: a written key hides the stored one.
class MergedCursor {
 public:
  MergedCursor(const OrderedStore& store, Version at, const WriteSet& writes,
               const ScanOptions& options)
      : is_ascending_(options.direction == Direction::ascending),
        stored_(store, at, options),
        written_(writes, options) {
    settle();
  }

  [[nodiscard]] bool is_valid() const noexcept { return stored_.is_valid() || written_.is_valid(); }
  [[nodiscard]] ByteView key() const noexcept {
    return on_written_ ? written_.key() : stored_.key();
  }
  [[nodiscard]] ByteView value() const noexcept {
    return on_written_ ? *written_.value() : *stored_.value();
  }
  void advance() noexcept {
    step();
    settle();
  }

 private:
  void step() noexcept {
    if (!on_written_) {
      stored_.advance();
      return;
    }
    if (stored_.is_valid() && stored_.key() == written_.key()) stored_.advance();
    written_.advance();
  }
  // Chooses the side that comes first, and skips deletes of this transaction.
  void settle() noexcept {
    for (; is_valid(); step()) {
      on_written_ = written_.is_valid() && (!stored_.is_valid() || comes_first());
      if (!on_written_ || written_.value()) return;
    }
  }
  [[nodiscard]] bool comes_first() const noexcept {
    return is_ascending_ ? written_.key() <= stored_.key() : written_.key() >= stored_.key();
  }

  bool is_ascending_;
  StoreCursor stored_;
  WriteCursor written_;
  bool on_written_ = false;
};

ScannedRange whole_range(const ScanOptions& options) {
  const KeyRange& range = options.range;
  return {std::string(range.from), range.to ? std::optional<std::string>(*range.to) : std::nullopt};
}

}  // namespace

ScannedRange scan(const OrderedStore& store, Version at, const WriteSet& writes,
                  const ScanOptions& options, const Transaction::Visitor& visitor) {
  ScannedRange looked_at = whole_range(options);
  if (options.limit == 0) {
    looked_at.to = looked_at.from;
    return looked_at;
  }
  std::uint64_t row = 0;
  for (MergedCursor cursor(store, at, writes, options); cursor.is_valid(); cursor.advance()) {
    if (row++ < options.skip) continue;
    const bool is_last = options.limit && row - options.skip == *options.limit;
    if (visitor(cursor.key(), cursor.value()) && !is_last) continue;
    if (options.direction == Direction::ascending) {
      looked_at.to = std::string(cursor.key()) + '\0';  // the smallest key behind it
    } else {
      looked_at.from = std::string(cursor.key());
    }
    break;
  }
  return looked_at;
}

}  // namespace persist::engine
