// What is left of a damaged uncompressed snapshot.
#include <fmt/format.h>

#include <random>

#include "support/catch.hpp"
#include "support/damage_maker.hpp"
#include "unit/snapshot/support.hpp"

using namespace persist;
using namespace persist::test;

namespace {

std::vector<KeptEntry> without(std::vector<KeptEntry> entries, std::size_t index) {
  entries.erase(entries.begin() + static_cast<std::ptrdiff_t>(index));
  return entries;
}

}  // namespace

TEST_CASE("a snapshot cut at any byte yields exactly the entries that are still whole") {
  const std::string path = GENERATE("engine-0.18/snapshot-and-log/snapshot.bin",
                                    "engine-1.1/snapshot-and-log/snapshot.bin",
                                    "engine-1.0/doubled-header/snapshot.bin");
  const std::string bytes = read_testdata(path);
  const ReadBack whole = read_back(bytes);
  const std::size_t header = whole.summary.covered ? 16 : 0;
  for (std::size_t length = header; length < bytes.size(); ++length) {
    const ReadBack read = read_back(bytes.substr(0, length));
    std::size_t expected = 0;
    std::uint64_t end = header;
    while (end + whole.entries[expected].length <= length) end += whole.entries[expected++].length;
    CAPTURE(path, length, expected, read.entries.size());
    REQUIRE(read.entries.size() == expected);
    REQUIRE(std::ranges::none_of(read.entries, &KeptEntry::uncertain));
    if (length == end) {
      REQUIRE(read.damage.empty());
    } else {
      REQUIRE(read.codes() == std::vector{DamageCode::torn_entry});
      REQUIRE(read.damage[0].offset == end);
      REQUIRE(read.damage[0].length == length - end);
      REQUIRE(read.damage[0].is_torn_tail);
    }
  }
}

TEST_CASE("a header cut short is a torn tail that holds nothing") {
  const std::string header = header_bytes(70);
  for (std::size_t length = 1; length < header.size(); ++length) {
    const ReadBack read = read_back(header.substr(0, length));
    CAPTURE(length);
    REQUIRE(read.entries.empty());
    REQUIRE(read.codes() == std::vector{DamageCode::damaged_header});
    REQUIRE(read.damage[0].is_torn_tail);
    REQUIRE(read.summary.is_headed);
    REQUIRE_FALSE(read.summary.covered.has_value());
  }
}

TEST_CASE("a header of a newer format is refused") {
  std::string bytes = header_bytes(70);
  bytes[7] = 2;
  ReadBack ignored;
  class Sink final : public SnapshotSink {
    bool on_entry(const SnapshotEntry&) override { return true; }
    bool on_damage(const Damage&) override { return true; }
  } sink;
  const auto result = read_with(bytes, sink);
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().code == ErrorCode::newer_format);
  CHECK(result.error().offset == 7U);
}

TEST_CASE("a header of a version that no release will have soon is damaged, not newer") {
  const MadeSnapshot made = make_snapshot(30);
  std::string bytes = header_bytes(70) + made.bytes;
  bytes[formats::snapshot_magic.size()] = '\x41';
  const ReadBack read = read_back(bytes);
  CHECK(read.codes() == std::vector{DamageCode::damaged_header});
  CHECK(read.entries.size() == 30);
  CHECK(read.summary.covered == 70U);
}

TEST_CASE(
    "no single flipped bit costs more than the entries beside it, nor makes up a key far away") {
  const MadeSnapshot made = make_snapshot(30);
  const std::string bytes = header_bytes(200) + made.bytes;
  for (std::size_t bit = 16 * 8; bit < bytes.size() * 8; ++bit) {
    std::string damaged = bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    const ReadBack read = read_back(damaged);
    CAPTURE(bit / 8, bit % 8);
    REQUIRE(read.entries.size() + 2 >= made.entries.size());
    REQUIRE(not_in(read.entries, made.entries).size() <= 1);
    REQUIRE(std::ranges::is_sorted(read.entries, std::less_equal{}, &KeptEntry::key));
  }
}

TEST_CASE("a flipped bit in a header never loses an entry") {
  const MadeSnapshot made = make_snapshot(30);
  const std::string bytes = header_bytes(150) + made.bytes;
  for (std::size_t bit = 0; bit < 16 * 8; ++bit) {
    if (bit / 8 == 7) continue;  // the format version
    std::string damaged = bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    const ReadBack read = read_back(damaged);
    CAPTURE(bit / 8, bit % 8);
    REQUIRE(read.entries.size() == made.entries.size());
    REQUIRE(read.summary.covered.has_value());
    if (bit / 8 < 7) REQUIRE(read.codes() == std::vector{DamageCode::damaged_header});
  }
}

TEST_CASE("a damaged length in the middle costs its entry and no other") {
  const MadeSnapshot made = make_snapshot(100);
  std::string bytes = made.bytes;
  // Key length, then what the value's length becomes.
  const KeptEntry& hit = made.entries[50];
  const std::size_t value_length_at = static_cast<std::size_t>(hit.offset) + 1 + hit.key.size() + 3;
  const auto [replaced, by] = GENERATE(table<std::size_t, std::string>({
      {1, "\xFA"},                                    // longer: swallows its successors
      {1, "\x05"},                                    // shorter
      {9, std::string("\xFD\0\0\0\0\0\0\0\x80", 9)},  // 2^63
      {5, std::string("\xFC\xFF\xFF\xFF\xFF", 5)},    // 4 GiB
      {1, "\xFE"},                                    // reserved
  }));
  bytes.replace(value_length_at, replaced, by);
  const ReadBack read = read_back(bytes);
  CHECK((read.entries == without(made.entries, 50)));
  REQUIRE(read.codes() == std::vector{DamageCode::damaged_entry});
  CHECK(read.damage[0].offset == hit.offset);
  CHECK(read.damage[0].length == hit.length);
  CHECK_FALSE(read.damage[0].is_torn_tail);
  CHECK(read.damage[0].keys == std::vector{hit.key});
}

TEST_CASE("a long value that holds entries is a value") {
  MadeSnapshot made = make_snapshot(50);
  std::string nested;
  for (int i = 0; nested.size() < 9'000'000; ++i) {
    nested += entry_bytes(fmt::format("user:{:012}", 1'000'000 + i), 7, "a value of its own");
  }
  made.entries[20].versions[0].value = nested;
  const std::size_t tail = GENERATE(0, 20);  // it may be the last
  std::string bytes;
  for (std::size_t i = 0; i < 21 + tail; ++i) {
    const KeptEntry& entry = made.entries[i];
    bytes += entry_bytes(entry.key, entry.versions[0].version, *entry.versions[0].value);
  }
  const ReadBack read = read_back(bytes);
  CHECK(read.damage.empty());
  CHECK(not_in(read.entries, made.entries).empty());
  CHECK(read.entries.size() == 21 + tail);
}

TEST_CASE("a count of 2^63 is damage, not an allocation") {
  const MadeSnapshot made = make_snapshot(20);
  std::string bytes = made.bytes;
  const KeptEntry& hit = made.entries[10];
  bytes.replace(static_cast<std::size_t>(hit.offset) + 1 + hit.key.size(), 9,
                std::string("\xFD\0\0\0\0\0\0\0\x80", 9));
  const ReadBack read = read_back(bytes);
  CHECK((read.entries == without(made.entries, 10)));
}

TEST_CASE("zeros are never entries") {
  SECTION("a file of them") {
    const ReadBack read = read_back(std::string(GENERATE(2, 3, 4096, 100'001), '\0'));
    CHECK(read.entries.empty());
    REQUIRE(read.codes() == std::vector{DamageCode::zero_fill});
    CHECK(read.damage[0].offset == 0);
    CHECK(read.damage[0].length == read.summary.size_bytes);
  }
  SECTION("behind the last entry") {
    const MadeSnapshot made = make_snapshot(20);
    const ReadBack read = read_back(made.bytes + std::string(512, '\0'));
    CHECK((read.entries == made.entries));
    CHECK(read.codes() == std::vector{DamageCode::zero_fill});
    CHECK(read.damage[0].is_torn_tail);
  }
  SECTION("instead of entries in the middle") {
    const MadeSnapshot made = make_snapshot(100);
    std::string bytes = made.bytes;
    const auto begin = static_cast<std::size_t>(made.entries[40].offset) + 30;
    const auto end = static_cast<std::size_t>(made.entries[60].offset) + 30;
    bytes.replace(begin, end - begin, std::string(end - begin, '\0'));
    const ReadBack read = read_back(bytes);
    std::vector<KeptEntry> expected(made.entries.begin(), made.entries.begin() + 40);
    expected.insert(expected.end(), made.entries.begin() + 61, made.entries.end());
    CHECK((read.entries == expected));
    CHECK(read.codes() == std::vector{DamageCode::zero_fill});
  }
}

TEST_CASE("an entry that no release writes is damage of its own") {
  const MadeSnapshot made = make_snapshot(20);
  const auto insert_at = static_cast<std::size_t>(made.entries[10].offset);
  const auto [entry, code] = GENERATE(table<std::string, DamageCode>({
      {std::string("\x12user:0000000000095\0", 20), DamageCode::impossible_entry},
      {entry_bytes("user:0000000000095", 0, "v"), DamageCode::impossible_version},
      {entry_bytes("user:0000000000095", version_limit_0_27, "v"), DamageCode::impossible_version},
      {entry_bytes("user:000000000002", 5, "an older key"), DamageCode::entry_order},
      {std::string("\x12user:0000000000095\x02\x05\0\x05\0", 24), DamageCode::entry_order},
  }));
  std::string bytes = made.bytes;
  bytes.insert(insert_at, entry);
  const ReadBack read = read_back(bytes);
  CHECK((read.entries == made.entries));
  REQUIRE(read.codes() == std::vector{code});
  CHECK(read.damage[0].offset == insert_at);
  CHECK(read.damage[0].length == entry.size());
}

TEST_CASE("a key that sorts above its successors is left out, not they") {
  MadeSnapshot made = make_snapshot(20);
  std::string bytes = made.bytes;
  const KeptEntry& hit = made.entries[10];
  bytes[static_cast<std::size_t>(hit.offset) + 3] = 'z';
  const ReadBack read = read_back(bytes);
  CHECK((read.entries == without(made.entries, 10)));
  CHECK(read.codes() == std::vector{DamageCode::entry_order});
}

TEST_CASE("no entry behind a header has a version that line 1.1 refuses") {
  const ReadBack read = read_back(header_bytes(3) + entry_bytes("a", 1, "v") +
                                  entry_bytes("b", version_limit_1_1, "v"));
  CHECK(read.entries.size() == 1);
  CHECK(read.codes() == std::vector{DamageCode::impossible_version});
}

TEST_CASE("a version above the covered one counts as covered, and is uncertain") {
  const MadeSnapshot made = make_snapshot(20);
  const ReadBack read = read_back(header_bytes(19) + made.bytes);
  REQUIRE(read.entries.size() == 20);
  CHECK(read.entries[19].versions[0].version == 19);
  CHECK(read.entries[19].uncertain);
  CHECK(read.codes() == std::vector{DamageCode::impossible_version});
}

TEST_CASE("a snapshot with an entry covers more than version 0") {
  const MadeSnapshot made = make_snapshot(1);
  const ReadBack read = read_back(header_bytes(0) + made.bytes);
  CHECK((read.entries == made.entries));
  CHECK(read.codes() == std::vector{DamageCode::damaged_header});
}

TEST_CASE("a covered version below those of the entries is what is wrong") {
  const MadeSnapshot made = make_snapshot(20);
  const ReadBack read = read_back(header_bytes(2) + made.bytes);
  CHECK((read.entries == made.entries));
  CHECK(read.codes() == std::vector{DamageCode::damaged_header});
  CHECK(read.summary.covered == 20U);
}

TEST_CASE("random bytes hold no entries") {
  std::mt19937_64 random(GENERATE(range(0, 20)));
  std::string bytes;
  for (int i = 0; i < 200'000; ++i) bytes.push_back(static_cast<char>(random()));
  const ReadBack read = read_back(bytes);
  CHECK(read.entries.size() <= 1);  // at the very beginning one may decode by chance
  CHECK_FALSE(read.damage.empty());
}

TEST_CASE("a sink that has seen enough stops the reader") {
  class Sink final : public SnapshotSink {
   public:
    bool on_entry(const SnapshotEntry&) override { return ++entries < 3; }
    bool on_damage(const Damage&) override { return true; }
    int entries = 0;
  } sink;
  const auto result = read_with(make_snapshot(20).bytes, sink);
  REQUIRE(result.has_value());
  CHECK(result->stopped);
  CHECK(sink.entries == 3);
}

TEST_CASE("damage of many kinds neither loses whole entries nor invents any") {
  const MadeSnapshot made = make_snapshot(150, 60);
  std::vector<ByteRange> ranges;
  for (const KeptEntry& entry : made.entries) ranges.push_back({entry.offset, entry.length});
  const DamageKind kind =
      GENERATE(DamageKind::cut, DamageKind::cut_many, DamageKind::splice, DamageKind::zero_run,
               DamageKind::zero_tail, DamageKind::zeros_after, DamageKind::garbage_tail,
               DamageKind::hole, DamageKind::insert, DamageKind::insert_between,
               DamageKind::length_field, DamageKind::sector_zero);
  std::size_t whole = 0;
  std::size_t lost = 0;
  std::size_t wrong = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    std::mt19937_64 random(seed);
    const DamagedLog damaged = damage_log(made.bytes, ranges, kind, random);
    const ReadBack read = read_back(damaged.bytes);
    wrong += static_cast<std::size_t>(
        std::ranges::count(not_in(read.entries, made.entries), false, &KeptEntry::uncertain));
    for (std::size_t i = 0; i < made.entries.size(); ++i) {
      if (!damaged.is_whole[i]) continue;
      ++whole;
      if (std::ranges::find(read.entries, made.entries[i]) == read.entries.end()) ++lost;
    }
  }
  CAPTURE(name_of(kind), whole, lost, wrong);
  // A hole or an insertion may leave bytes that read as a sound entry: nothing in the format tells.
  CHECK(lost * 1000 <= whole);
  CHECK(wrong <= 12);
}

TEST_CASE("zeros from an option tag on are damage, not a delete that no such release writes") {
  const auto covered = GENERATE(std::optional<Version>(), std::optional<Version>(1000));
  const std::size_t zeros = GENERATE(1U, 2U, 3U, 10U, 30U);
  const MadeSnapshot made = make_snapshot(60);
  const KeptEntry& hit = made.entries[30];
  const std::string front = covered ? header_bytes(*covered) : std::string();
  std::string bytes = front + made.bytes;
  // Behind the tag: the value's length, and the value.
  const std::size_t tag =
      front.size() + hit.offset + hit.length - hit.versions[0].value->size() - 2;
  REQUIRE(bytes[tag] == 1);
  bytes.replace(tag, zeros, zeros, '\0');
  const ReadBack read = read_back(bytes);
  CAPTURE(zeros, covered.has_value());
  CHECK(read.entries == without(made.entries, 30));
  REQUIRE(read.damage.size() == 1);
  CHECK(read.damage[0].offset <= front.size() + hit.offset);
  CHECK(read.damage[0].keys.front() == hit.key);
  CHECK_FALSE(read.summary.holds_history);
}

TEST_CASE("a delete before damage is one where releases write deletes") {
  const MadeSnapshot made = make_snapshot(60);
  const KeptEntry& hit = made.entries[30];
  std::string bytes;
  formats::append_snapshot_entry(bytes, "a",
                                 std::vector<VersionedValue>{{1, "value"}, {2, std::nullopt}});
  const std::size_t tag =
      bytes.size() + hit.offset + hit.length - hit.versions[0].value->size() - 2;
  bytes += made.bytes;
  bytes.replace(tag, 10, 10, '\0');
  const ReadBack read = read_back(bytes);
  const auto found = std::ranges::find(read.entries, hit.key, &KeptEntry::key);
  REQUIRE(found != read.entries.end());
  CHECK_FALSE(found->versions.back().value.has_value());
}
