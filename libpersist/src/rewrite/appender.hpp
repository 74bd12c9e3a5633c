// Commits of another log behind those of a database's own, under versions of their own.
#pragma once

#include <persist/fingerprint.hpp>
#include <persist/log_builder.hpp>
#include <persist/replay.hpp>

#include "rewrite/source.hpp"

namespace persist::rewrite {

// What was appended, in a few bytes: compared with what is read back.
class AppendedDigest {
 public:
  void add(std::span<const RecordView> records);
  [[nodiscard]] std::string to_string() const;

 private:
  Fingerprint hash_;
  std::uint64_t commits_ = 0;
  std::string entry_;
};

// The log that is appended to.
struct AppendBase {
  ReleaseLine line = ReleaseLine::v1_1;
  LogFormat format = LogFormat::framed_2;
  bool needs_header = false;  // it has no framed part yet
  std::string log_path;       // for messages
  std::uint64_t log_bytes = 0;
  Version clock = 0;
};
[[nodiscard]] AppendBase append_base_of(const Source& source);

class Appender {
 public:
  Appender(const AppendBase& base, LogBuilder::Output output);

  // The old log's own bytes, first. `log` may be null. Error busy when it got shorter meanwhile.
  [[nodiscard]] Result<> copy(File* log, const RewriteOptions& options);
  // One commit. Error `limit` for a commit that no frame holds, or a version that the engine
  // refuses.
  [[nodiscard]] Result<> append(std::span<const RecordView> records);

  [[nodiscard]] std::uint64_t size_bytes() const noexcept {
    return copied_bytes_ + builder_.size_bytes();
  }
  [[nodiscard]] std::uint64_t commits() const noexcept { return commits_; }
  [[nodiscard]] Version first_version() const noexcept { return first_version_; }
  [[nodiscard]] Version last_version() const noexcept { return last_version_; }
  [[nodiscard]] std::string digest() const { return digest_.to_string(); }

 private:
  const AppendBase& base_;
  LogBuilder::Output output_;
  LogBuilder builder_;
  std::uint64_t copied_bytes_ = 0;
  std::uint64_t commits_ = 0;
  Version first_version_ = 0;
  Version last_version_;
  std::vector<RecordView> records_;
  AppendedDigest digest_;
};

}  // namespace persist::rewrite
