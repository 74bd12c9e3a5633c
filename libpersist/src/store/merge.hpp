// The k-way merge: sorted runs in, one stream out, in which of each key (or of each version of it)
// only the record that counts is left.
#pragma once

#include <persist/result.hpp>
#include <string>
#include <utility>
#include <vector>

#include "store/key_order.hpp"
#include "store/memory_run.hpp"

namespace persist::store {

// Cursor is MemoryCursor or SpilledCursor; the cursors are in order of arrival. Records come out by
// key, then newest version first. The rule (formats/README.md, "Replay"): the greatest version
// wins, of equal versions the last that arrived.
template <class Cursor>
class Merge {
 public:
  Merge(std::vector<Cursor> cursors, Keep keep)
      : cursors_(std::move(cursors)), keep_(keep), is_single_(cursors_.size() == 1) {
    heap_.reserve(cursors_.size());
    for (std::uint32_t i = 0; i < cursors_.size(); ++i) {
      if (cursors_[i].advance()) heap_.push_back({0, i});
    }
    find_common_prefix();
    for (Head& head : heap_) head.word = key_word(cursors_[head.cursor].key(), common_bytes_);
    for (std::size_t i = heap_.size() / 2; i-- > 0;) sift_down(i);
  }

  // Moves to the next record that counts. False at the end, or when a cursor failed.
  [[nodiscard]] bool next() {
    if (!started_) {
      started_ = true;
      return !heap_.empty();
    }
    if (is_single_) return !heap_.empty() && advance_top();
    do {
      remember_top();
      if (!advance_top()) return false;
    } while (is_superseded());
    return true;
  }

  // The record at the top. Its value is read only when asked for.
  [[nodiscard]] Cursor& top() noexcept { return cursors_[heap_.front().cursor]; }

  // What made next() return false early.
  [[nodiscard]] Result<> status() const {
    if constexpr (!Cursor::views_are_stable) {
      for (const Cursor& cursor : cursors_) {
        if (cursor.error()) return std::unexpected(*cursor.error());
      }
    }
    return {};
  }

 private:
  struct Head {
    std::uint64_t word;  // of the key, behind what all keys begin with
    std::uint32_t cursor;
  };

  // Runs are sorted, so what their first and last keys share, all keys share.
  void find_common_prefix() {
    if (heap_.empty()) return;
    const ByteView first = cursors_[heap_.front().cursor].key();
    common_bytes_ = first.size();
    for (const Head& head : heap_) {
      const Cursor& cursor = cursors_[head.cursor];
      common_bytes_ = common_prefix_bytes(first.substr(0, common_bytes_), cursor.key());
      common_bytes_ = common_prefix_bytes(first.substr(0, common_bytes_), cursor.last_key());
    }
  }

  [[nodiscard]] bool is_before(const Head& a, const Head& b) const noexcept {
    if (a.word != b.word) return a.word < b.word;
    const Cursor& left = cursors_[a.cursor];
    const Cursor& right = cursors_[b.cursor];
    const int order = left.key().substr(common_bytes_).compare(right.key().substr(common_bytes_));
    if (order != 0) return order < 0;
    if (left.version() != right.version()) return left.version() > right.version();
    return a.cursor > b.cursor;
  }

  // A binary heap rather than a loser tree: when runs hardly overlap, as with keys that nearly
  // ascend, the top stays the top after two comparisons, however many runs there are.
  void sift_down(std::size_t hole) noexcept {
    const Head moving = heap_[hole];
    for (;;) {
      std::size_t child = 2 * hole + 1;
      if (child >= heap_.size()) break;
      if (child + 1 < heap_.size() && is_before(heap_[child + 1], heap_[child])) ++child;
      if (!is_before(heap_[child], moving)) break;
      heap_[hole] = heap_[child];
      hole = child;
    }
    heap_[hole] = moving;
  }

  [[nodiscard]] bool advance_top() {
    Head& head = heap_.front();
    Cursor& cursor = cursors_[head.cursor];
    if (cursor.advance()) {
      head.word = key_word(cursor.key(), common_bytes_);
    } else {
      if constexpr (!Cursor::views_are_stable) {
        if (cursor.error()) return false;
      }
      heap_.front() = heap_.back();
      heap_.pop_back();
      if (heap_.empty()) return false;
    }
    sift_down(0);
    return true;
  }

  void remember_top() {
    const Cursor& cursor = top();
    before_word_ = heap_.front().word;
    before_version_ = cursor.version();
    if constexpr (Cursor::views_are_stable) {
      before_key_ = cursor.key();
    } else {
      key_copy_.assign(cursor.key());
      before_key_ = key_copy_;
    }
  }

  [[nodiscard]] bool is_superseded() noexcept {
    if (heap_.front().word != before_word_) return false;
    const Cursor& cursor = top();
    return cursor.key() == before_key_ &&
           (keep_ == Keep::newest || cursor.version() == before_version_);
  }

  std::vector<Cursor> cursors_;
  std::vector<Head> heap_;
  std::size_t common_bytes_ = 0;
  Keep keep_;
  bool is_single_;  // one run holds nothing superseded
  bool started_ = false;
  std::uint64_t before_word_ = 0;
  Version before_version_ = 0;
  ByteView before_key_;
  std::string key_copy_;
};

}  // namespace persist::store
