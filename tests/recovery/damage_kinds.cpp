#include "recovery/damage_kinds.hpp"

#include <algorithm>
#include <numeric>

namespace persist::recovery {

DamagedLog::DamagedLog(const SoundLog& log)
    : bytes(log.bytes), source(log.bytes.size()), moved(log.bytes.size()) {
  std::iota(source.begin(), source.end(), 0);
}

void DamagedLog::remove(std::size_t from, std::size_t to) {
  bytes.erase(from, to - from);
  source.erase(source.begin() + static_cast<std::ptrdiff_t>(from),
               source.begin() + static_cast<std::ptrdiff_t>(to));
}

void DamagedLog::insert(std::size_t at, std::string_view foreign) {
  bytes.insert(at, foreign);
  source.insert(source.begin() + static_cast<std::ptrdiff_t>(at), foreign.size(), -1);
}

void DamagedLog::overwrite(std::size_t at, std::string_view foreign) {
  for (std::size_t i = 0; i < foreign.size() && at + i < bytes.size(); ++i) {
    if (bytes[at + i] == foreign[i]) continue;  // a byte that stays what it was is not lost
    bytes[at + i] = foreign[i];
    source[at + i] = -1;
  }
}

void DamagedLog::swap_ranges(std::size_t a, std::size_t b, std::size_t length) {
  for (std::size_t i = 0; i < length; ++i) {
    for (const std::size_t at : {a + i, b + i}) {
      if (source[at] >= 0) moved[static_cast<std::size_t>(source[at])] = true;
    }
    std::swap(bytes[a + i], bytes[b + i]);
    std::swap(source[a + i], source[b + i]);
  }
}

void DamagedLog::duplicate(std::size_t from, std::size_t to, std::size_t at) {
  const std::string copy = bytes.substr(from, to - from);
  const std::vector<std::int64_t> origin(source.begin() + static_cast<std::ptrdiff_t>(from),
                                         source.begin() + static_cast<std::ptrdiff_t>(to));
  bytes.insert(at, copy);
  source.insert(source.begin() + static_cast<std::ptrdiff_t>(at), origin.begin(), origin.end());
}

namespace {

constexpr std::size_t sector = 512;

std::size_t inside_commit(const SoundLog& log, std::size_t commit, Random& random) {
  return log.commit_offset(commit) + 1 +
         random.below(log.commit_end(commit) - log.commit_offset(commit) - 1);
}

void untouched(const SoundLog&, DamagedLog&, Random&) {}

// As a power cut leaves it: the end of the log is gone.
void cut(const SoundLog& log, DamagedLog& damaged, Random& random) {
  damaged.cut(inside_commit(log, log.commits.size() - 1, random));
}

void cut_many(const SoundLog&, DamagedLog& damaged, Random& random) {
  damaged.cut(1 + random.below(damaged.size() - 1));
}

// A torn commit that was appended to.
void splice_at(const SoundLog& log, DamagedLog& damaged, std::size_t commit, Random& random) {
  damaged.remove(inside_commit(log, commit, random), log.commit_end(commit));
}

void splice(const SoundLog& log, DamagedLog& damaged, Random& random) {
  splice_at(log, damaged, random.below(log.commits.size() - 1), random);
}

void splice_2(const SoundLog& log, DamagedLog& damaged, Random& random) {
  const std::size_t first = random.below(log.commits.size() - 6);
  splice_at(log, damaged, first + 1 + random.below(4), random);
  splice_at(log, damaged, first, random);
}

// Zeros where a torn append was not filled in, then appended to.
void splice_zeros(const SoundLog& log, DamagedLog& damaged, Random& random) {
  const std::size_t commit = random.below(log.commits.size() - 1);
  const std::size_t at = inside_commit(log, commit, random);
  damaged.remove(at, log.commit_end(commit));
  damaged.insert(at, std::string(1 + random.below(600), '\0'));
}

// One byte of a record's head, to one that no encoder writes there.
void flip(const SoundLog& log, DamagedLog& damaged, Random& random) {
  const SoundRecord& record = log.records[random.below(log.records.size())];
  const std::size_t key_head = record.key.size() < 251 ? 1 : 3;
  const std::size_t version_at = record.offset + key_head + record.key.size();
  const std::size_t tag_at = version_at + (record.version < 251     ? 1
                                           : record.version < 65536 ? 3
                                           : record.version >> 32   ? 9
                                                                    : 5);
  const std::size_t at = random.one_in(3) ? record.offset : random.one_in(2) ? version_at : tag_at;
  damaged.overwrite(at, std::string(1, static_cast<char>(251 + random.below(5))));
}

// One byte of a record's head, to anything: lengths lie.
void flip_head(const SoundLog& log, DamagedLog& damaged, Random& random) {
  const SoundRecord& record = log.records[random.below(log.records.size())];
  const std::size_t key_head = record.key.size() < 251 ? 1 : 3;
  const std::size_t behind = record.head_length - key_head - record.key.size();
  std::size_t at = random.below(key_head + behind);
  if (at >= key_head) at += record.key.size();
  at += record.offset;
  const char old = damaged.bytes[at];
  damaged.overwrite(at, std::string(1, static_cast<char>(old ^ (1 + random.below(255)))));
}

void zero_run(const SoundLog&, DamagedLog& damaged, Random& random) {
  const std::size_t length = random.one_in(2) ? 4096 : sector;
  const std::size_t at = random.below(damaged.size());
  damaged.overwrite(at, std::string(std::min(length, damaged.size() - at), '\0'));
}

void zero_sector(const SoundLog&, DamagedLog& damaged, Random& random) {
  const std::size_t at = random.below(damaged.size()) / sector * sector;
  damaged.overwrite(at, std::string(std::min(sector, damaged.size() - at), '\0'));
}

void zero_tail(const SoundLog& log, DamagedLog& damaged, Random& random) {
  const std::size_t at = inside_commit(log, log.commits.size() - 1, random);
  damaged.cut(at);
  damaged.insert(at, std::string(4096, '\0'));
}

void zeros_after(const SoundLog&, DamagedLog& damaged, Random&) {
  damaged.insert(damaged.size(), std::string(4096, '\0'));
}

void garbage_tail(const SoundLog&, DamagedLog& damaged, Random& random) {
  damaged.insert(damaged.size(), random.bytes(1 + random.below(1000)));
}

void hole(const SoundLog&, DamagedLog& damaged, Random& random) {
  const std::size_t at = random.below(damaged.size() - 1);
  damaged.remove(at, std::min(damaged.size(), at + 1 + random.below(600)));
}

void insert(const SoundLog& log, DamagedLog& damaged, Random& random) {
  const std::size_t at = inside_commit(log, random.below(log.commits.size()), random);
  damaged.insert(at, random.bytes(1 + random.below(800)));
}

void insert_between(const SoundLog& log, DamagedLog& damaged, Random& random) {
  damaged.insert(log.commit_offset(random.below(log.commits.size())),
                 random.bytes(1 + random.below(800)));
}

void sector_swap(const SoundLog&, DamagedLog& damaged, Random& random) {
  const std::size_t sectors = damaged.size() / sector;
  if (sectors < 2) return;
  const std::size_t first = random.below(sectors - 1);
  damaged.swap_ranges(first * sector, (first + 1) * sector, sector);
}

// A sector that was never written: it holds what another place holds, or anything.
void stale_sector(const SoundLog& log, DamagedLog& damaged, Random& random) {
  const std::size_t sectors = damaged.size() / sector;
  if (sectors < 2) return;
  const std::size_t from = random.below(sectors) * sector;
  damaged.overwrite(random.below(sectors) * sector, log.bytes.substr(from, sector));
}

void random_sector(const SoundLog&, DamagedLog& damaged, Random& random) {
  const std::size_t at = random.below(damaged.size()) / sector * sector;
  damaged.overwrite(at, random.bytes(std::min(sector, damaged.size() - at)));
}

void duplicate(const SoundLog&, DamagedLog& damaged, Random& random) {
  const std::size_t from = random.below(damaged.size() - 1);
  const std::size_t to = std::min(damaged.size(), from + 1 + random.below(2000));
  damaged.duplicate(from, to, to);
}

void cut_start(const SoundLog&, DamagedLog& damaged, Random& random) {
  damaged.remove(0, 1 + random.below(damaged.size() / 2));
}

void several(const SoundLog&, DamagedLog& damaged, Random& random) {
  for (std::size_t i = 2 + random.below(3); i > 0; --i) {
    const std::size_t at = random.below(damaged.size() - 1);
    const std::size_t length = std::min(damaged.size() - at, 1 + random.below(300));
    switch (random.below(4)) {
      case 0:
        damaged.remove(at, at + length);
        break;
      case 1:
        damaged.insert(at, random.bytes(length));
        break;
      case 2:
        damaged.overwrite(at, std::string(length, '\0'));
        break;
      default:
        damaged.overwrite(at, random.bytes(length));
    }
  }
}

}  // namespace

const std::vector<DamageKind>& damage_kinds() {
  static const std::vector<DamageKind> kinds{
      {"untouched", untouched},
      {"cut", cut},
      {"cut-many", cut_many},
      {"splice", splice},
      {"splice-2", splice_2},
      {"splice-zeros", splice_zeros},
      {"flip", flip},
      {"flip-head", flip_head},
      {"zero-run", zero_run},
      {"zero-sector", zero_sector},
      {"zero-tail", zero_tail},
      {"zeros-after", zeros_after},
      {"garbage-tail", garbage_tail},
      {"hole", hole},
      {"insert", insert},
      {"insert-between", insert_between},
      {"sector-swap", sector_swap},
      {"stale-sector", stale_sector},
      {"random-sector", random_sector},
      {"duplicate", duplicate},
      {"cut-start", cut_start},
      {"several", several},
  };
  return kinds;
}

}  // namespace persist::recovery
