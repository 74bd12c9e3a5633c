#include "case_maker.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <persist/formats/varint.hpp>
#include <string_view>
#include <vector>

#include "support/damage_maker.hpp"
#include "support/real_files.hpp"
#include "support/string_file.hpp"

namespace persist::test {
namespace {

using Random = std::mt19937_64;

std::size_t between(Random& random, std::size_t low, std::size_t high) {
  return std::uniform_int_distribution<std::size_t>(low, std::max(low, high))(random);
}

std::vector<ByteRange> commits_of(const std::string& log) {
  GatheringSink sink;
  StringFile file(log);
  std::vector<ByteRange> ranges;
  if (read_log(file, {}, sink)) {
    for (const CommitLine& commit : sink.commits) ranges.push_back({commit.offset, commit.length});
  }
  return ranges;
}

// A length that cannot be there: what an engine does with it depends on how large it is.
std::string huge_length(Random& random) {
  constexpr std::array<std::uint64_t, 5> greatest{UINT64_MAX, INT64_MAX, std::uint64_t{1} << 45U,
                                                  std::uint64_t{1} << 31U, 1'000'000};
  std::string bytes;
  formats::append_varint(bytes, between(random, 300, greatest[between(random, 0, 4)]));
  return bytes;
}

// Damage that knows nothing of what the bytes mean.
std::string damage_bytes(std::string bytes, Random& random, std::string& kind) {
  if (bytes.empty()) return bytes;
  const std::size_t at = between(random, 0, bytes.size() - 1);
  const std::size_t length = std::min(between(random, 1, 200), bytes.size() - at);
  const std::string junk = [&] {
    std::string text(length, '\0');
    for (char& byte : text) byte = static_cast<char>(between(random, 0, 255));
    return text;
  }();
  struct Way {
    std::string_view name;
    std::function<void()> apply;
  };
  const std::array<Way, 11> ways{{
      {"cut", [&] { bytes.resize(at); }},
      {"flip", [&] { bytes[at] = static_cast<char>(bytes[at] ^ (1 << between(random, 0, 7))); }},
      {"set", [&] { bytes[at] = static_cast<char>(between(random, 0, 255)); }},
      {"zeros", [&] { bytes.replace(at, length, std::string(length, '\0')); }},
      {"all-zeros", [&] { bytes.assign(bytes.size(), '\0'); }},
      {"garbage", [&] { bytes.replace(at, length, junk); }},
      {"hole", [&] { bytes.erase(at, length); }},
      {"insert", [&] { bytes.insert(at, junk); }},
      {"append", [&] { bytes += junk; }},
      {"empty", [&] { bytes.clear(); }},
      {"huge-length",
       [&] {
         const auto text = huge_length(random);
         bytes.replace(at, std::min(text.size(), bytes.size() - at), text);
       }},
  }};
  const Way& way = ways[between(random, 0, ways.size() - 1)];
  way.apply();
  kind += way.name;
  return bytes;
}

// At the start of a file, where headers are.
std::string damage_front(std::string bytes, Random& random, std::string& kind) {
  kind += "front";
  if (bytes.empty()) return bytes;
  const std::size_t at = between(random, 0, std::min<std::size_t>(bytes.size(), 20) - 1);
  switch (between(random, 0, 3)) {
    case 0:
      bytes.resize(at);
      break;
    case 1:
      bytes[at] = static_cast<char>(between(random, 0, 255));
      break;
    case 2:
      bytes[at] = static_cast<char>(bytes[at] + 1);
      break;
    default:
      bytes.erase(at, between(random, 1, 8));
  }
  return bytes;
}

std::string damage_commits(const std::string& log, Random& random, std::string& kind) {
  const std::vector<ByteRange> commits = commits_of(log);
  if (commits.empty()) return damage_bytes(log, random, kind);
  const auto way = static_cast<DamageKind>(between(random, 0, static_cast<int>(last_damage_kind)));
  kind += name_of(way);
  return damage_log(log, commits, way, random).bytes;
}

// The bytes of a record's or an entry's version, somewhere, become a version that is refused or
// late.
std::string damage_version(std::string bytes, Random& random, std::string& kind) {
  kind += "version";
  const std::vector<ByteRange> commits = commits_of(bytes);
  if (commits.empty()) return bytes;
  const ByteRange& commit = commits[between(random, 0, commits.size() - 1)];
  constexpr std::array<std::uint64_t, 6> versions{std::uint64_t{1} << 62U,
                                                  (std::uint64_t{1} << 62U) - 1,
                                                  std::uint64_t{1} << 63U,
                                                  (std::uint64_t{1} << 63U) - 1,
                                                  UINT64_MAX,
                                                  4'000'000'000'000'000'000};
  std::string record;
  formats::append_bytes(record, "late");
  formats::append_varint(record, versions[between(random, 0, versions.size() - 1)]);
  record += '\1';
  formats::append_bytes(record, "value");
  return bytes.insert(static_cast<std::size_t>(commit.offset), record);
}

}  // namespace

Case make_case(const Database& sound, const Database& other, Random& random) {
  Case made{sound, ""};
  const auto log = [&](auto damage) {
    made.kind += "log-";
    made.files.log = damage(sound.log.value_or(""), random, made.kind);
  };
  const auto snapshot = [&](auto damage) {
    made.kind += "snapshot-";
    made.files.snapshot = damage(sound.snapshot.value_or(""), random, made.kind);
  };
  const std::size_t choice = between(random, 0, sound.snapshot ? 99 : 74);
  if (choice < 45) {
    log(damage_commits);
  } else if (choice < 62) {
    log(damage_bytes);
  } else if (choice < 68) {
    log(damage_front);
  } else if (choice < 72) {
    log(damage_version);
  } else if (choice < 74) {
    made.kind = "other-log";
    made.files.log = other.log;
  } else if (choice < 75) {
    made.kind = "sound";
  } else if (choice < 88) {
    snapshot(damage_bytes);
  } else if (choice < 92) {
    snapshot(damage_front);
  } else if (choice < 95) {
    snapshot(damage_bytes);
    log(damage_commits);
  } else if (choice < 97) {
    made.kind = "other-snapshot";
    made.files.snapshot = other.snapshot;
  } else {
    made.kind = choice == 97 ? "no-log" : choice == 98 ? "no-snapshot" : "snapshot-as-log";
    if (choice == 97) made.files.log.reset();
    if (choice == 98) made.files.snapshot.reset();
    if (choice == 99) made.files.log = sound.snapshot;
  }
  return made;
}

}  // namespace persist::test
