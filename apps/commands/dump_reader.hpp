// Reads what `persist dump` wrote: a header line, rows, an end line.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <persist/formats/bytes.hpp>
#include <persist/result.hpp>
#include <span>
#include <string>

namespace persist::app {

// Fills the span from the front and returns how many bytes it gave; 0 at the end.
using ByteSource = std::function<Result<std::size_t>(std::span<char>)>;

struct ImportedRow {
  std::string key;
  Version version = 0;
  std::optional<std::string> value;  // none: a delete
};

class DumpReader {
 public:
  // `name`: of the source, for messages. A line takes about `max_memory_bytes` at most.
  DumpReader(std::string name, ByteSource source, std::uint64_t max_memory_bytes);
  ~DumpReader();
  DumpReader(const DumpReader&) = delete;
  DumpReader& operator=(const DumpReader&) = delete;

  // Errors: not_a_database when it is no dump, or one without values; those of the source.
  [[nodiscard]] Result<> read_header();
  // The next row, which lives until the next call; null at the end line. Errors: damaged for a line
  // that is no row, a dump without its end line, lines after it, and another number of rows than it
  // says; limit for a line that is too long for the memory.
  [[nodiscard]] Result<const ImportedRow*> next();
  // Once next() gave null.
  [[nodiscard]] const std::string& fingerprint() const noexcept;

  [[nodiscard]] const std::string& name() const noexcept;
  // An error about the row that next() gave last, with its place.
  [[nodiscard]] Error at_row(Error error) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace persist::app
