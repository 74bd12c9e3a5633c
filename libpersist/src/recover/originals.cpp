#include "recover/originals.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <persist/atomic_file.hpp>

#include "format_text.hpp"
#include "inspect/originals_name.hpp"
#include "platform/copy_range.hpp"
#include "platform/paths.hpp"
#include "platform/permissions.hpp"

namespace persist::recover {
namespace {

constexpr std::string_view manifest_name = "manifest";
constexpr std::string_view manifest_title = "persist repair manifest 1";
constexpr std::string_view no_file = "-";  // in the place of a hash
constexpr std::string_view report_name = "report.json";
constexpr std::uint64_t max_manifest_bytes = 4096;
constexpr int max_names_tried = 1000;

std::string cut_name(FileKind kind) {
  return original_name(kind) + ".cut";
}

struct Range {
  std::uint64_t offset = 0;
  std::uint64_t end = 0;
};

// Everything of a file that is not carried over, apart and ascending.
std::vector<Range> cut_ranges(const FilePlan& file, const std::vector<Loss>& lost) {
  std::vector<Range> ranges;
  for (const Damage& damage : file.damage) {
    ranges.push_back({damage.offset, damage.offset + damage.length});
  }
  for (const Loss& loss : lost) {
    if (loss.file == file.kind) ranges.push_back({loss.offset, loss.offset + loss.length});
  }
  std::ranges::sort(ranges, {}, &Range::offset);
  std::vector<Range> apart;
  for (const Range& range : ranges) {
    if (!apart.empty() && range.offset <= apart.back().end) {
      apart.back().end = std::max(apart.back().end, range.end);
    } else {
      apart.push_back(range);
    }
  }
  return apart;
}

Result<> copy_ranges(FileSystem& files, const std::string& from, const std::vector<Range>& ranges,
                     const std::string& to) {
  PERSIST_TRY_ASSIGN(const auto source, files.open(from, OpenMode::read));
  PERSIST_TRY_ASSIGN(const FileInfo info, source->info());
  PERSIST_TRY_ASSIGN(AtomicFile target, AtomicFile::create(files, to, "tmp", info));
  for (const Range& range : ranges) {
    PERSIST_TRY(platform::copy_range(*source, range.offset, range.end, target));
  }
  return target.commit();
}

// A second name costs nothing and cannot be half done; a copy where there are none.
Result<> link_or_copy(FileSystem& files, const std::string& from, const std::string& to,
                      std::uint64_t size_bytes) {
  PERSIST_TRY_ASSIGN(const std::string resolved, files.resolve(from));
  const auto linked = files.link(resolved, to);
  if (linked || linked.error().code != ErrorCode::unsupported) return linked;
  return copy_ranges(files, from, {{0, size_bytes}}, to);
}

// The report names keys: it is as private as the files it is about.
Result<> write_text(FileSystem& files, const std::string& path, const std::optional<FileInfo>& like,
                    ByteView text) {
  PERSIST_TRY_ASSIGN(AtomicFile file, AtomicFile::create(files, path, "tmp", like));
  PERSIST_TRY(file.append(text));
  return file.commit();
}

Result<> remove_if_there(FileSystem& files, const std::string& path) {
  const auto removed = files.remove(path);
  if (!removed && removed.error().code != ErrorCode::not_found) return removed;
  return {};
}

std::string line_of(const Replaced& replaced) {
  const auto hash = [](const FileIdentity& identity) {
    return identity.exists ? std::string_view(identity.hash) : no_file;
  };
  return format_text("{} {} {} {} {}\n", name_of(replaced.kind), replaced.original.size_bytes,
                     hash(replaced.original), replaced.repaired.size_bytes,
                     hash(replaced.repaired));
}

std::string_view next_word(std::string_view& line) {
  const std::size_t end = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return word;
}

std::optional<FileIdentity> next_identity(std::string_view& line) {
  const std::string_view size = next_word(line);
  FileIdentity identity;
  const auto parsed = std::from_chars(size.data(), size.data() + size.size(), identity.size_bytes);
  identity.hash = std::string(next_word(line));
  if (identity.hash == no_file) return FileIdentity{};
  identity.exists = true;
  if (parsed.ec != std::errc() || identity.hash.empty()) return std::nullopt;
  return identity;
}

std::optional<Replaced> parse_line(std::string_view line) {
  Replaced replaced;
  const std::string_view kind = next_word(line);
  if (kind != name_of(FileKind::log) && kind != name_of(FileKind::snapshot)) return std::nullopt;
  replaced.kind = kind == name_of(FileKind::log) ? FileKind::log : FileKind::snapshot;
  const auto original = next_identity(line);
  const auto repaired = next_identity(line);
  if (!original || !repaired) return std::nullopt;
  replaced.original = *original;
  replaced.repaired = *repaired;
  return replaced;
}

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  std::array<char, sizeof "20261231T235959Z"> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y%m%dT%H%M%SZ", &parts)};
}

}  // namespace

std::string original_name(FileKind kind) {
  return std::string(kind == FileKind::log ? default_log_name : default_snapshot_name);
}

Result<Originals> Originals::create(FileSystem& files, const std::string& database) {
  const std::string base = database + "/" + std::string(originals_prefix) + utc_now();
  for (int number = 0; number < max_names_tried; ++number) {
    // Names sort by time: undo takes the last.
    std::string path = number == 0 ? base : format_text("{}-{:03}", base, number);
    const auto taken = files.info(path);
    if (taken) continue;
    if (taken.error().code != ErrorCode::not_found) return std::unexpected(taken.error());
    if (auto created = files.create_directories(path); !created) {
      static_cast<void>(files.remove_directory(path));  // it may be there and not be durable
      return std::unexpected(std::move(created).error());
    }
    return Originals(files, std::move(path));
  }
  return fail(ErrorCode::exists, base, "no name is left for a directory of originals");
}

Result<> Originals::keep(const FilePlan& file, const std::vector<Loss>& lost,
                         const FileIdentity& repaired) {
  if (file.identity.exists) {
    PERSIST_TRY_ASSIGN(const FileInfo info, files_->info(file.path));
    like_ = platform::as_private_as(info, like_);
    PERSIST_TRY(link_or_copy(*files_, file.path, path_ + "/" + original_name(file.kind),
                             file.identity.size_bytes));
  }
  const std::vector<Range> ranges = cut_ranges(file, lost);
  if (!ranges.empty()) {
    PERSIST_TRY(copy_ranges(*files_, file.path, ranges, path_ + "/" + cut_name(file.kind)));
  }
  manifest_ += line_of({file.kind, file.identity, repaired});
  return {};
}

void Originals::note_left_alone(FileKind kind, const FileIdentity& identity) {
  manifest_ += line_of({kind, identity, identity});
}

Result<> Originals::finish(ByteView report) {
  PERSIST_TRY(write_text(*files_, path_ + "/" + std::string(report_name), like_, report));
  return write_text(*files_, path_ + "/" + std::string(manifest_name), like_,
                    std::string(manifest_title) + "\n" + manifest_);
}

void Originals::discard() noexcept {
  static_cast<void>(remove_originals(*files_, path_));
}

Result<std::string> newest_originals(FileSystem& files, const std::string& database) {
  PERSIST_TRY_ASSIGN(const auto entries, files.list(database));
  std::optional<std::string> newest;
  for (const DirectoryEntry& entry : entries) {
    if (!is_originals_name(entry.name)) continue;
    std::string path = database + "/" + entry.name;
    const auto manifest = files.info(path + "/" + std::string(manifest_name));
    if (manifest) {
      newest = std::move(path);
    } else if (manifest.error().code != ErrorCode::not_found) {
      return std::unexpected(manifest.error());
    }
  }
  if (newest) return *newest;
  return fail(ErrorCode::not_found, database, "no repair has kept originals here");
}

Result<std::vector<Replaced>> read_manifest(FileSystem& files, const std::string& originals) {
  const std::string path = originals + "/" + std::string(manifest_name);
  PERSIST_TRY_ASSIGN(const auto file, files.open(path, OpenMode::read));
  std::string bytes(max_manifest_bytes, '\0');
  PERSIST_TRY_ASSIGN(const std::size_t size, file->read_at(0, bytes));
  std::string_view text = ByteView(bytes).substr(0, size);
  std::vector<Replaced> replaced;
  bool is_first = true;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (is_first) {
      if (line != manifest_title) break;
      is_first = false;
      continue;
    }
    const auto parsed = parse_line(line);
    if (!parsed) return fail(ErrorCode::damaged, path, "it is no manifest of a repair");
    replaced.push_back(*parsed);
  }
  if (replaced.empty()) return fail(ErrorCode::damaged, path, "it is no manifest of a repair");
  return replaced;
}

Result<> put_back(FileSystem& files, const std::string& originals, const Replaced& replaced,
                  const std::string& path) {
  const std::string original = originals + "/" + original_name(replaced.kind);
  PERSIST_TRY_ASSIGN(const std::string resolved, files.resolve(path));
  if (!replaced.original.exists) {
    PERSIST_TRY(files.remove(resolved));
  } else if (const auto renamed = files.rename(original, resolved); !renamed) {
    if (renamed.error().code != ErrorCode::unsupported) return renamed;
    PERSIST_TRY_ASSIGN(const FileInfo info, files.info(original));
    return copy_ranges(files, original, {{0, info.size_bytes}}, resolved);
  }
  return files.sync_directory(platform::parent_of(resolved));
}

Result<> remove_originals(FileSystem& files, const std::string& originals) {
  // The manifest last: as long as it is there, undo can be done again.
  for (const FileKind kind : {FileKind::log, FileKind::snapshot}) {
    PERSIST_TRY(remove_if_there(files, originals + "/" + cut_name(kind)));
    PERSIST_TRY(remove_if_there(files, originals + "/" + original_name(kind)));
  }
  PERSIST_TRY(remove_if_there(files, originals + "/" + std::string(report_name)));
  PERSIST_TRY(remove_if_there(files, originals + "/" + std::string(manifest_name)));
  // What somebody else put there stays, and so does the directory.
  static_cast<void>(files.remove_directory(originals));
  return {};
}

}  // namespace persist::recover
