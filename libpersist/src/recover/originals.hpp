// The directory that keeps what a repair replaces: `<database>/repair-<UTC time>/`.
//
// clang-format off
//   aol.bin, snapshot.bin          the originals, whole (a second name where the file system permits)
//   aol.bin.cut, snapshot.bin.cut  the ranges that were not carried over, one after the other
//   manifest                       what was replaced by what, for undo
//   report.json                    the report
// clang-format on
#pragma once

#include <persist/repair.hpp>

namespace persist::recover {

// One line of the manifest: a file that was replaced, or left alone beside one that was.
struct Replaced {
  FileKind kind = FileKind::log;
  FileIdentity original;
  FileIdentity repaired;

  [[nodiscard]] bool was_left_alone() const noexcept { return original == repaired; }
};

class Originals {
 public:
  // Creates the directory. Error `exists` never: a name is taken that nobody has.
  [[nodiscard]] static Result<Originals> create(FileSystem& files, const std::string& database);

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  // Keeps a file that is about to be replaced, and the ranges of it that are not carried over; of
  // one that is about to be made, that it was not there.
  [[nodiscard]] Result<> keep(const FilePlan& file, const std::vector<Loss>& lost,
                              const FileIdentity& repaired);
  // Notes what the file is beside which the other one is replaced: an undo that finds another there
  // would join two files that never belonged together.
  void note_left_alone(FileKind kind, const FileIdentity& identity);
  // Writes manifest and report and makes the directory durable: from here on undo finds it.
  [[nodiscard]] Result<> finish(ByteView report);
  // Removes the directory with all that this class put into it.
  void discard() noexcept;

 private:
  Originals(FileSystem& files, std::string path) : files_(&files), path_(std::move(path)) {}

  FileSystem* files_;
  std::string path_;
  std::string manifest_;
  std::optional<FileInfo> like_;  // of what is told about both: as private as either
};

[[nodiscard]] std::string original_name(FileKind kind);  // aol.bin, snapshot.bin

// The newest directory under `database` that has a manifest. Error not_found.
[[nodiscard]] Result<std::string> newest_originals(FileSystem& files, const std::string& database);
[[nodiscard]] Result<std::vector<Replaced>> read_manifest(FileSystem& files,
                                                          const std::string& originals);
// Puts an original back over `path`: in one step, or by a copy when it is on another file system.
// Where there was no such file, that at `path` goes.
[[nodiscard]] Result<> put_back(FileSystem& files, const std::string& originals,
                                const Replaced& replaced, const std::string& path);
// Puts every original of the manifest back; may be repeated after an interruption. Returns their
// paths. The log first: with the new snapshot it loads to the same state, as between the two steps
// of the repair itself. Error changed when a file is neither the original nor what the repair
// wrote.
[[nodiscard]] Result<std::vector<std::string>> put_all_back(FileSystem& files,
                                                            const DatabaseFiles& database,
                                                            const std::string& originals);
// After a swap that failed with `error`: the same, and the directory is discarded. When that fails,
// too, the error says where the originals are.
void take_back(FileSystem& files, const DatabaseFiles& database, Originals& originals,
               Error& error);
// Removes what a repair puts there, then the directory unless something else is in it.
[[nodiscard]] Result<> remove_originals(FileSystem& files, const std::string& originals);

}  // namespace persist::recover
