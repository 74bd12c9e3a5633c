#include "output/reverse_spool.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

namespace persist::app {

ReverseSpool::ReverseSpool(FileSystem& files, std::string directory, std::size_t memory_bytes)
    : files_(files), directory_(std::move(directory)), chunk_bytes_(memory_bytes) {}

Result<> ReverseSpool::add(std::string_view row) {
  if (rows_.size() + row_ends_.size() * sizeof(std::size_t) > chunk_bytes_) PERSIST_TRY(spill());
  rows_ += row;
  row_ends_.push_back(rows_.size());
  return {};
}

// The ends of rows follow the rows, so that memory stays the same however many rows there are.
Result<> ReverseSpool::spill() {
  if (!file_) {
    PERSIST_TRY_ASSIGN(file_, files_.create_temporary(directory_));
  }
  const ByteView ends(reinterpret_cast<const char*>(row_ends_.data()),
                      row_ends_.size() * sizeof(std::size_t));
  PERSIST_TRY(file_->write_at(spilled_bytes_, rows_));
  PERSIST_TRY(file_->write_at(spilled_bytes_ + rows_.size(), ends));
  chunks_.push_back({spilled_bytes_, rows_.size(), row_ends_.size()});
  spilled_bytes_ += rows_.size() + ends.size();
  rows_.clear();
  row_ends_.clear();
  return {};
}

void ReverseSpool::write_rows(OutputStream& out) const {
  const std::string_view rows = rows_;
  for (std::size_t i = row_ends_.size(); i > 0 && !out.is_done(); --i) {
    const std::size_t begin = i == 1 ? 0 : row_ends_[i - 2];
    out.write(rows.substr(begin, row_ends_[i - 1] - begin));
  }
}

Result<> ReverseSpool::write_to(OutputStream& out) {
  write_rows(out);
  for (const Chunk& chunk : std::views::reverse(chunks_)) {
    if (out.is_done()) break;
    rows_.resize(chunk.length_bytes);
    row_ends_.resize(chunk.rows);
    const std::span ends(reinterpret_cast<char*>(row_ends_.data()),
                         chunk.rows * sizeof(std::size_t));
    PERSIST_TRY(file_->read_at(chunk.offset, rows_));
    PERSIST_TRY(file_->read_at(chunk.offset + chunk.length_bytes, ends));
    write_rows(out);
  }
  return {};
}

}  // namespace persist::app
