#include "commands/stream_input.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

#include "cli/signals.hpp"

namespace persist::app {
namespace {

// Closes what it opened; standard input stays open.
class Source {
 public:
  explicit Source(const std::string& name) : name_(name == "-" ? "standard input" : name) {
    descriptor_ = name == "-" ? STDIN_FILENO : ::open(name.c_str(), O_RDONLY | O_CLOEXEC);
  }
  ~Source() {
    if (descriptor_ > STDIN_FILENO) ::close(descriptor_);
  }
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }

  [[nodiscard]] bool is_whole_file() const {
    struct stat status {};
    return ::fstat(descriptor_, &status) == 0 && S_ISREG(status.st_mode) &&
           ::lseek(descriptor_, 0, SEEK_CUR) == 0;
  }

  // 0 at the end.
  [[nodiscard]] Result<std::size_t> read(std::span<char> into) const {
    for (;;) {
      PERSIST_TRY(wait());
      const ssize_t length = ::read(descriptor_, into.data(), into.size());
      if (length >= 0) return static_cast<std::size_t>(length);
      if (errno != EINTR) return failed();
    }
  }

 private:
  [[nodiscard]] std::unexpected<Error> failed() const {
    return std::unexpected(Error{ErrorCode::io, "cannot read it", name_, {}, {}, errno});
  }

  // Until there is something to read, or the command was asked to stop: whatever thread this is,
  // the signal may have reached another.
  [[nodiscard]] Result<> wait() const {
    constexpr int look_at_stop_every_ms = 100;
    for (;;) {
      if (stop_requested()) return fail(ErrorCode::interrupted, name_, "interrupted");
      pollfd input{descriptor_, POLLIN, 0};
      const int ready = ::poll(&input, 1, look_at_stop_every_ms);
      if (ready > 0) return {};
      if (ready < 0 && errno != EINTR) return failed();
    }
  }

  std::string name_;
  int descriptor_ = -1;
};

// That it cannot be written to is no trouble with the target.
Result<std::unique_ptr<File>> create_copy(Context& context) {
  auto copy = context.files.create_temporary(context.temp_dir());
  if (copy || copy.error().code == ErrorCode::no_space) return copy;
  Error error = copy.error();
  error.code = ErrorCode::io;
  error.advice = "--temp-dir names another directory";
  return std::unexpected(error);
}

Result<std::unique_ptr<File>> copy_of(Context& context, const Source& source) {
  PERSIST_TRY_ASSIGN(auto copy, create_copy(context));
  std::atomic<std::uint64_t> done{0};
  const Progress progress =
      context.progress("reading " + source.name(), 0, [&done] { return done.load(); });
  std::string buffer(std::size_t{1} << 20U, '\0');
  for (;;) {
    PERSIST_TRY_ASSIGN(const std::size_t length, source.read(buffer));
    if (length == 0) return copy;
    PERSIST_TRY(copy->write_at(done, ByteView(buffer).substr(0, length)));
    done += length;
  }
}

}  // namespace

bool is_stream(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

Result<std::unique_ptr<File>> open_stream(Context& context, const std::string& name) {
  const Source source(name);
  if (name == "-" && source.is_whole_file()) {
    if (auto file = context.files.open("/dev/stdin", OpenMode::read)) return file;
  }
  return copy_of(context, source);
}

}  // namespace persist::app
