// A file that replaces another in one step: written beside it, synced, renamed over it, directory
// synced. Whatever happens before commit() returns, the old file is what it was.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <persist/file_system.hpp>

namespace persist {

class AtomicFile {
 public:
  // Creates `<target>.<pid>_<n>.<suffix>` beside the target, whose symbolic links are followed first,
  // so that a link stays a link. Mode and owner are the old target's when there is one, else those of
  // `like`, as File::copy_permissions() gives them; nobody else can open it before it has them.
  // `suffix`: "new" for a log, "tmp" for a snapshot: the names that line 1.1 cleans up on its own.
  // Errors: permission, no_space, io.
  [[nodiscard]] static Result<AtomicFile> create(FileSystem& files, const std::string& target,
                                                 std::string_view suffix,
                                                 const std::optional<FileInfo>& like = std::nullopt);
  AtomicFile(AtomicFile&&) noexcept;
  AtomicFile& operator=(AtomicFile&&) noexcept;
  ~AtomicFile();  // removes the temporary file unless it was committed

  // Appends; buffered. After an error the object is only good for destruction.
  [[nodiscard]] Result<> append(ByteView bytes);
  [[nodiscard]] std::uint64_t size_bytes() const noexcept;

  // Flushes and syncs, so that commit() only has to rename: two files are prepared, then swapped.
  [[nodiscard]] Result<> sync();
  // The finished temporary file, to read it back before it is swapped in.
  [[nodiscard]] File& file() noexcept;
  [[nodiscard]] const std::string& temporary_path() const noexcept;
  [[nodiscard]] const std::string& target_path() const noexcept;

  // sync() when that was not done, rename, sync the directory.
  [[nodiscard]] Result<> commit();
  // The same for a target that nobody has: error `exists` when it is there by now, and it stays.
  // After any error this file has not taken the name.
  [[nodiscard]] Result<> commit_as_new();
  // Keeps the temporary file when the object goes; for a result that must not be swapped in.
  void keep() noexcept;

 private:
  struct State;
  explicit AtomicFile(std::unique_ptr<State> state) noexcept;
  std::unique_ptr<State> state_;
};

}  // namespace persist
