#include "store/spilled_run.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "store/key_order.hpp"

namespace persist::store {
namespace {

constexpr std::uint64_t first_mark_distance_bytes = std::uint64_t{128} << 10U;
constexpr std::size_t max_record_header_bytes = 4 * leb128_max_length_bytes;

}  // namespace

RunWriter::RunWriter(File& file, std::uint64_t offset, std::size_t buffer_bytes,
                     std::size_t mark_bytes)
    : file_(&file),
      buffer_bytes_(buffer_bytes),
      mark_limit_bytes_(mark_bytes),
      mark_distance_bytes_(first_mark_distance_bytes),
      written_(offset) {
  buffer_.reserve(buffer_bytes_);
  run_.offset = offset;
}

Result<> RunWriter::add(const RecordView& record) {
  const std::uint64_t offset = written_ + buffer_.size();
  std::size_t shared = common_prefix_bytes(run_.last_key, record.key);
  if (run_.marks.empty() || offset - run_.marks.back().offset >= mark_distance_bytes_) {
    shared = 0;
    run_.marks.push_back({offset, {}});
    set_mark(record.key);
  }
  char header[max_record_header_bytes];
  char* end = put_leb128(header, shared);
  end = put_leb128(end, record.key.size() - shared);
  end = put_leb128(end, record.value ? record.value->size() + 1 : 0);
  end = put_leb128(end, record.version);
  PERSIST_TRY(write(ByteView(header, static_cast<std::size_t>(end - header))));
  PERSIST_TRY(write(record.key.substr(shared)));
  if (record.value) PERSIST_TRY(write(*record.value));
  run_.last_key.resize(shared);
  run_.last_key.append(record.key.substr(shared));
  return {};
}

// Fills in the mark just added. When marks outgrow their memory every second one goes, and they
// become twice as rare: what is left of a long run is as evenly spread as before.
void RunWriter::set_mark(ByteView key) {
  run_.marks.back().key.assign(key);
  mark_used_bytes_ += sizeof(SpilledRun::Mark) + key.size();
  if (mark_used_bytes_ <= mark_limit_bytes_ || run_.marks.size() < 3) return;
  std::vector<SpilledRun::Mark> kept;
  mark_used_bytes_ = 0;
  for (std::size_t i = 0; i < run_.marks.size(); i += 2) {
    mark_used_bytes_ += sizeof(SpilledRun::Mark) + run_.marks[i].key.size();
    kept.push_back(std::move(run_.marks[i]));
  }
  run_.marks = std::move(kept);
  mark_distance_bytes_ *= 2;
}

Result<> RunWriter::write(ByteView bytes) {
  if (bytes.size() > buffer_bytes_ - buffer_.size()) {
    PERSIST_TRY(flush());
    if (bytes.size() >= buffer_bytes_) {
      PERSIST_TRY(file_->write_at(written_, bytes));
      written_ += bytes.size();
      return {};
    }
  }
  buffer_.append(bytes);
  return {};
}

Result<> RunWriter::flush() {
  PERSIST_TRY(file_->write_at(written_, buffer_));
  written_ += buffer_.size();
  buffer_.clear();
  return {};
}

Result<SpilledRun> RunWriter::finish() {
  PERSIST_TRY(flush());
  run_.length = written_ - run_.offset;
  return std::move(run_);
}

SpilledCursor::SpilledCursor(File& file, const SpilledRun& run, std::size_t buffer_bytes,
                             ByteView from)
    : file_(&file),
      run_(&run),
      offset_(run.offset),
      end_offset_(run.offset + run.length),
      buffer_(MemoryRegion::map(std::max(buffer_bytes, max_record_header_bytes))) {
  if (from.empty()) return;
  // A mark with this very key may be preceded by newer versions of it.
  auto mark = std::ranges::partition_point(
      run.marks, [from](const SpilledRun::Mark& at) { return ByteView(at.key) < from; });
  if (mark != run.marks.begin()) --mark;
  if (mark != run.marks.end()) offset_ = mark->offset;
  while (step()) {
    if (key_ >= from) {
      is_positioned_ = true;
      return;
    }
  }
}

bool SpilledCursor::advance() {
  return std::exchange(is_positioned_, false) || step();
}

bool SpilledCursor::step() {
  if (error_ || !skip_value() || remaining() == 0) return false;
  if (buffer_.data() == nullptr) {
    return fail_with({ErrorCode::no_memory,
                      "the machine has no memory left for reading temporary data", file_->path(),
                      std::nullopt, "let it have more", ENOMEM});
  }
  if (!fill(max_record_header_bytes)) return false;
  // take_leb128 may look further than the run's end, never further than the buffer.
  if (buffer_.size_bytes() - at_ < max_record_header_bytes) {
    move_to_front();
  }
  const char* const header = buffer_.data() + at_;
  const char* position = header;
  const std::uint64_t shared = take_leb128(position);
  const std::uint64_t further = take_leb128(position);
  const std::uint64_t value_tag = take_leb128(position);
  version_ = take_leb128(position);
  const auto header_bytes = static_cast<std::size_t>(position - header);
  has_value_ = value_tag != 0;
  value_length_ = has_value_ ? value_tag - 1 : 0;
  const bool fits = header_bytes <= buffered() && further <= remaining() - header_bytes &&
                    value_length_ <= remaining() - header_bytes - further && shared <= key_.size();
  if (!fits) {
    return fail_with({ErrorCode::io,
                      "a temporary file was changed by somebody else",
                      file_->path(),
                      offset_ - buffered(),
                      {},
                      0});
  }
  at_ += header_bytes;
  key_.resize(shared + further);
  value_is_pending_ = has_value_;
  return take(key_.data() + shared, further);
}

RecordView SpilledCursor::record() {
  RecordView record{key_, version_, std::nullopt};
  if (has_value_ && (!value_is_pending_ || load_value())) record.value = value_;
  return record;
}

bool SpilledCursor::load_value() {
  value_is_pending_ = false;
  if (value_length_ > buffer_.size_bytes()) {
    large_value_.resize(value_length_);
    value_ = large_value_;
    return take(large_value_.data(), value_length_);
  }
  if (!fill(value_length_)) return false;
  value_ = ByteView(buffer_.data() + at_, value_length_);
  at_ += value_length_;
  return true;
}

bool SpilledCursor::skip_value() {
  if (!large_value_.empty()) large_value_ = {};
  if (!std::exchange(value_is_pending_, false)) return true;
  const std::uint64_t in_buffer = std::min<std::uint64_t>(value_length_, buffered());
  at_ += in_buffer;
  offset_ += value_length_ - in_buffer;
  return true;
}

bool SpilledCursor::take(char* into, std::uint64_t length) {
  const std::size_t in_buffer = std::min<std::uint64_t>(length, buffered());
  std::copy_n(buffer_.data() + at_, in_buffer, into);
  at_ += in_buffer;
  return length == in_buffer || read(into + in_buffer, length - in_buffer);
}

void SpilledCursor::move_to_front() noexcept {
  std::copy(buffer_.data() + at_, buffer_.data() + filled_, buffer_.data());
  filled_ = buffered();
  at_ = 0;
}

bool SpilledCursor::fill(std::size_t length) {
  if (buffered() >= length || offset_ == end_offset_) return true;
  move_to_front();
  const std::size_t want =
      std::min<std::uint64_t>(buffer_.size_bytes() - filled_, end_offset_ - offset_);
  if (!read(buffer_.data() + filled_, want)) return false;
  filled_ += want;
  return true;
}

bool SpilledCursor::read(char* into, std::size_t length) {
  const auto got = file_->read_at(offset_, std::span(into, length));
  if (!got) return fail_with(got.error());
  if (*got != length) {
    return fail_with({ErrorCode::io,
                      "a temporary file was cut short by somebody else",
                      file_->path(),
                      offset_ + *got,
                      {},
                      0});
  }
  offset_ += length;
  return true;
}

bool SpilledCursor::fail_with(Error error) {
  error_ = std::make_unique<Error>(std::move(error));
  return false;
}

}  // namespace persist::store
