// Writes a whole log in the format of one release line, commit by commit: what repair, compact,
// convert, replay and the engine's truncation put into a new file.
#pragma once

#include <functional>
#include <span>
#include <string>

#include <persist/log_reader.hpp>

namespace persist {

class LogBuilder {
 public:
  // Where finished bytes go; called with at most a few MiB at a time.
  using Output = std::function<Result<>(ByteView)>;

  LogBuilder(LogFormat format, Output output);

  // Writes the header of a framed format. Called once, first; legacy logs have none.
  [[nodiscard]] Result<> begin();
  // One commit: records of one version, keys ascending. Error `limit` when a frame cannot hold it.
  [[nodiscard]] Result<> add(std::span<const RecordView> records, std::uint64_t synced_to = 0);
  [[nodiscard]] std::uint64_t size_bytes() const noexcept { return size_bytes_; }

 private:
  LogFormat format_;
  Output output_;
  std::string payload_;
  std::string bytes_;
  std::uint64_t size_bytes_ = 0;
};

}  // namespace persist
