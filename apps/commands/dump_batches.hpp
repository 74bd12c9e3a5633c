// Rows on their way out: one thread walks over the state, others format what it has gathered.
#pragma once

#include <deque>
#include <future>
#include <vector>

#include "commands/dump_rows.hpp"
#include "output/stream.hpp"

namespace persist::app {

// Copies of rows, so that the state may go on meanwhile.
class RowBatch {
 public:
  void add(const DumpRow& row);
  [[nodiscard]] std::size_t size_bytes() const noexcept {
    return bytes_.size() + items_.size() * sizeof(Item);
  }
  [[nodiscard]] std::string format(const DumpRowWriter& writer) const;

 private:
  struct Item {
    std::size_t key_bytes;
    std::optional<std::size_t> value_bytes;
    std::size_t record_bytes;
    Version version;
  };
  std::string bytes_;  // of each row key, value and record
  std::vector<Item> items_;
};

// Puts rows out in the order in which they come.
class RowFormatter {
 public:
  // Both outlive it.
  RowFormatter(const DumpRowWriter& writer, OutputStream& out);

  void add(const DumpRow& row);
  void finish();

 private:
  void hand_over();
  void put_out_oldest();

  const DumpRowWriter& writer_;
  OutputStream& out_;
  RowBatch batch_;
  std::deque<std::future<std::string>> under_way_;
  std::size_t max_under_way_;
};

}  // namespace persist::app
