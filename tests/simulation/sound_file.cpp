#include "simulation/sound_file.hpp"

#include <fmt/format.h>
#include <xxhash.h>

#include <fstream>
#include <iterator>
#include <persist/database.hpp>

#include "recovery/memory_file.hpp"
#include "simulation/memory_file_system.hpp"
#include "simulation/workload.hpp"

namespace persist::simulation {
namespace {

constexpr std::size_t wanted_log_bytes = 2000;

std::string read_testdata(const std::string& name) {
  std::ifstream in(std::string(PERSIST_TESTDATA_DIR) + "/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class LogContents final : public LogSink {
 public:
  explicit LogContents(SoundFile& file) : file_(file) {}
  bool on_commit(const Commit& commit) override {
    file_.boundaries.insert(commit.offset + commit.length);
    for (const RecordView& record : commit.records) {
      file_.records.insert(hash_of_record(record.key, record.version, record.value));
    }
    return true;
  }
  bool on_damage(const Damage&) override { return true; }

 private:
  SoundFile& file_;
};

class SnapshotContents final : public SnapshotSink {
 public:
  explicit SnapshotContents(SoundFile& file) : file_(file) {}
  bool on_entry(const SnapshotEntry& entry) override {
    for (const VersionedValue& version : entry.versions) {
      file_.records.insert(hash_of_record(entry.key, version.version, version.value));
    }
    return true;
  }
  bool on_damage(const Damage&) override { return true; }

 private:
  SoundFile& file_;
};

SoundFile log_from(std::string name, std::string bytes, std::optional<std::size_t> checked_from) {
  SoundFile file;
  file.name = std::move(name);
  file.bytes = std::move(bytes);
  file.is_checked = checked_from.has_value();
  file.checked_from = checked_from.value_or(0);
  recovery::MemoryFile source(file.bytes);
  LogContents contents(file);
  static_cast<void>(read_log(source, {}, contents));
  return file;
}

// Cut behind the last commit that fits.
SoundFile first_commits(const std::string& line, bool is_checked) {
  const std::string name = "engine-" + line + "/log/aol.bin";
  const SoundFile whole = log_from(name, read_testdata(name), std::nullopt);
  std::size_t end = 0;
  for (const std::size_t boundary : whole.boundaries) {
    if (boundary <= wanted_log_bytes) end = boundary;
  }
  return log_from(name, whole.bytes.substr(0, end),
                  is_checked ? std::optional<std::size_t>(0) : std::nullopt);
}

SoundFile snapshot(const std::string& line, const std::string& directory) {
  SoundFile file;
  file.name = "engine-" + line + "/" + directory + "/snapshot.bin";
  file.kind = FileKind::snapshot;
  file.bytes = read_testdata(file.name);
  recovery::MemoryFile source(file.bytes);
  SnapshotContents contents(file);
  if (const auto summary = read_snapshot(source, {}, contents)) {
    file.is_checked = summary->compression == Compression::lz4;
    file.checked_from = summary->covered ? 16 : 0;
  }
  return file;
}

// A legacy log that line 1.1 went on with.
SoundFile taken_over() {
  const SoundFile legacy = first_commits("0.27", false);
  Image image;
  image.directories.insert(database_directory);
  image.files.push_back(legacy.bytes);
  image.names.emplace(database_directory + "/aol.bin", 0);
  MemoryFileSystem files(image);
  Options options;
  options.aol_mode = AolMode::synchronous_on_commit;
  if (auto database = Database::open(database_directory, options, files)) {
    for (const char* value : {"one", "two", "three"}) {
      if (auto transaction = database->begin()) {
        static_cast<void>(transaction->set("taken over", value));
        static_cast<void>(transaction->commit());
      }
    }
  }
  return log_from("a log of 0.27 that 1.1 took over", files.image().files[0], legacy.bytes.size());
}

}  // namespace

std::uint64_t hash_of_record(ByteView key, Version version, const std::optional<ByteView>& value) {
  const std::uint64_t hash = XXH3_64bits_withSeed(key.data(), key.size(), version);
  if (!value) return hash;
  return XXH3_64bits_withSeed(value->data(), value->size(), hash + 1);
}

std::vector<SoundFile> sound_files() {
  std::vector<SoundFile> files;
  for (const char* line : {"0.18", "0.27"}) files.push_back(first_commits(line, false));
  for (const char* line : {"1.0", "1.1"}) files.push_back(first_commits(line, true));
  files.push_back(taken_over());
  for (const char* line : {"0.18", "0.27", "1.1"}) {
    files.push_back(snapshot(line, "snapshot-and-log"));
    files.push_back(snapshot(line, "snapshot-lz4-and-log"));
  }
  return files;
}

}  // namespace persist::simulation
