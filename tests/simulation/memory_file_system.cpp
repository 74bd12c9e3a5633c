#include "simulation/memory_file_system.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace persist::simulation {
namespace {

using Kind = Event::Kind;

std::unexpected<Error> system_error(ErrorCode code, const std::string& path, int number,
                                    const char* doing) {
  return std::unexpected(
      Error{code, std::string("cannot ") + doing, path, std::nullopt, {}, number});
}

std::unexpected<Error> not_found(const std::string& path, const char* doing) {
  return system_error(ErrorCode::not_found, path, ENOENT, doing);
}

}  // namespace

class MemoryFileSystem::OpenFile final : public File {
 public:
  OpenFile(MemoryFileSystem& owner, std::shared_ptr<Node> node, std::string path, bool writes)
      : owner_(owner), node_(std::move(node)), path_(std::move(path)), writes_(writes) {}

  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) override {
    const std::scoped_lock lock(owner_.mutex_);
    if (offset >= node_->bytes.size()) return 0;
    const auto count = std::min<std::size_t>(into.size(), node_->bytes.size() - offset);
    std::memcpy(into.data(), node_->bytes.data() + offset, count);
    return count;
  }

  Result<> write_at(std::uint64_t offset, ByteView bytes) override {
    if (owner_.before_write_) owner_.before_write_(path_);
    const std::scoped_lock lock(owner_.mutex_);
    if (!writes_) return system_error(ErrorCode::io, path_, EBADF, "write to it");
    if (bytes.empty()) return {};
    if (node_->bytes.size() < offset + bytes.size()) node_->bytes.resize(offset + bytes.size());
    std::ranges::copy(bytes, node_->bytes.begin() + static_cast<std::ptrdiff_t>(offset));
    note(Kind::write, offset, std::string(bytes));
    return {};
  }

  Result<> truncate(std::uint64_t size_bytes) override {
    const std::scoped_lock lock(owner_.mutex_);
    if (!writes_) return system_error(ErrorCode::io, path_, EBADF, "change its length");
    node_->bytes.resize(size_bytes);
    note(Kind::truncate, size_bytes, {});
    return {};
  }

  Result<> sync() override {
    const std::scoped_lock lock(owner_.mutex_);
    if (node_->is_named) owner_.append({.kind = Kind::sync, .inode = node_->inode});
    return {};
  }

  Result<FileInfo> info() override {
    const std::scoped_lock lock(owner_.mutex_);
    return owner_.info_of(*node_);
  }

  Result<> copy_permissions(const FileInfo&) override { return {}; }
  const std::string& path() const override { return path_; }

 private:
  void note(Kind kind, std::uint64_t offset, std::string bytes) {
    node_->modified = ++owner_.clock_;
    if (!node_->is_named) return;
    owner_.append(
        {.kind = kind, .inode = node_->inode, .offset = offset, .bytes = std::move(bytes)});
  }

  MemoryFileSystem& owner_;
  std::shared_ptr<Node> node_;
  std::string path_;
  bool writes_;
};

class MemoryFileSystem::HeldLock final : public DirectoryLock {
 public:
  HeldLock(MemoryFileSystem& owner, std::string directory)
      : owner_(owner), directory_(std::move(directory)) {}
  ~HeldLock() override {
    const std::scoped_lock lock(owner_.mutex_);
    owner_.locks_.erase(directory_);
  }
  HeldLock(const HeldLock&) = delete;
  HeldLock& operator=(const HeldLock&) = delete;

 private:
  MemoryFileSystem& owner_;
  std::string directory_;
};

MemoryFileSystem::MemoryFileSystem(const Image& image)
    : directories_(image.directories), next_inode_(image.files.size()) {
  std::vector<std::shared_ptr<Node>> nodes(image.files.size());
  for (const auto& [path, inode] : image.names) {
    if (!nodes[inode]) {
      nodes[inode] = std::make_shared<Node>();
      nodes[inode]->inode = inode;
      nodes[inode]->bytes = image.files[inode];
    }
    names_.emplace(path, nodes[inode]);
  }
}

void MemoryFileSystem::record(std::vector<Event>* trace) {
  const std::scoped_lock lock(mutex_);
  trace_ = trace;
}

void MemoryFileSystem::note(Event event) {
  const std::scoped_lock lock(mutex_);
  append(std::move(event));
}

// Under mutex_.
void MemoryFileSystem::append(Event event) {
  if (trace_ != nullptr) trace_->push_back(std::move(event));
}

Image MemoryFileSystem::image() const {
  const std::scoped_lock lock(mutex_);
  Image image;
  image.directories = directories_;
  image.files.resize(next_inode_);
  for (const auto& [path, node] : names_) {
    image.names.emplace(path, node->inode);
    image.files[node->inode] = node->bytes;
  }
  return image;
}

bool MemoryFileSystem::has_directory(const std::string& path) const {
  return path == "/" || directories_.contains(path);
}

FileInfo MemoryFileSystem::info_of(const Node& node) const {
  FileInfo info;
  info.size_bytes = node.bytes.size();
  info.device = 1;
  info.inode = node.inode + 1;
  info.modified_ns = node.modified;
  info.mode = 0644;
  return info;
}

std::shared_ptr<MemoryFileSystem::Node> MemoryFileSystem::make_node(bool is_named) {
  auto node = std::make_shared<Node>();
  node->inode = next_inode_++;
  node->is_named = is_named;
  node->modified = ++clock_;
  return node;
}

Result<std::unique_ptr<File>> MemoryFileSystem::open(const std::string& path, OpenMode mode) {
  const std::scoped_lock lock(mutex_);
  auto found = names_.find(path);
  const bool is_new = mode == OpenMode::create_new || mode == OpenMode::create_private;
  const bool may_create = is_new || mode == OpenMode::open_or_create;
  if (found != names_.end() && is_new) {
    return system_error(ErrorCode::exists, path, EEXIST, "create it");
  }
  if (found == names_.end()) {
    if (has_directory(path)) return system_error(ErrorCode::io, path, EISDIR, "open it as a file");
    if (!may_create || !has_directory(parent_of(path))) return not_found(path, "open it");
    found = names_.emplace(path, make_node(true)).first;
    append({.kind = Kind::create, .inode = found->second->inode, .path = path});
  }
  return std::make_unique<OpenFile>(*this, found->second, path, mode != OpenMode::read);
}

Result<std::unique_ptr<File>> MemoryFileSystem::create_temporary(const std::string& directory) {
  const std::scoped_lock lock(mutex_);
  return std::make_unique<OpenFile>(*this, make_node(false), directory + "/(temporary file)", true);
}

Result<FileInfo> MemoryFileSystem::info(const std::string& path) {
  const std::scoped_lock lock(mutex_);
  if (const auto found = names_.find(path); found != names_.end()) return info_of(*found->second);
  if (!has_directory(path)) return not_found(path, "look at it");
  FileInfo info;
  info.device = 1;
  info.mode = 0755;
  info.is_directory = true;
  return info;
}

Result<std::vector<DirectoryEntry>> MemoryFileSystem::list(const std::string& directory) {
  const std::scoped_lock lock(mutex_);
  if (!has_directory(directory)) return not_found(directory, "list it");
  std::vector<DirectoryEntry> entries;
  const std::size_t skipped = directory == "/" ? 1 : directory.size() + 1;
  for (const auto& [path, node] : names_) {
    if (parent_of(path) == directory) entries.push_back({path.substr(skipped), true});
  }
  for (const std::string& path : directories_) {
    if (parent_of(path) == directory) entries.push_back({path.substr(skipped), false});
  }
  std::ranges::sort(entries, {}, &DirectoryEntry::name);
  return entries;
}

Result<std::string> MemoryFileSystem::resolve(const std::string& path) {
  return path;
}

Result<> MemoryFileSystem::rename(const std::string& from, const std::string& to) {
  const std::scoped_lock lock(mutex_);
  const auto found = names_.find(from);
  if (found == names_.end() || !has_directory(parent_of(to))) {
    return not_found(to, "rename a new file over it");
  }
  const auto node = found->second;
  names_.erase(found);
  names_.insert_or_assign(to, node);
  append({.kind = Kind::rename, .inode = node->inode, .path = from, .to = to});
  return {};
}

Result<> MemoryFileSystem::link(const std::string& from, const std::string& to) {
  const std::scoped_lock lock(mutex_);
  const auto found = names_.find(from);
  if (found == names_.end() || !has_directory(parent_of(to))) {
    return not_found(to, "link a file to it");
  }
  if (names_.contains(to)) return system_error(ErrorCode::exists, to, EEXIST, "link a file to it");
  names_.emplace(to, found->second);
  append({.kind = Kind::link, .inode = found->second->inode, .path = from, .to = to});
  return {};
}

Result<> MemoryFileSystem::remove(const std::string& path) {
  const std::scoped_lock lock(mutex_);
  if (names_.erase(path) == 0) return not_found(path, "remove it");
  append({.kind = Kind::remove, .path = path});
  return {};
}

Result<> MemoryFileSystem::remove_directory(const std::string& path) {
  const std::scoped_lock lock(mutex_);
  if (!directories_.contains(path)) return not_found(path, "remove it");
  const auto lies_in = [&](const std::string& entry) { return parent_of(entry) == path; };
  const bool holds_files =
      std::ranges::any_of(names_, [&](const auto& entry) { return lies_in(entry.first); });
  if (holds_files || std::ranges::any_of(directories_, lies_in)) {
    return system_error(ErrorCode::io, path, ENOTEMPTY, "remove it");
  }
  directories_.erase(path);
  append({.kind = Kind::remove, .path = path});
  return {};
}

Result<> MemoryFileSystem::create_directories(const std::string& path) {
  {
    const std::scoped_lock lock(mutex_);
    if (has_directory(path)) return {};
    if (names_.contains(path)) {
      return system_error(ErrorCode::exists, path, EEXIST, "create the directory");
    }
  }
  PERSIST_TRY(create_directories(parent_of(path)));
  {
    const std::scoped_lock lock(mutex_);
    directories_.insert(path);
    append({.kind = Kind::make_directory, .path = path});
  }
  return sync_directory(parent_of(path));
}

Result<> MemoryFileSystem::sync_directory(const std::string& path) {
  const std::scoped_lock lock(mutex_);
  if (!has_directory(path)) return not_found(path, "open the directory");
  append({.kind = Kind::sync_directory, .path = path});
  return {};
}

Result<std::unique_ptr<DirectoryLock>> MemoryFileSystem::lock(const std::string& directory) {
  const std::scoped_lock lock(mutex_);
  if (!has_directory(directory)) return not_found(directory, "open the directory");
  if (!locks_.insert(directory).second) {
    return fail(ErrorCode::busy, directory, "another process has this database open for writing");
  }
  return std::make_unique<HeldLock>(*this, directory);
}

Result<bool> MemoryFileSystem::is_locked(const std::string& directory) {
  const std::scoped_lock lock(mutex_);
  if (!has_directory(directory)) return not_found(directory, "open the directory");
  return locks_.contains(directory);
}

Result<std::vector<ProcessInfo>> MemoryFileSystem::writers_of(const std::string&) {
  return std::vector<ProcessInfo>{};
}

Result<std::uint64_t> MemoryFileSystem::free_bytes(const std::string&) {
  return free_bytes_;
}

}  // namespace persist::simulation
