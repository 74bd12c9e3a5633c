#include <algorithm>
#include <persist/atomic_file.hpp>
#include <utility>

#include "platform/paths.hpp"

namespace persist {
namespace {

// Large enough that a write costs little beside the copy, small enough to be forgotten in any
// budget.
constexpr std::size_t buffer_bytes = std::size_t{1} << 20U;
// The disk begins while more is made; in pieces that are worth a request.
constexpr std::size_t sync_ahead_bytes = std::size_t{8} << 20U;

struct Created {
  std::unique_ptr<File> file;
  std::string path;
};

// The first name that nobody has. A crashed run of a process with this one's number may have left
// some: they are the leftover finder's to report, not ours to overwrite.
Result<Created> create_beside(FileSystem& files, const std::string& target, std::string_view suffix,
                              OpenMode mode) {
  for (std::uint64_t number = 0;; ++number) {
    std::string path = platform::temporary_name(target, number, suffix);
    auto file = files.open(path, mode);
    if (file) return Created{*std::move(file), std::move(path)};
    if (file.error().code == ErrorCode::exists) continue;
    // Where there is no directory, no name but the one asked for means anything.
    if (file.error().code == ErrorCode::not_found) file.error().path = target;
    return std::unexpected(std::move(file).error());
  }
}

// A rename would replace what has come there since somebody looked; a second name does not.
Result<> take_new_name(FileSystem& files, const std::string& from, const std::string& to) {
  const auto linked = files.link(from, to);
  if (linked || linked.error().code != ErrorCode::unsupported) return linked;
  const auto taken = files.info(to);
  if (taken) return fail(ErrorCode::exists, to, "it is there already");
  if (taken.error().code != ErrorCode::not_found) return std::unexpected(taken.error());
  return files.rename(from, to);
}

}  // namespace

struct AtomicFile::State {
  State(FileSystem& file_system, std::string target_path, Created created)
      : files(file_system),
        target(std::move(target_path)),
        temporary(std::move(created.path)),
        file(std::move(created.file)) {}
  ~State() {
    file.reset();
    // A file that cannot be removed is found later as a leftover; there is no one to tell here.
    if (remove_at_end) static_cast<void>(files.remove(temporary));
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  [[nodiscard]] Result<> flush() {
    PERSIST_TRY(file->write_at(written_bytes, buffer));
    written_bytes += buffer.size();
    buffer.clear();
    if (written_bytes - syncing_up_to >= sync_ahead_bytes) {
      file->begin_sync(syncing_up_to, written_bytes - syncing_up_to);
      syncing_up_to = written_bytes;
    }
    return {};
  }

  FileSystem& files;
  std::string target;
  std::string temporary;
  std::unique_ptr<File> file;
  std::string buffer;
  std::uint64_t written_bytes = 0;
  std::uint64_t syncing_up_to = 0;
  bool is_synced = false;
  bool remove_at_end = true;
};

Result<AtomicFile> AtomicFile::create(FileSystem& files, const std::string& target,
                                      std::string_view suffix,
                                      const std::optional<FileInfo>& like) {
  PERSIST_TRY_ASSIGN(const std::string resolved, files.resolve(target));
  const auto old = files.info(resolved);
  if (!old && old.error().code != ErrorCode::not_found) return std::unexpected(old.error());
  const std::optional<FileInfo> model = old ? std::optional(*old) : like;
  // Not with a wider mode for an instant either: who opens it then could read all that follows.
  const OpenMode mode = model ? OpenMode::create_private : OpenMode::create_new;
  PERSIST_TRY_ASSIGN(Created created, create_beside(files, resolved, suffix, mode));
  AtomicFile result(std::make_unique<State>(files, resolved, std::move(created)));
  if (model) PERSIST_TRY(result.state_->file->copy_permissions(*model));
  return result;
}

AtomicFile::AtomicFile(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
AtomicFile::AtomicFile(AtomicFile&&) noexcept = default;
AtomicFile& AtomicFile::operator=(AtomicFile&&) noexcept = default;
AtomicFile::~AtomicFile() = default;

Result<> AtomicFile::append(ByteView bytes) {
  state_->is_synced = false;
  while (!bytes.empty()) {
    const std::size_t taken = std::min(bytes.size(), buffer_bytes - state_->buffer.size());
    state_->buffer.append(bytes.substr(0, taken));
    bytes.remove_prefix(taken);
    if (state_->buffer.size() == buffer_bytes) PERSIST_TRY(state_->flush());
  }
  return {};
}

std::uint64_t AtomicFile::size_bytes() const noexcept {
  return state_->written_bytes + state_->buffer.size();
}

Result<> AtomicFile::sync() {
  PERSIST_TRY(state_->flush());
  PERSIST_TRY(state_->file->sync());
  state_->is_synced = true;
  return {};
}

File& AtomicFile::file() noexcept {
  return *state_->file;
}
const std::string& AtomicFile::temporary_path() const noexcept {
  return state_->temporary;
}
const std::string& AtomicFile::target_path() const noexcept {
  return state_->target;
}

Result<> AtomicFile::commit() {
  if (!state_->is_synced) PERSIST_TRY(sync());
  PERSIST_TRY(state_->files.rename(state_->temporary, state_->target));
  state_->remove_at_end = false;
  return state_->files.sync_directory(platform::parent_of(state_->target));
}

Result<> AtomicFile::commit_as_new() {
  if (!state_->is_synced) PERSIST_TRY(sync());
  FileSystem& files = state_->files;
  PERSIST_TRY(take_new_name(files, state_->temporary, state_->target));
  // After a link it is still there, and the destructor tries again what fails here.
  if (files.remove(state_->temporary)) state_->remove_at_end = false;
  auto synced = files.sync_directory(platform::parent_of(state_->target));
  if (!synced) static_cast<void>(files.remove(state_->target));
  return synced;
}

void AtomicFile::keep() noexcept {
  state_->remove_at_end = false;
}

}  // namespace persist
