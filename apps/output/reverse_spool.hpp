// Rows of any number, given back in reverse order, in bounded memory.
#pragma once

#include <memory>
#include <persist/file_system.hpp>
#include <string>
#include <vector>

#include "output/stream.hpp"

namespace persist::app {

class ReverseSpool {
 public:
  // Up to `memory_bytes` stay in memory; the rest goes to a nameless file in `directory`.
  ReverseSpool(FileSystem& files, std::string directory, std::size_t memory_bytes);

  [[nodiscard]] Result<> add(std::string_view row);
  // Writes the rows, the last one first. Stops early when nobody reads them any more.
  [[nodiscard]] Result<> write_to(OutputStream& out);

 private:
  // In the file: rows, then the ends of the rows.
  struct Chunk {
    std::uint64_t offset = 0;
    std::size_t length_bytes = 0;  // of the rows
    std::size_t rows = 0;
  };
  [[nodiscard]] Result<> spill();
  // Those that are in memory.
  void write_rows(OutputStream& out) const;

  FileSystem& files_;
  std::string directory_;
  std::size_t chunk_bytes_;
  std::string rows_;
  std::vector<std::size_t> row_ends_;
  std::unique_ptr<File> file_;
  std::uint64_t spilled_bytes_ = 0;
  std::vector<Chunk> chunks_;
};

}  // namespace persist::app
