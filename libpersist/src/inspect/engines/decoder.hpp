// The engines' decoder, failures included: what it makes of bytes, and what it says when it cannot
// go on (formats/README.md, "Primitives"). All four lines use the same one.
#pragma once

#include <persist/formats/snapshot_entry.hpp>

#include "inspect/engines/source.hpp"

namespace persist::engines {

// Why a decoder stopped.
struct Stop {
  enum class Kind {
    end_of_input,  // the input ended: an engine takes that for the end of a file, wherever it is
    refuses,       // the engine returns an error, panics or aborts: `says`
    failed,        // this project could not read: `error`
  };
  Kind kind = Kind::end_of_input;
  std::string says;
  std::optional<Error> error;
};
template <class T>
using Step = std::expected<T, Stop>;

[[nodiscard]] Stop refusal(std::string says);

// A byte string. Those too long to be kept have a length and no view.
struct Bytes {
  std::uint64_t length = 0;
  std::optional<ByteView> view;
};
struct Record {
  Bytes key;
  Version version = 0;
  std::optional<Bytes> value;
};
[[nodiscard]] Record as_engine_record(const formats::RecordView& record);

struct Entry {
  struct Item {
    Version version = 0;
    std::optional<Bytes> value;
  };
  Bytes key;
  std::vector<Item>
      items;  // of a long list only the last ones; values are kept while they are short
  std::uint64_t count = 0;
};

struct Limits {
  // The largest allocation that succeeds, and the longest byte string that the release can hold.
  std::uint64_t allocation_bytes = 0;
  std::uint64_t slice_bytes = UINT64_MAX;
};

enum class Input {
  stream,  // a file: a missing byte is the end of it
  slice,   // a frame's payload: a missing byte is an error
};

// Decodes from `source`. Views live until the next call.
class Decoder {
 public:
  Decoder(Source& source, Input input, const Limits& limits)
      : source_(source), input_(input), limits_(limits) {}

  [[nodiscard]] Step<Record> take_record();
  [[nodiscard]] Step<Entry> take_entry();

 private:
  enum class Integer { u64, usize };

  [[nodiscard]] Step<Record> take_record_stepwise();
  [[nodiscard]] Step<Entry> take_entry_stepwise();
  [[nodiscard]] Step<ByteView> take_exactly(std::size_t length);
  [[nodiscard]] Step<std::uint64_t> take_varint(Integer integer);
  [[nodiscard]] Step<Bytes> take_bytes(std::string& storage);
  [[nodiscard]] Step<bool> take_option();
  [[nodiscard]] Step<void> allocate(std::uint64_t length) const;
  [[nodiscard]] Stop missing(std::uint64_t wanted, std::uint64_t there) const;

  Source& source_;
  Input input_;
  Limits limits_;
  std::vector<formats::VersionedValue> versions_;
  std::string key_;
  std::string value_;
};

}  // namespace persist::engines
