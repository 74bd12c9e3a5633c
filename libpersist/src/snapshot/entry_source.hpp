// A snapshot's entries as one stream of bytes, wherever they lie: in the file behind its header, or
// in what its LZ4 frame decodes to. The stream may have gaps, where the file is damaged.
#pragma once

#include <optional>
#include <persist/damage.hpp>
#include <persist/result.hpp>
#include <span>

namespace persist::snapshot {

struct FileRange {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

// What a source gives at a time: bytes that go on where the last piece ended, or damage, or the
// end.
struct Piece {
  enum class Kind {
    bytes,
    note,  // damage that takes no bytes away
    gap,   // bytes are missing here: what follows does not continue what came before
    end,
  };
  Kind kind = Kind::end;
  std::size_t length_bytes = 0;
  Damage damage;
};

class EntrySource {
 public:
  EntrySource() = default;
  virtual ~EntrySource() = default;
  EntrySource(const EntrySource&) = delete;
  EntrySource& operator=(const EntrySource&) = delete;

  // Fills `into`, which is not empty, as far as bytes are at hand. Errors: io.
  [[nodiscard]] virtual Result<Piece> read(std::span<char> into) = 0;

  // The whole stream's length, where it is known beforehand.
  [[nodiscard]] virtual std::optional<std::uint64_t> size_bytes() const = 0;
  // Bytes that were not given yet are no more than this: no entry can be longer.
  [[nodiscard]] virtual std::uint64_t most_bytes_left() const = 0;
  // Looks at bytes of the stream far ahead; returns how many there are, 0 where that is not
  // possible.
  [[nodiscard]] virtual Result<std::size_t> peek(std::uint64_t offset, std::span<char> into) = 0;

  // Where in the file the stream's bytes [begin, end) lie, for messages. They were read before and
  // nothing older than the last `forget` is asked for.
  [[nodiscard]] virtual FileRange file_range(std::uint64_t begin, std::uint64_t end) const = 0;
  virtual void forget(std::uint64_t before) = 0;
};

}  // namespace persist::snapshot
