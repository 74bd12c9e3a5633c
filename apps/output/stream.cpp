#include "output/stream.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <utility>

#include "cli/signals.hpp"

namespace persist::app {
namespace {

class DescriptorStream : public OutputStream {
 public:
  DescriptorStream(int descriptor, std::string name)
      : descriptor_(descriptor), name_(std::move(name)) {}

 private:
  Result<bool> put(std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
      if (written >= 0) {
        bytes.remove_prefix(static_cast<std::size_t>(written));
        continue;
      }
      if (errno == EINTR) continue;
      if (errno == EPIPE) return false;
      if (errno == EAGAIN || errno == EWOULDBLOCK) {
        PERSIST_TRY(wait_for_room());
        continue;
      }
      const ErrorCode code = errno == ENOSPC ? ErrorCode::no_space : ErrorCode::io;
      return std::unexpected(Error{code, "cannot write to it", name_, {}, {}, errno});
    }
    return true;
  }

  // Whoever shares the descriptor may have made it one that does not wait: then this does, until
  // there is room or the command was asked to stop, whichever thread the signal reached.
  Result<> wait_for_room() const {
    constexpr int look_at_stop_every_ms = 100;
    pollfd output{descriptor_, POLLOUT, 0};
    while (::poll(&output, 1, look_at_stop_every_ms) == 0) {
      if (stop_requested()) return fail(ErrorCode::interrupted, name_, "interrupted");
    }
    return {};
  }

  bool is_without_reader() const override {
    pollfd output{descriptor_, 0, 0};
    return ::poll(&output, 1, 0) > 0 && (output.revents & (POLLERR | POLLHUP)) != 0;
  }

  int descriptor_;
  std::string name_;  // for people
};

// A device, a pipe or a socket by its path, which nothing may take the place of.
class OpenedStream final : public DescriptorStream {
 public:
  OpenedStream(int descriptor, const std::string& path)
      : DescriptorStream(descriptor, path), owned_(descriptor) {}
  ~OpenedStream() override { ::close(owned_); }

 private:
  int owned_;
};

Result<std::unique_ptr<OutputStream>> open_device(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (descriptor >= 0) return std::make_unique<OpenedStream>(descriptor, path);
  const ErrorCode code = errno == EACCES || errno == EPERM ? ErrorCode::permission : ErrorCode::io;
  return std::unexpected(Error{code, "cannot open it", path, {}, {}, errno});
}

class FileStream final : public OutputStream {
 public:
  explicit FileStream(AtomicFile file) : file_(std::move(file)) {}

 private:
  Result<bool> put(std::string_view bytes) override {
    PERSIST_TRY(file_.append(bytes));
    return true;
  }
  Result<> close() override { return file_.commit(); }

  AtomicFile file_;
};

}  // namespace

void OutputStream::flush() {
  const std::size_t pending = buffer_.size();
  if (!is_done() && pending > 0) {
    const Result<bool> done = put(buffer_);
    if (!done) {
      error_ = done.error();
    } else {
      reader_left_ = !*done;
    }
  }
  size_bytes_ += pending;
  buffer_.clear();
}

Result<> OutputStream::finish() {
  flush();
  if (error_) return std::unexpected(*error_);
  return close();
}

std::unique_ptr<OutputStream> standard_output() {
  return std::make_unique<DescriptorStream>(STDOUT_FILENO, "standard output");
}

Result<std::unique_ptr<OutputStream>> file_stream(FileSystem& files, const std::string& path) {
  if (path == "-") return standard_output();
  std::error_code is_none;
  const std::filesystem::file_status there = std::filesystem::status(path, is_none);
  if (exists(there) && !is_regular_file(there) && !is_directory(there)) return open_device(path);
  // Of a link the file behind it is replaced, and the link stays.
  const std::filesystem::path behind = std::filesystem::canonical(path, is_none);
  auto file = AtomicFile::create(files, is_none ? path : behind.string(), "tmp");
  if (!file) {
    Error error = file.error();
    error.path = path;  // what was asked for, not the temporary file beside it
    return std::unexpected(error);
  }
  return std::make_unique<FileStream>(*std::move(file));
}

}  // namespace persist::app
