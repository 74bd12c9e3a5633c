// Every bit of small sound files flipped, every byte set to other values, every truncation, every
// sector zeroed and swapped with every other: nothing crashes, nothing is called clean that the
// format can tell is not, no row is invented where the format has checksums, and no damage makes a
// reader read without end.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <persist/database.hpp>
#include <vector>

#include "recovery/memory_file.hpp"
#include "simulation/disk.hpp"
#include "simulation/memory_file_system.hpp"
#include "simulation/sound_file.hpp"
#include "simulation/workload.hpp"
#include "support/tally.hpp"

namespace persist::simulation {
namespace {

class CountedFile final : public recovery::MemoryFile {
 public:
  using MemoryFile::MemoryFile;
  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) override {
    auto got = MemoryFile::read_at(offset, into);
    bytes_read += got.value_or(0);
    return got;
  }
  std::uint64_t bytes_read = 0;
};

class Inventions final : public LogSink, public SnapshotSink {
 public:
  explicit Inventions(const SoundFile& file) : file_(file) {}
  bool on_commit(const Commit& commit) override {
    if (commit.trust == Trust::partial) return true;
    for (const RecordView& record : commit.records) {
      look_at(record.key, {record.version, record.value});
    }
    return true;
  }
  bool on_entry(const SnapshotEntry& entry) override {
    for (const VersionedValue& version : entry.versions) look_at(entry.key, version);
    return true;
  }
  bool on_damage(const Damage& damage) override {
    if (damage.code == DamageCode::damaged_block && !damage.may_hold_commits) {
      mended_.push_back(damage.offset);
    }
    return true;
  }
  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] bool has_mended_elsewhere(std::uint64_t offset) const {
    return std::ranges::any_of(mended_, [offset](std::uint64_t one) { return one != offset; });
  }

 private:
  void look_at(ByteView key, const VersionedValue& version) {
    count_ += file_.records.contains(hash_of_record(key, version.version, version.value)) ? 0 : 1;
  }
  const SoundFile& file_;
  std::uint64_t count_ = 0;
  std::vector<std::uint64_t> mended_;  // places where a bit was put right
};

class Sweep {
 public:
  explicit Sweep(bool is_long) : is_long_(is_long) {}

  void run(const SoundFile& file);
  int finish() const;

 private:
  void flip_bits();
  void set_bytes();
  void truncate();
  void damage_sectors();
  void judge(const std::string& damaged, std::size_t first_changed, const std::string& what);
  [[nodiscard]] bool has_to_be_noticed(const std::string& damaged, std::size_t first_changed) const;
  void judge_engine(const std::string& damaged, const std::string& what);
  void complain(const std::string& what, const std::string& why);

  bool is_long_;
  const SoundFile* file_ = nullptr;
  std::uint64_t flips_ = 0;
  std::uint64_t bytes_set_ = 0;
  std::uint64_t truncations_ = 0;
  std::uint64_t sectors_ = 0;
  std::uint64_t complaints_ = 0;
  std::uint64_t mended_by_chance_ = 0;
  std::uint64_t opened_ = 0;
  double most_read_ = 0;  // times the file's length
};

void Sweep::complain(const std::string& what, const std::string& why) {
  if (++complaints_ <= 20) fmt::print("{}: {}\n  {}\n", file_->name, what, why);
}

void Sweep::run(const SoundFile& file) {
  file_ = &file;
  if (file.records.empty()) return complain("as it is", "holds nothing");
  judge(file.bytes, file.bytes.size(), "as it is");
  flip_bits();
  set_bytes();
  truncate();
  damage_sectors();
}

void Sweep::flip_bits() {
  for (std::size_t bit = 0; bit < file_->bytes.size() * 8; ++bit, ++flips_) {
    std::string damaged = file_->bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    judge(damaged, bit / 8, fmt::format("bit {} flipped", bit));
  }
}

void Sweep::set_bytes() {
  std::vector<unsigned> values{0x00, 0x01, 0x7F, 0xFB, 0xFF};
  if (is_long_) {
    values.clear();
    for (unsigned value = 0; value < 256; ++value) values.push_back(value);
  }
  for (std::size_t at = 0; at < file_->bytes.size(); ++at) {
    for (const unsigned value : values) {
      if (file_->bytes[at] == static_cast<char>(value)) continue;
      std::string damaged = file_->bytes;
      damaged[at] = static_cast<char>(value);
      judge(damaged, at, fmt::format("byte {} set to {}", at, value));
      ++bytes_set_;
    }
  }
}

void Sweep::truncate() {
  for (std::size_t length = 0; length < file_->bytes.size(); ++length, ++truncations_) {
    judge(file_->bytes.substr(0, length), length, fmt::format("cut to {} bytes", length));
  }
}

void Sweep::damage_sectors() {
  const std::size_t count = (file_->bytes.size() + sector_bytes - 1) / sector_bytes;
  const auto sector = [&](std::size_t number) {
    return std::string_view(file_->bytes).substr(number * sector_bytes, sector_bytes);
  };
  for (std::size_t one = 0; one < count; ++one) {
    std::string zeroed = file_->bytes;
    zeroed.replace(one * sector_bytes, sector(one).size(), sector(one).size(), '\0');
    judge(zeroed, one * sector_bytes, fmt::format("sector {} zeroed", one));
    ++sectors_;
    for (std::size_t other = one + 1; other < count; ++other) {
      std::string swapped = file_->bytes;
      const std::size_t length = sector(other).size();
      swapped.replace(one * sector_bytes, length, sector(other));
      swapped.replace(other * sector_bytes, length, sector(one).substr(0, length));
      if (swapped == file_->bytes) continue;
      judge(swapped, one * sector_bytes, fmt::format("sectors {} and {} swapped", one, other));
      ++sectors_;
    }
  }
}

bool Sweep::has_to_be_noticed(const std::string& damaged, std::size_t first_changed) const {
  const bool is_cut = damaged.size() < file_->bytes.size();
  if (file_->is_checked && first_changed >= file_->checked_from) {
    // Engines never end LZ4: a snapshot that ends between two blocks is as whole as any.
    if (is_cut && file_->kind == FileKind::snapshot) return false;
    const std::size_t behind_header = file_->checked_from + 8;
    return !is_cut || (damaged.size() > file_->checked_from && damaged.size() != behind_header &&
                       !file_->boundaries.contains(damaged.size()));
  }
  if (file_->is_checked) return false;
  const std::string_view bytes = damaged;
  const bool is_headed = file_->checked_from > 0;
  if (file_->kind == FileKind::log) return !reads_as_records(bytes);
  return is_headed ? first_changed >= file_->checked_from &&
                         !reads_as_entries(bytes.substr(file_->checked_from))
                   : !reads_as_entries(bytes);
}

void Sweep::judge(const std::string& damaged, std::size_t first_changed, const std::string& what) {
  CountedFile source(damaged);
  const bool is_log = file_->kind == FileKind::log;
  VerifyOptions options;
  options.forecast = (flips_ + bytes_set_) % 16 == 0;
  const auto report = verify(is_log ? &source : nullptr, is_log ? nullptr : &source, options);
  if (!report) return complain(what, "verify fails: " + report.error().to_string());
  const bool is_sound = damaged == file_->bytes;
  if (is_sound && report->verdict != Verdict::clean) complain(what, "is not called clean");
  if (!is_sound && report->verdict == Verdict::clean && has_to_be_noticed(damaged, first_changed)) {
    complain(what, "is called clean");
  }
  source.bytes_read = 0;
  Inventions found(*file_);
  if (is_log) {
    static_cast<void>(read_log(source, {}, found));
  } else {
    static_cast<void>(read_snapshot(source, {}, found));
  }
  const bool is_vouched_for = file_->is_checked && first_changed >= file_->checked_from;
  if (is_vouched_for && found.count() > 0) {
    // Another bit than those that were changed can fit a checksum of 32 bits by chance.
    if (found.has_mended_elsewhere(first_changed)) {
      ++mended_by_chance_;
    } else {
      complain(what, "rows are invented");
    }
  }
  const double length = static_cast<double>(std::max<std::size_t>(damaged.size(), 512));
  most_read_ = std::max(most_read_, static_cast<double>(source.bytes_read) / length);
  if (is_log) judge_engine(damaged, what);
}

// Opening either refuses, or finds nothing that never was.
void Sweep::judge_engine(const std::string& damaged, const std::string& what) {
  Image image;
  image.directories.insert(database_directory);
  image.files.push_back(damaged);
  image.names.emplace(database_directory + "/aol.bin", 0);
  MemoryFileSystem files(image);
  Options options;
  options.aol_mode = AolMode::synchronous_on_commit;
  auto database = Database::open(database_directory, options, files);
  if (!database) return;
  ++opened_;
  if (!file_->is_checked || file_->checked_from > 0) return;
  const auto reading = database->begin_read();
  std::uint64_t invented = 0;
  static_cast<void>(reading->visit({}, [&](ByteView key, ByteView value) {
    bool is_known = false;
    for (Version version = 1; version <= database->stats().newest_version && !is_known; ++version) {
      is_known = file_->records.contains(hash_of_record(key, version, value));
    }
    invented += is_known ? 0 : 1;
    return true;
  }));
  if (invented > 0) complain(what, "the engine opens it with rows that never were");
}

int Sweep::finish() const {
  fmt::print(
      "{} complaints; {} blocks mended by chance; the engine opened {}; at most {:.0f} times a "
      "file's length was read\n",
      complaints_, mended_by_chance_, opened_, most_read_);
  test::tally("flips", flips_);
  test::tally("bytes set", bytes_set_);
  test::tally("truncations", truncations_);
  test::tally("sectors", sectors_);
  const bool is_chance = mended_by_chance_ * 100'000 <= bytes_set_;
  return complaints_ == 0 && is_chance ? 0 : 1;
}

}  // namespace
}  // namespace persist::simulation

int main() {
  using namespace persist;
  using namespace persist::simulation;
  Sweep sweep(test::wants_long_run());
  for (const SoundFile& file : sound_files()) sweep.run(file);
  return sweep.finish();
}
