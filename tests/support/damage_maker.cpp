#include "support/damage_maker.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace persist::test {
namespace {

constexpr std::int64_t no_source = -1;
constexpr std::size_t sector_bytes = 512;

// A byte and where in the sound log it came from.
struct Traced {
  char byte;
  std::int64_t source;
};
using Bytes = std::vector<Traced>;

class Maker {
 public:
  Maker(std::string_view log, const std::vector<ByteRange>& commits, std::mt19937_64& random)
      : commits_(commits), random_(random) {
    bytes_.reserve(log.size());
    for (std::size_t i = 0; i < log.size(); ++i) {
      bytes_.push_back({log[i], static_cast<std::int64_t>(i)});
    }
  }

  void apply(DamageKind kind);
  [[nodiscard]] DamagedLog finish() const;

 private:
  // Uniform in [low, high].
  std::size_t between(std::size_t low, std::size_t high) {
    return std::uniform_int_distribution<std::size_t>(low, std::max(low, high))(random_);
  }
  char random_byte() { return static_cast<char>(between(0, 255)); }
  const ByteRange& any_commit() { return commits_[between(0, commits_.size() - 1)]; }
  std::size_t inside(const ByteRange& commit) {
    return commit.offset + between(1, commit.length - 1);
  }

  void set(std::size_t at, char value) {
    if (at >= bytes_.size() || bytes_[at].byte == value) return;
    bytes_[at] = {value, no_source};
  }
  void set_zeros(std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < std::min(bytes_.size(), to); ++i) set(i, '\0');
  }
  void set_random(std::size_t at, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) set(at + i, random_byte());
  }
  void erase(std::size_t from, std::size_t to) {
    to = std::min(to, bytes_.size());
    if (from < to) bytes_.erase(position(from), position(to));
  }
  void insert(std::size_t at, const Bytes& what) {
    bytes_.insert(position(std::min(at, bytes_.size())), what.begin(), what.end());
  }
  Bytes random_bytes(std::size_t count) {
    Bytes bytes(count);
    for (Traced& each : bytes) each = {random_byte(), no_source};
    return bytes;
  }
  Bytes::iterator position(std::size_t at) {
    return bytes_.begin() + static_cast<std::ptrdiff_t>(at);
  }

  void splice();
  void swap_sectors();
  void repeat_sector();
  void header(DamageKind kind);
  void shorten(DamageKind kind);
  void lengthen(DamageKind kind);
  void overwrite(DamageKind kind);

  std::vector<ByteRange> commits_;
  std::mt19937_64& random_;
  Bytes bytes_;
};

// From a place inside a commit to that commit's end, as if the log had been cut and appended to.
void Maker::splice() {
  const ByteRange commit = any_commit();
  const auto at =
      std::ranges::find(bytes_, static_cast<std::int64_t>(inside(commit)), &Traced::source);
  const auto end = std::ranges::find(
      bytes_, static_cast<std::int64_t>(commit.offset + commit.length), &Traced::source);
  if (at < end) bytes_.erase(at, end);
}

void Maker::swap_sectors() {
  const std::size_t sectors = bytes_.size() / sector_bytes;
  if (sectors < 2) return;
  const std::size_t a = between(0, sectors - 1) * sector_bytes;
  const std::size_t b = between(0, sectors - 1) * sector_bytes;
  if (a != b) std::swap_ranges(position(a), position(a + sector_bytes), position(b));
}

void Maker::repeat_sector() {
  const std::size_t sectors = bytes_.size() / sector_bytes;
  if (sectors < 2) return;
  const std::size_t from = between(0, sectors - 1) * sector_bytes;
  const std::size_t to = between(0, sectors - 1) * sector_bytes;
  const Bytes copy(position(from), position(from + sector_bytes));
  std::copy(copy.begin(), copy.end(), position(to));
}

void Maker::header(DamageKind kind) {
  const std::size_t length = commits_.front().offset;
  if (length == 0) return;
  if (kind == DamageKind::header_gone) {
    set_zeros(0, length);
  } else if (kind == DamageKind::header_flip) {
    const std::size_t at = between(0, length - 1);
    set(at, static_cast<char>(bytes_[at].byte ^ (1 << between(0, 7))));
  } else {
    Bytes copy(position(0), position(length));
    for (Traced& each : copy) each.source = no_source;
    insert(any_commit().offset, copy);
  }
}

void Maker::shorten(DamageKind kind) {
  const std::size_t end = bytes_.size();
  switch (kind) {
    case DamageKind::cut:
      return erase(inside(commits_.back()), end);
    case DamageKind::cut_many:
      return erase(inside(any_commit()), end);
    case DamageKind::splice_twice:
      splice();
      return splice();
    case DamageKind::splice:
      return splice();
    default: {  // a hole
      const std::size_t at = between(commits_.front().offset, end - 1);
      return erase(at, at + between(1, 600));
    }
  }
}

void Maker::lengthen(DamageKind kind) {
  const std::size_t end = bytes_.size();
  switch (kind) {
    case DamageKind::zero_tail:
      set_zeros(inside(commits_.back()), end);
      [[fallthrough]];
    case DamageKind::zeros_after:
      return insert(end, Bytes(between(1, 4096), {'\0', no_source}));
    case DamageKind::garbage_tail:
      return insert(end, random_bytes(between(1, 64)));
    case DamageKind::insert:
      return insert(inside(any_commit()), random_bytes(between(1, 700)));
    case DamageKind::insert_between:
      return insert(any_commit().offset, random_bytes(between(1, 700)));
    default: {  // a range twice
      const std::size_t at = between(0, end - 1);
      const Bytes copy(position(at), position(std::min(end, at + between(1, 700))));
      return insert(between(commits_.front().offset, end), copy);
    }
  }
}

void Maker::overwrite(DamageKind kind) {
  const std::size_t end = bytes_.size();
  switch (kind) {
    case DamageKind::flip_bit: {
      const std::size_t at = between(commits_.front().offset, end - 1);
      return set(at, static_cast<char>(bytes_[at].byte ^ (1 << between(0, 7))));
    }
    case DamageKind::set_byte:
      return set(between(commits_.front().offset, end - 1), random_byte());
    case DamageKind::zero_run: {
      const std::size_t at = between(0, end - 1);
      return set_zeros(at, at + between(1, 4096));
    }
    case DamageKind::sector_zero: {
      const std::size_t at = between(0, end / sector_bytes) * sector_bytes;
      return set_zeros(at, at + sector_bytes);
    }
    case DamageKind::length_field:
      return set_random(any_commit().offset, between(1, 8));
    default:  // random runs
      for (std::size_t runs = between(2, 6); runs > 0; --runs) {
        const std::size_t at = between(0, end - 1);
        set_random(at, between(1, 40));
      }
  }
}

void Maker::apply(DamageKind kind) {
  switch (kind) {
    case DamageKind::cut:
    case DamageKind::cut_many:
    case DamageKind::splice:
    case DamageKind::splice_twice:
    case DamageKind::hole:
      return shorten(kind);
    case DamageKind::zero_tail:
    case DamageKind::zeros_after:
    case DamageKind::garbage_tail:
    case DamageKind::insert:
    case DamageKind::insert_between:
    case DamageKind::duplicate_range:
      return lengthen(kind);
    case DamageKind::flip_bit:
    case DamageKind::set_byte:
    case DamageKind::zero_run:
    case DamageKind::sector_zero:
    case DamageKind::length_field:
    case DamageKind::random_runs:
      return overwrite(kind);
    case DamageKind::sector_swap:
      return swap_sectors();
    case DamageKind::sector_repeat:
      return repeat_sector();
    case DamageKind::header_gone:
    case DamageKind::header_flip:
    case DamageKind::doubled_header:
      return header(kind);
  }
}

DamagedLog Maker::finish() const {
  DamagedLog damaged;
  std::unordered_multimap<std::int64_t, std::size_t> places;
  for (std::size_t i = 0; i < bytes_.size(); ++i) {
    damaged.bytes.push_back(bytes_[i].byte);
    places.emplace(bytes_[i].source, i);
  }
  const auto lies_whole_at = [this](const ByteRange& commit, std::size_t at) {
    if (at + commit.length > bytes_.size()) return false;
    for (std::size_t i = 0; i < commit.length; ++i) {
      if (bytes_[at + i].source != static_cast<std::int64_t>(commit.offset + i)) return false;
    }
    return true;
  };
  for (const ByteRange& commit : commits_) {
    const auto [first, last] = places.equal_range(static_cast<std::int64_t>(commit.offset));
    damaged.is_whole.push_back(std::any_of(
        first, last, [&](const auto& place) { return lies_whole_at(commit, place.second); }));
  }
  return damaged;
}

}  // namespace

std::string_view name_of(DamageKind kind) noexcept {
  constexpr std::array<std::string_view, 22> names{
      "cut",          "cut-many",      "splice",         "splice-twice",    "flip-bit",
      "set-byte",     "zero-run",      "zero-tail",      "zeros-after",     "garbage-tail",
      "hole",         "insert",        "insert-between", "duplicate-range", "sector-swap",
      "sector-zero",  "sector-repeat", "header-gone",    "header-flip",     "doubled-header",
      "length-field", "random-runs"};
  static_assert(names.size() == static_cast<std::size_t>(last_damage_kind) + 1);
  return names[static_cast<std::size_t>(kind)];
}

DamagedLog damage_log(std::string_view log, const std::vector<ByteRange>& commits, DamageKind kind,
                      std::mt19937_64& random) {
  Maker maker(log, commits, random);
  maker.apply(kind);
  return maker.finish();
}

}  // namespace persist::test
