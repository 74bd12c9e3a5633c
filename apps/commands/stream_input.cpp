#include "commands/stream_input.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <utility>

#include "cli/signals.hpp"

namespace persist::app {
namespace {

Result<std::unique_ptr<File>> copy_of(Context& context, const InputStream& input) {
  PERSIST_TRY_ASSIGN(auto copy, context.files.create_temporary(context.temp_dir()));
  std::atomic<std::uint64_t> done{0};
  const Progress progress =
      context.progress("reading " + input.name(), 0, [&done] { return done.load(); });
  std::string buffer(std::size_t{1} << 20U, '\0');
  for (;;) {
    PERSIST_TRY_ASSIGN(const std::size_t length, input.read(buffer));
    if (length == 0) return copy;
    PERSIST_TRY(copy->write_at(done, ByteView(buffer).substr(0, length)));
    done += length;
  }
}

}  // namespace

bool is_stream(const std::string& name) {
  struct stat status {};
  return name == "-" || (::stat(name.c_str(), &status) == 0 && !S_ISREG(status.st_mode) &&
                         !S_ISDIR(status.st_mode));
}

Result<InputStream> InputStream::open(const std::string& name) {
  if (name == "-") return InputStream(STDIN_FILENO, "standard input");
  InputStream input(::open(name.c_str(), O_RDONLY | O_CLOEXEC), name);
  if (input.descriptor_ < 0) return input.failed("cannot open it");
  return input;
}

InputStream::InputStream(int descriptor, std::string name)
    : name_(std::move(name)), descriptor_(descriptor) {}
InputStream::InputStream(InputStream&& other) noexcept
    : name_(std::move(other.name_)), descriptor_(std::exchange(other.descriptor_, -1)) {}
InputStream::~InputStream() {
  if (descriptor_ > STDIN_FILENO) ::close(descriptor_);
}

bool InputStream::is_whole_file() const {
  struct stat status {};
  return ::fstat(descriptor_, &status) == 0 && S_ISREG(status.st_mode) &&
         ::lseek(descriptor_, 0, SEEK_CUR) == 0;
}

Result<std::size_t> InputStream::read(std::span<char> into) const {
  for (;;) {
    PERSIST_TRY(wait());
    const ssize_t length = ::read(descriptor_, into.data(), into.size());
    if (length >= 0) return static_cast<std::size_t>(length);
    if (errno != EINTR) return failed("cannot read it");
  }
}

std::unexpected<Error> InputStream::failed(const char* what) const {
  if (errno == EINTR) return fail(ErrorCode::interrupted, name_, "interrupted");
  const bool is_forbidden = errno == EACCES || errno == EPERM;
  const ErrorCode code = is_forbidden      ? ErrorCode::permission
                         : errno == ENOENT ? ErrorCode::not_found
                                           : ErrorCode::io;
  return std::unexpected(Error{code, what, name_, {}, {}, errno});
}

// Until there is something to read, or the command was asked to stop: whatever thread this is, the
// signal may have reached another.
Result<> InputStream::wait() const {
  constexpr int look_at_stop_every_ms = 100;
  for (;;) {
    if (stop_requested()) return fail(ErrorCode::interrupted, name_, "interrupted");
    pollfd input{descriptor_, POLLIN, 0};
    const int ready = ::poll(&input, 1, look_at_stop_every_ms);
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return failed("cannot read it");
  }
}

Result<std::unique_ptr<File>> open_stream(Context& context, const std::string& name) {
  PERSIST_TRY_ASSIGN(const InputStream input, InputStream::open(name));
  if (name == "-" && input.is_whole_file()) {
    if (auto file = context.files.open("/dev/stdin", OpenMode::read)) return file;
  }
  return copy_of(context, input);
}

}  // namespace persist::app
