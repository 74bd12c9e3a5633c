#include "commands/dump_batches.hpp"

#include <algorithm>
#include <memory>
#include <thread>

namespace persist::app {
namespace {

constexpr std::size_t batch_bytes = std::size_t{512} << 10U;
// The walk is what takes longest, so that more would only wait.
constexpr unsigned max_threads = 3;

}  // namespace

void RowBatch::add(const DumpRow& row) {
  Item item{row.key.size(), std::nullopt, row.record.size(), row.version};
  bytes_ += row.key;
  if (row.value) {
    item.value_bytes = row.value->size();
    bytes_ += *row.value;
  }
  bytes_ += row.record;
  items_.push_back(item);
}

std::string RowBatch::format(const DumpRowWriter& writer) const {
  std::string out;
  out.reserve(size_bytes() + size_bytes() / 4);
  ByteView rest = bytes_;
  const auto take = [&rest](std::size_t length) {
    const ByteView taken = rest.substr(0, length);
    rest.remove_prefix(length);
    return taken;
  };
  for (const Item& item : items_) {
    DumpRow row;
    row.key = take(item.key_bytes);
    row.version = item.version;
    if (item.value_bytes) row.value = take(*item.value_bytes);
    row.record = take(item.record_bytes);
    writer.row(out, row);
  }
  return out;
}

RowFormatter::RowFormatter(const DumpRowWriter& writer, OutputStream& out)
    : writer_(writer),
      out_(out),
      max_under_way_(std::clamp(std::thread::hardware_concurrency(), 1U, max_threads)) {}

void RowFormatter::add(const DumpRow& row) {
  batch_.add(row);
  if (batch_.size_bytes() >= batch_bytes) hand_over();
}

void RowFormatter::hand_over() {
  if (under_way_.size() >= max_under_way_) put_out_oldest();
  auto batch = std::make_shared<const RowBatch>(std::exchange(batch_, {}));
  const auto work = [batch = std::move(batch), &writer = writer_] { return batch->format(writer); };
  // Either policy: where no thread is to be had, put_out_oldest() does the work.
  under_way_.push_back(std::async(std::launch::async | std::launch::deferred, work));
}

void RowFormatter::put_out_oldest() {
  out_.write(under_way_.front().get());
  under_way_.pop_front();
}

void RowFormatter::finish() {
  while (!under_way_.empty()) put_out_oldest();
  out_.write(std::exchange(batch_, {}).format(writer_));
}

}  // namespace persist::app
