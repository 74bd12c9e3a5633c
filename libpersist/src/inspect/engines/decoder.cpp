#include "inspect/engines/decoder.hpp"

#include <limits>
#include <persist/formats/varint.hpp>

#include "format_text.hpp"

namespace persist::engines {
namespace {

// Longer byte strings are skipped: nobody compares keys of that length.
constexpr std::uint64_t max_kept_length_bytes = Source::capacity();
// A damaged count can announce any number of items, all of them two zero bytes.
constexpr std::size_t max_kept_items = 4096;

Bytes bytes_of(ByteView view) {
  return {view.size(), view};
}

std::optional<Bytes> bytes_of(const std::optional<ByteView>& view) {
  return view ? std::optional(bytes_of(*view)) : std::nullopt;
}

Stop deserialization(const std::string& what) {
  return refusal("Deserialization error: " + what);
}

}  // namespace

#define PERSIST_STEP(target, expression)                             \
  auto PERSIST_CONCAT(step_, __LINE__) = (expression);               \
  if (!PERSIST_CONCAT(step_, __LINE__)) {                            \
    return std::unexpected(PERSIST_CONCAT(step_, __LINE__).error()); \
  }                                                                  \
  target = *std::move(PERSIST_CONCAT(step_, __LINE__))

Record as_engine_record(const formats::RecordView& record) {
  return {bytes_of(record.key), record.version, bytes_of(record.value)};
}

Stop refusal(std::string says) {
  return {Stop::Kind::refuses, std::move(says), std::nullopt};
}

// Whatever decodes whole from what is buffered needs no rule of the engine's; the rest is taken
// apart step by step, as the engine does.
Step<Record> Decoder::take_record() {
  for (const std::size_t wanted : {std::size_t{1}, Source::capacity()}) {
    const ByteView bytes = source_.peek(wanted);
    formats::Cursor cursor(bytes);
    const auto record = formats::take_record(cursor);
    if (record) {
      source_.consume(cursor.position());
      return as_engine_record(*record);
    }
    if (record.error() != formats::DecodeError::truncated) break;
  }
  return take_record_stepwise();
}

Step<Record> Decoder::take_record_stepwise() {
  Record record;
  PERSIST_STEP(record.key, take_bytes(key_));
  PERSIST_STEP(record.version, take_varint(Integer::u64));
  PERSIST_STEP(const bool has_value, take_option());
  if (has_value) {
    PERSIST_STEP(record.value, take_bytes(value_));
  }
  return record;
}

Step<Entry> Decoder::take_entry() {
  for (const std::size_t wanted : {std::size_t{1}, Source::capacity()}) {
    const ByteView bytes = source_.peek(wanted);
    formats::Cursor cursor(bytes);
    const auto key = formats::take_snapshot_entry(cursor, versions_);
    if (key) {
      source_.consume(cursor.position());
      Entry entry{bytes_of(*key), {}, versions_.size()};
      for (const formats::VersionedValue& item : versions_) {
        entry.items.push_back({item.version, bytes_of(item.value)});
      }
      return entry;
    }
    if (key.error() != formats::DecodeError::truncated) break;
  }
  return take_entry_stepwise();
}

Step<Entry> Decoder::take_entry_stepwise() {
  Entry entry;
  PERSIST_STEP(entry.key, take_bytes(key_));
  PERSIST_STEP(entry.count, take_varint(Integer::usize));
  for (std::uint64_t i = 0; i < entry.count; ++i) {
    Entry::Item item;
    PERSIST_STEP(item.version, take_varint(Integer::u64));
    PERSIST_STEP(const bool has_value, take_option());
    if (has_value) {
      PERSIST_STEP(item.value, take_bytes(value_));
      item.value->view.reset();  // the next one takes its place
    }
    if (entry.items.size() == max_kept_items) entry.items.clear();
    entry.items.push_back(item);
  }
  return entry;
}

Step<ByteView> Decoder::take_exactly(std::size_t length) {
  const ByteView bytes = source_.peek(length);
  if (bytes.size() < length) return std::unexpected(missing(length, bytes.size()));
  source_.consume(length);
  return bytes.substr(0, length);
}

Step<std::uint64_t> Decoder::take_varint(Integer integer) {
  // The decoder's fast path, for slices of nine bytes and more, names the wrong type.
  const bool has_fast_path = input_ == Input::slice && source_.peek(9).size() >= 9;
  PERSIST_STEP(const ByteView first, take_exactly(1));
  const auto tag = static_cast<std::uint8_t>(first[0]);
  if (tag <= formats::varint_single_byte_max) return tag;
  if (tag > formats::varint_tag_u64) {
    const std::string_view expected = has_fast_path               ? "U32"
                                      : integer == Integer::usize ? "Usize"
                                                                  : "U64";
    return std::unexpected(
        deserialization(format_text("InvalidIntegerType {{ expected: {}, found: {} }}", expected,
                                    tag == 0xFE ? "U128" : "Reserved")));
  }
  const std::size_t length = tag == formats::varint_tag_u16   ? 2
                             : tag == formats::varint_tag_u32 ? 4
                                                              : 8;
  PERSIST_STEP(const ByteView rest, take_exactly(length));
  std::uint64_t value = 0;
  std::memcpy(&value, rest.data(), length);
  return value;
}

Step<Bytes> Decoder::take_bytes(std::string& storage) {
  PERSIST_STEP(const std::uint64_t length, take_varint(Integer::u64));
  if (input_ == Input::stream) {
    if (const auto allocated = allocate(length); !allocated) {
      return std::unexpected(allocated.error());
    }
  }
  if (length <= max_kept_length_bytes) {
    PERSIST_STEP(const ByteView bytes, take_exactly(static_cast<std::size_t>(length)));
    storage.assign(bytes);
    return Bytes{length, storage};
  }
  const std::uint64_t skipped = source_.skip(length);
  if (skipped < length) return std::unexpected(missing(length, skipped));
  if (length > limits_.slice_bytes) {
    return std::unexpected(refusal("panic: slice length exceeds 4GB limit"));
  }
  return Bytes{length, std::nullopt};
}

Step<bool> Decoder::take_option() {
  PERSIST_STEP(const ByteView byte, take_exactly(1));
  const auto tag = static_cast<std::uint8_t>(byte[0]);
  if (tag > 1) {
    return std::unexpected(
        deserialization(format_text("UnexpectedVariant {{ type_name: \"Option<T>\", "
                                    "allowed: Range {{ min: 0, max: 1 }}, found: {} }}",
                                    tag)));
  }
  return tag == 1;
}

// A declared length is allocated before a byte of it is read.
Step<void> Decoder::allocate(std::uint64_t length) const {
  if (length > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return std::unexpected(refusal("panic: capacity overflow"));
  }
  if (length > limits_.allocation_bytes) {
    return std::unexpected(
        refusal(format_text("abort: memory allocation of {} bytes failed", length)));
  }
  return {};
}

Stop Decoder::missing(std::uint64_t wanted, std::uint64_t there) const {
  if (source_.read_error()) return {Stop::Kind::failed, {}, source_.read_error()};
  if (source_.lz4_error()) {
    return deserialization(format_text(
        "Io {{ inner: Custom {{ kind: Other, error: LZ4Error(\"{}\") }}, additional: {} }}",
        *source_.lz4_error(), wanted));
  }
  if (input_ == Input::slice) {
    return deserialization(format_text("UnexpectedEnd {{ additional: {} }}", wanted - there));
  }
  return {};
}

#undef PERSIST_STEP

}  // namespace persist::engines
