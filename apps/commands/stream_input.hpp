// Input that can be read once: standard input, a pipe, <(a process).
#pragma once

#include <memory>
#include <span>
#include <string>

#include "commands/command.hpp"

namespace persist::app {

// Whether this is "-", or a path of neither a regular file nor a directory.
[[nodiscard]] bool is_stream(const std::string& name);

// A stream from its start to its end. Standard input stays open, what else was opened is closed.
class InputStream {
 public:
  // `name`: for which is_stream holds. Errors: not_found, permission, io, interrupted.
  [[nodiscard]] static Result<InputStream> open(const std::string& name);
  ~InputStream();
  InputStream(InputStream&& other) noexcept;
  InputStream& operator=(InputStream&&) = delete;
  InputStream(const InputStream&) = delete;
  InputStream& operator=(const InputStream&) = delete;

  // For people: "standard input", or the path.
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  // A regular file that nothing was read of yet.
  [[nodiscard]] bool is_whole_file() const;
  // 0 at the end. Ends with `interrupted` once the command was asked to stop.
  [[nodiscard]] Result<std::size_t> read(std::span<char> into) const;

 private:
  InputStream(int descriptor, std::string name);
  [[nodiscard]] std::unexpected<Error> failed(const char* what) const;
  [[nodiscard]] Result<> wait() const;

  std::string name_;
  int descriptor_ = -1;
};

// A stream as a file that can be read twice and anywhere: itself when standard input is a regular
// file, else a nameless copy in the temporary directory. Errors: as InputStream, io also for what
// is wrong with that directory; no_space.
[[nodiscard]] Result<std::unique_ptr<File>> open_stream(Context& context, const std::string& name);

}  // namespace persist::app
