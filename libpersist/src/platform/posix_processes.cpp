#include "platform/posix_processes.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

namespace persist::platform {
namespace {

struct EndListing {
  void operator()(DIR* directory) const noexcept { ::closedir(directory); }
};
struct CloseStream {
  void operator()(std::FILE* stream) const noexcept { std::fclose(stream); }
};
using Directory = std::unique_ptr<DIR, EndListing>;
using Stream = std::unique_ptr<std::FILE, CloseStream>;

std::string first_line_of(const std::string& path, const char* prefix) {
  const Stream stream(std::fopen(path.c_str(), "re"));
  if (!stream) return {};
  char line[256];
  const std::string_view wanted(prefix);
  while (std::fgets(line, sizeof line, stream.get()) != nullptr) {
    std::string_view text(line);
    if (!text.starts_with(wanted)) continue;
    text.remove_prefix(wanted.size());
    while (!text.empty() && (text.back() == '\n')) text.remove_suffix(1);
    return std::string(text);
  }
  return {};
}

// fdinfo has the open flags in octal.
bool is_open_for_writing(const std::string& process, const std::string& descriptor) {
  const std::string flags = first_line_of(process + "/fdinfo/" + descriptor, "flags:");
  const long value = std::strtol(flags.c_str(), nullptr, 8);
  return (value & O_ACCMODE) != O_RDONLY;
}

bool writes_to(const std::string& process, std::uint64_t device, std::uint64_t inode) {
  const std::string descriptors = process + "/fd";
  const Directory directory(::opendir(descriptors.c_str()));
  if (!directory) return false;  // gone, or another user's: not ours to see
  while (const dirent* entry = ::readdir(directory.get())) {
    if (entry->d_name[0] == '.') continue;
    struct stat status {};
    if (::fstatat(::dirfd(directory.get()), entry->d_name, &status, 0) != 0) {
      if (errno == EACCES) return false;  // nor any other descriptor of it
      continue;
    }
    if (status.st_dev == device && status.st_ino == inode &&
        is_open_for_writing(process, entry->d_name)) {
      return true;
    }
  }
  return false;
}

}  // namespace

std::vector<ProcessInfo> other_writers_of(std::uint64_t device, std::uint64_t inode) {
  std::vector<ProcessInfo> writers;
  const Directory processes(::opendir("/proc"));
  if (!processes) return writers;
  const auto own = static_cast<std::int64_t>(::getpid());
  while (const dirent* entry = ::readdir(processes.get())) {
    char* end = nullptr;
    const std::int64_t pid = std::strtol(entry->d_name, &end, 10);
    if (end == entry->d_name || *end != '\0' || pid == own) continue;
    const std::string process = std::string("/proc/") + entry->d_name;
    if (writes_to(process, device, inode)) {
      writers.push_back({pid, first_line_of(process + "/comm", "")});
    }
  }
  return writers;
}

}  // namespace persist::platform
