#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <persist/database_files.hpp>
#include <utility>

#include "inspect/originals_name.hpp"
#include "platform/paths.hpp"

namespace persist {
namespace {

std::string compose(const std::string& directory, const std::string& given,
                    std::string_view by_default) {
  const std::filesystem::path name(given.empty() ? std::filesystem::path(by_default)
                                                 : std::filesystem::path(given));
  return (std::filesystem::path(directory) / name).string();
}

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool take_digits(std::string_view& text) {
  const std::size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
  text.remove_prefix(end);
  return end > 0;
}

// `<name>.<digits>_<digits>.<suffix>`: what 1.0 and 1.1 and this project write beside a file.
bool is_temporary_of(std::string_view entry, const std::string& name, std::string_view suffix) {
  return take_prefix(entry, name) && take_prefix(entry, ".") && take_digits(entry) &&
         take_prefix(entry, "_") && take_digits(entry) && take_prefix(entry, ".") &&
         entry == suffix;
}

// `<log>.torn-<offset>-<length>`, which a number may follow.
bool take_torn_tail(std::string_view& entry, const std::string& log) {
  const bool is_of_tail = take_prefix(entry, log) && take_prefix(entry, ".torn-") &&
                          take_digits(entry) && take_prefix(entry, "-") && take_digits(entry);
  return is_of_tail && (!take_prefix(entry, "-") || take_digits(entry));
}

bool is_torn_tail(std::string_view entry, const std::string& log) {
  return take_torn_tail(entry, log) && entry.empty();
}

// What an interrupted copy of a torn tail leaves.
bool is_temporary_of_tail(std::string_view entry, const std::string& log) {
  return take_torn_tail(entry, log) && is_temporary_of(entry, {}, "tmp");
}

// `aol_truncate_<pid>.tmp`: up to 0.27, in $TMPDIR, or wherever somebody moved it.
bool is_truncation_tail(std::string_view entry) {
  return take_prefix(entry, "aol_truncate_") && take_digits(entry) && entry == ".tmp";
}

struct Names {
  std::string log;
  std::string snapshot;
  std::string old_snapshot_temporary;  // up to 0.27: the extension replaced
};

Names names_of(const std::string& log, const std::string& snapshot) {
  const std::filesystem::path snapshot_path(snapshot);
  return {std::filesystem::path(log).filename().string(), snapshot_path.filename().string(),
          std::filesystem::path(snapshot_path).replace_extension("tmp").filename().string()};
}

struct Recognized {
  LeftoverKind kind;
  bool is_numbered = false;
  bool is_log = false;
};

constexpr Recognized truncation_tail{LeftoverKind::truncation_tail, false, true};

std::optional<Recognized> recognize(const DirectoryEntry& entry, const Names& names) {
  if (!entry.is_regular_file) {
    if (is_originals_name(entry.name)) return Recognized{LeftoverKind::repair_originals};
    return std::nullopt;
  }
  if (entry.name == names.log || entry.name == names.snapshot) return std::nullopt;
  if (is_temporary_of(entry.name, names.log, "new")) {
    return Recognized{LeftoverKind::log_temporary, true, true};
  }
  if (is_temporary_of_tail(entry.name, names.log)) {
    return Recognized{LeftoverKind::log_temporary, true};
  }
  if (is_torn_tail(entry.name, names.log)) return Recognized{LeftoverKind::torn_tail};
  if (is_temporary_of(entry.name, names.snapshot, "tmp")) {
    return Recognized{LeftoverKind::snapshot_temporary, true};
  }
  if (entry.name == names.old_snapshot_temporary) {
    return Recognized{LeftoverKind::snapshot_temporary};
  }
  if (is_truncation_tail(entry.name)) return truncation_tail;
  return std::nullopt;
}

class Finder {
 public:
  explicit Finder(FileSystem& files) : files_(files) {}

  template <class Recognize>
  Result<> look_in(const std::string& directory, const Recognize& recognize_entry) {
    const auto entries = files_.list(directory);
    if (!entries) {
      if (entries.error().code == ErrorCode::not_found) return {};
      return std::unexpected(entries.error());
    }
    for (const DirectoryEntry& entry : *entries) {
      if (const auto found = recognize_entry(entry)) {
        add((std::filesystem::path(directory) / entry.name).string(), *found);
      }
    }
    return {};
  }

  [[nodiscard]] std::vector<Leftover> take() {
    std::ranges::sort(found_, {}, &Leftover::path);
    return std::move(found_);
  }

 private:
  // The two files' directories, and a link's and its target's, are often one and the same.
  void add(const std::string& path, const Recognized& as) {
    const auto info = files_.info(path);
    if (!info) return;  // gone since it was listed
    if (info->is_directory != (as.kind == LeftoverKind::repair_originals)) return;
    const std::pair identity{info->device, info->inode};
    if (std::ranges::find(seen_, identity) != seen_.end()) return;
    seen_.push_back(identity);
    found_.push_back(
        {path, as.kind, info->is_directory ? 0 : info->size_bytes, as.is_numbered, as.is_log});
  }

  FileSystem& files_;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> seen_;
  std::vector<Leftover> found_;
};

}  // namespace

DatabaseFiles database_files(const std::string& directory, const PathOptions& options) {
  return {directory, compose(directory, options.log_path, default_log_name),
          compose(directory, options.snapshot_path, default_snapshot_name)};
}

Error no_database(const DatabaseFiles& database) {
  const std::string& named = database.log.empty() ? database.snapshot : database.log;
  if (database.log.empty() || database.snapshot.empty()) {
    return {ErrorCode::not_found, "there is no such file", named, {}, {}, 0};
  }
  return {ErrorCode::not_found,
          "there is no database in this directory: neither " + database.log + " nor " +
              database.snapshot + " exists",
          database.directory,
          {},
          {},
          0};
}

DatabaseFiles database_files_of_copy(const std::string& directory, const PathOptions& options) {
  const auto inside = [](const std::string& given) {
    const auto path = std::filesystem::path(given).lexically_normal();
    const bool leaves = path.is_absolute() || (!path.empty() && *path.begin() == "..");
    return leaves ? std::string() : given;
  };
  return database_files(directory, {inside(options.log_path), inside(options.snapshot_path)});
}

Result<std::vector<Leftover>> find_leftovers(FileSystem& files, const DatabaseFiles& database,
                                             const std::string& temp_dir) {
  // The engine writes beside the names it was given, this project beside what they link to.
  PERSIST_TRY_ASSIGN(const std::string log, files.resolve(database.log));
  PERSIST_TRY_ASSIGN(const std::string snapshot, files.resolve(database.snapshot));
  // As they were given first: what is found there is named as its reader would name it.
  std::vector<std::string> directories{database.directory.empty() ? "." : database.directory};
  for (const auto& path : {database.log, database.snapshot, log, snapshot}) {
    std::string parent = platform::parent_of(path);
    if (std::ranges::find(directories, parent) == directories.end()) {
      directories.push_back(std::move(parent));
    }
  }
  const std::array names{names_of(database.log, database.snapshot), names_of(log, snapshot)};
  Finder finder(files);
  for (const std::string& directory : directories) {
    PERSIST_TRY(finder.look_in(directory, [&](const DirectoryEntry& entry) {
      const auto found = recognize(entry, names[0]);
      return found ? found : recognize(entry, names[1]);
    }));
  }
  if (!temp_dir.empty()) {
    PERSIST_TRY(finder.look_in(temp_dir, [](const DirectoryEntry& entry) {
      return entry.is_regular_file && is_truncation_tail(entry.name)
                 ? std::optional(truncation_tail)
                 : std::nullopt;
    }));
  }
  return finder.take();
}

}  // namespace persist
