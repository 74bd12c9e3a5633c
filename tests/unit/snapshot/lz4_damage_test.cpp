// Compressed snapshots, sound and damaged.
#include <persist/snapshot_writer.hpp>
#include <random>

#include "support/catch.hpp"
#include "support/noise.hpp"
#include "support/string_file.hpp"
#include "unit/snapshot/lz4_frames.hpp"
#include "unit/snapshot/support.hpp"

using namespace persist;
using namespace persist::test;

namespace {

// A frame as the engine writes it, of several blocks.
struct EngineSnapshot {
  MadeSnapshot made = make_snapshot(4'000);
  std::string bytes = engine_frame(made.bytes);
  std::vector<BlockRange> blocks = blocks_of(bytes);
};
const EngineSnapshot& engine_snapshot() {
  static const EngineSnapshot snapshot;
  return snapshot;
}

// How many entries end within the first so many decoded bytes.
std::size_t entries_within(const MadeSnapshot& made, std::size_t decoded_bytes) {
  return static_cast<std::size_t>(std::ranges::count_if(made.entries, [&](const KeptEntry& entry) {
    return entry.offset + entry.length <= decoded_bytes;
  }));
}

constexpr std::size_t engine_block_bytes = 65536;

// A frame whose blocks do not compress, each with its own entries.
std::string stored_frame(const MadeSnapshot& made, bool linked) {
  std::string out;
  formats::Lz4FrameHeader header;
  header.block_max_bytes = engine_block_bytes;
  header.independent_blocks = !linked;
  header.block_checksums = header.content_checksum = true;
  formats::append_lz4_frame_header(out, header);
  for (std::size_t at = 0; at < made.bytes.size(); at += engine_block_bytes) {
    formats::append_lz4_block(out, ByteView(made.bytes).substr(at, engine_block_bytes), true);
  }
  formats::append_lz4_end(out, formats::lz4_checksum(made.bytes));
  return out;
}

// Says that it is whole, and ends earlier when that end is read.
class ShrinkingFile final : public File {
 public:
  ShrinkingFile(std::string bytes, std::size_t cut)
      : size_(bytes.size()), file_(shortened(std::move(bytes), cut)) {}
  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) override {
    return file_.read_at(offset, into);
  }
  Result<FileInfo> info() override {
    FileInfo info;
    info.size_bytes = size_;
    return info;
  }
  Result<> write_at(std::uint64_t offset, ByteView bytes) override {
    return file_.write_at(offset, bytes);
  }
  Result<> truncate(std::uint64_t size_bytes) override { return file_.truncate(size_bytes); }
  Result<> sync() override { return file_.sync(); }
  Result<> copy_permissions(const FileInfo& like) override { return file_.copy_permissions(like); }
  const std::string& path() const override { return file_.path(); }

 private:
  static std::string shortened(std::string bytes, std::size_t cut) {
    bytes.resize(bytes.size() - cut);
    return bytes;
  }

  std::uint64_t size_;
  StringFile file_;
};

class IgnoringSink final : public SnapshotSink {
 public:
  explicit IgnoringSink(std::uint64_t file_bytes) : file_bytes_(file_bytes) {}
  bool on_entry(const SnapshotEntry&) override { return true; }
  bool on_damage(const Damage& damage) override {
    CHECK(damage.offset + damage.length <= file_bytes_);
    return true;
  }

 private:
  std::uint64_t file_bytes_;
};

// An entry of that many bytes, which nothing compresses.
std::string noise_entry(std::size_t length) {
  const std::size_t overhead = entry_bytes("k", 1, std::string(length, 'v')).size() - length;
  return entry_bytes("k", 1, noise(length - overhead));
}

}  // namespace

TEST_CASE("an engine's frame of many blocks is sound without an end") {
  const EngineSnapshot& snapshot = engine_snapshot();
  REQUIRE(snapshot.blocks.size() > 3);
  const ReadBack read = read_back(snapshot.bytes);
  CHECK((read.entries == snapshot.made.entries));
  CHECK(read.damage.empty());
  CHECK_FALSE(read.summary.lz4_ended);
  CHECK(read.summary.checksummed_bytes == snapshot.bytes.size() - snapshot.blocks[0].offset);
}

TEST_CASE("a complete frame of another writer is read and found ended") {
  const MadeSnapshot made = make_snapshot(4'000);
  const ReadBack read = read_back(header_bytes(200) + complete_frame(made.bytes));
  CHECK((read.entries == made.entries));
  CHECK(read.damage.empty());
  CHECK(read.summary.lz4_ended);
}

TEST_CASE("a compressed snapshot cut anywhere yields the entries of its whole blocks") {
  const EngineSnapshot& snapshot = engine_snapshot();
  std::vector<std::size_t> lengths;
  for (const BlockRange& block : snapshot.blocks) {
    for (const std::size_t into : {0, 1, 3, 4, 5, 1000}) lengths.push_back(block.offset + into);
    lengths.push_back(block.offset + block.length - 1);
  }
  for (const std::size_t length : lengths) {
    const ReadBack read = read_back(snapshot.bytes.substr(0, length));
    std::size_t blocks = 0;
    std::size_t end = snapshot.blocks[0].offset;
    while (blocks < snapshot.blocks.size() && end + snapshot.blocks[blocks].length <= length) {
      end += snapshot.blocks[blocks++].length;
    }
    CAPTURE(length, blocks);
    const std::size_t expected = entries_within(snapshot.made, blocks * engine_block_bytes);
    REQUIRE(read.entries.size() == expected);
    REQUIRE(not_in(read.entries, snapshot.made.entries).empty());
    if (length == end) continue;
    REQUIRE(read.codes() == std::vector{DamageCode::torn_block});
    REQUIRE(read.damage[0].offset == end);
    REQUIRE(read.damage[0].length == length - end);
    REQUIRE(read.damage[0].is_torn_tail);
  }
}

TEST_CASE("a cut between blocks leaves half an entry, and that is what is reported") {
  const EngineSnapshot& snapshot = engine_snapshot();
  const ReadBack read = read_back(snapshot.bytes.substr(0, snapshot.blocks[1].offset));
  REQUIRE(read.codes() == std::vector{DamageCode::torn_entry});
  CHECK(read.damage[0].is_torn_tail);
  CHECK(read.damage[0].offset == snapshot.blocks[0].offset);
  CHECK(read.damage[0].length == snapshot.blocks[0].length);
}

TEST_CASE("every prefix of a real compressed snapshot is read without inventing anything") {
  const std::string bytes = read_testdata("engine-1.1/snapshot-lz4-and-log/snapshot.bin");
  const ReadBack whole = read_back(bytes);
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    const ReadBack read = read_back(bytes.substr(0, length));
    CAPTURE(length);
    REQUIRE(read.entries.empty());  // it has but one block
    const bool is_boundary = length == 0 || length == 16 || length == 23;
    REQUIRE(read.damage.empty() == is_boundary);
    if (!is_boundary) REQUIRE(read.damage[0].is_torn_tail);
  }
}

TEST_CASE("a flipped bit in a compressed snapshot is put right, and invents nothing") {
  const MadeSnapshot made = make_snapshot(60);
  SnapshotWriteOptions options;
  options.compression = Compression::lz4;
  std::string ours;
  SnapshotWriter writer(options, [&](ByteView bytes) -> Result<> {
    ours += bytes;
    return {};
  });
  REQUIRE(writer.begin().has_value());
  for (const KeptEntry& entry : made.entries) {
    const VersionedValue item{entry.versions[0].version, *entry.versions[0].value};
    REQUIRE(writer.add(entry.key, {&item, 1}).has_value());
  }
  REQUIRE(writer.finish().has_value());
  for (const std::string& bytes : {engine_frame(made.bytes), ours}) {
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
      std::string damaged = bytes;
      damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
      const ReadBack read = read_back(damaged);
      CAPTURE(bit / 8, bit % 8);
      REQUIRE(not_in(read.entries, made.entries).empty());
      REQUIRE_FALSE(read.damage.empty());
      REQUIRE_FALSE(read.summary.is_complete);
      // Only the bit that says "not compressed" is under no checksum, and proven by nothing.
      if (bit != 11 * 8 - 1) REQUIRE(read.entries.size() == made.entries.size());
    }
  }
}

TEST_CASE("linked blocks are read up to the damage, and no further") {
  const EngineSnapshot& snapshot = engine_snapshot();
  std::string damaged = snapshot.bytes;
  const BlockRange hit = snapshot.blocks[1];
  damaged.replace(hit.offset + 100, 16, "sixteen other by");
  const ReadBack read = read_back(damaged);
  CHECK(read.entries.size() == entries_within(snapshot.made, engine_block_bytes));
  REQUIRE(read.codes() == std::vector{DamageCode::damaged_block});
  CHECK(read.damage[0].offset == hit.offset);
  CHECK(read.damage[0].length == snapshot.bytes.size() - hit.offset);
  CHECK_FALSE(read.damage[0].is_torn_tail);
}

TEST_CASE(
    "independent blocks behind the damage are read, and so is what they hold of linked ones") {
  const MadeSnapshot made = make_snapshot(4'000);
  const bool linked = GENERATE(false, true);
  std::string bytes = stored_frame(made, linked);
  const std::vector<BlockRange> blocks = blocks_of(bytes);
  bytes.replace(blocks[1].offset + 100, 16, "sixteen other by");
  const ReadBack read = read_back(bytes);
  CHECK(read.codes() == std::vector{DamageCode::damaged_block});
  CHECK(not_in(read.entries, made.entries).empty());
  const std::size_t touched =
      static_cast<std::size_t>(std::ranges::count_if(made.entries, [](const KeptEntry& entry) {
        return entry.offset + entry.length > engine_block_bytes &&
               entry.offset < 2 * engine_block_bytes;
      }));
  CHECK(read.entries.size() == made.entries.size() - touched);
}

TEST_CASE("a block's damaged length is put right by where the next block begins") {
  const EngineSnapshot& snapshot = engine_snapshot();
  std::string damaged = snapshot.bytes;
  const std::size_t index = GENERATE(0, 1, 3);
  const std::size_t byte = GENERATE(0, 1, 2, 3);
  CAPTURE(index, byte);
  damaged[snapshot.blocks[index].offset + byte] ^= 0x41;
  const ReadBack read = read_back(damaged);
  CHECK((read.entries == snapshot.made.entries));
  REQUIRE(read.codes() == std::vector{DamageCode::damaged_block});
  CHECK(read.damage[0].offset == snapshot.blocks[index].offset);
  CHECK(read.damage[0].length == 4);
  CHECK_FALSE(read.damage[0].may_hold_commits);
}

TEST_CASE("a block that is marked as not compressed, and is, is decoded all the same") {
  const EngineSnapshot& snapshot = engine_snapshot();
  for (const BlockRange& block : snapshot.blocks) {
    std::string damaged = snapshot.bytes;
    damaged[block.offset + 3] = static_cast<char>(damaged[block.offset + 3] ^ '\x80');
    const ReadBack read = read_back(damaged);
    INFO("block at byte " << block.offset);
    CHECK((read.entries == snapshot.made.entries));
    REQUIRE(read.damage.size() == 1);
    CHECK(read.damage[0].offset == block.offset);
  }
}

TEST_CASE("a last block of random bytes is stored, though it decodes by chance") {
  const bool is_ended = GENERATE(false, true);
  std::mt19937_64 random(7);
  for (int round = 0; round < 200; ++round) {
    std::string entries;
    const std::uint64_t keys = 8 + random() % 8;
    for (std::uint64_t key = 0; key < keys; ++key) {
      std::string value(8'000 + random() % 1'000, '\0');
      std::ranges::generate(value, [&] { return static_cast<char>(random()); });
      entries += entry_bytes("key " + std::to_string(10 + key), key + 1, value);
    }
    const ReadBack read = read_back(is_ended ? complete_frame(entries) : engine_frame(entries));
    INFO("round " << round);
    REQUIRE(read.codes().empty());
    REQUIRE(read.entries.size() == keys);
  }
}

TEST_CASE("the end of a frame is checked") {
  const MadeSnapshot made = make_snapshot(300);
  const std::string bytes = complete_frame(made.bytes);
  const std::size_t mark = bytes.size() - 8;
  std::string damaged = bytes;
  SECTION("a content checksum that does not match") {
    damaged[mark + 5] ^= 1;
    const ReadBack read = read_back(damaged);
    CHECK((read.entries == made.entries));
    CHECK(read.codes() == std::vector{DamageCode::content_checksum});
  }
  SECTION("an end mark that is none") {
    damaged[mark + 1] ^= 1;
    const ReadBack read = read_back(damaged);
    CHECK((read.entries == made.entries));
    CHECK(read.codes() == std::vector{DamageCode::damaged_block});
    CHECK_FALSE(read.damage[0].may_hold_commits);
  }
  SECTION("an end cut short") {
    const std::size_t left = GENERATE(0, 1, 4, 7);
    const ReadBack read = read_back(bytes.substr(0, mark + left));
    CHECK((read.entries == made.entries));
    CHECK(read.codes().front() == DamageCode::torn_block);
    CHECK(read.damage[0].is_torn_tail);
  }
  SECTION("a stated size that is another") {
    std::string other;
    auto header = *formats::decode_lz4_frame_header(bytes);
    const std::size_t header_length = header.length_bytes;
    header.content_size_bytes += 1;
    formats::append_lz4_frame_header(other, header);
    const ReadBack read = read_back(other + bytes.substr(header_length));
    CHECK((read.entries == made.entries));
    CHECK(read.codes() == std::vector{DamageCode::content_checksum});
  }
  SECTION("bytes behind it") {
    const ReadBack read = read_back(bytes + "some more");
    CHECK((read.entries == made.entries));
    CHECK(read.codes() == std::vector{DamageCode::trailing_bytes});
    CHECK(read.damage[0].offset == bytes.size());
    CHECK(read.damage[0].length == 9);
    CHECK(read.summary.lz4_ended);
  }
  SECTION("zeros behind it") {
    const ReadBack read = read_back(bytes + std::string(1000, '\0'));
    CHECK((read.entries == made.entries));
    CHECK(read.codes() == std::vector{DamageCode::zero_fill});
  }
}

TEST_CASE("a compressed snapshot may become shorter while its end is read") {
  // Around the length at which the reader's window ends in the middle of the frame's end.
  for (std::size_t length = 524'240; length < 524'290; ++length) {
    const std::string bytes = header_bytes(200) + complete_frame(noise_entry(length));
    for (std::size_t cut = 1; cut <= 9; ++cut) {
      ShrinkingFile file(bytes, cut);
      IgnoringSink sink(bytes.size());
      REQUIRE(read_snapshot(file, {}, sink));
    }
  }
}

TEST_CASE("zeros behind an engine's frame are no end") {
  const EngineSnapshot& snapshot = engine_snapshot();
  const ReadBack read = read_back(snapshot.bytes + std::string(4096, '\0'));
  CHECK((read.entries == snapshot.made.entries));
  REQUIRE(read.codes() == std::vector{DamageCode::zero_fill});
  CHECK(read.damage[0].offset == snapshot.bytes.size());
  CHECK_FALSE(read.summary.lz4_ended);
}

TEST_CASE("a snapshot that looks like LZ4 and is none is read as what it is") {
  MadeSnapshot made = make_snapshot(20);
  const std::string key = "\x22\x4D\x18\x54";
  const std::string bytes = entry_bytes(key, 7, "first") + made.bytes;
  const std::string header = GENERATE(std::string(), header_bytes(200));
  const ReadBack read = read_back(header + bytes);
  CHECK(read.damage.empty());
  CHECK(read.summary.looks_like_lz4);
  CHECK(read.summary.compression == Compression::none);
  REQUIRE(read.entries.size() == 21);
  CHECK(read.entries[0].key == key);
}

TEST_CASE("a header of the snapshot that is quite gone does not hide the frame behind it") {
  const EngineSnapshot& snapshot = engine_snapshot();
  const ReadBack read = read_back(std::string(16, '\xAA') + snapshot.bytes);
  CHECK((read.entries == snapshot.made.entries));
  CHECK(read.codes().front() == DamageCode::damaged_header);
  CHECK(read.summary.covered == read.summary.max_version);
}

TEST_CASE("a first value that is an LZ4 frame of its own does not make 16 bytes a damaged header") {
  const std::string frame = engine_frame(make_snapshot(3).bytes);
  std::string bytes;
  formats::append_snapshot_entry(bytes, "user:000001", {{{1, frame.substr(0, 100)}}});
  formats::append_snapshot_entry(bytes, "user:000002", {{{2, "hello"}}});
  REQUIRE(bytes.find(frame.substr(0, 7)) == 16);
  const ReadBack read = read_back(bytes);
  CHECK(read.entries.size() == 2);
  CHECK(read.damage.empty());
}

TEST_CASE("nor does one that is longer than what the reader looks at first") {
  std::string value = engine_frame(make_snapshot(3).bytes).substr(0, 7);
  value.append(200'000, 'x');
  std::string bytes;
  formats::append_snapshot_entry(bytes, "user:01", {{{1, value}}});
  REQUIRE(bytes.find(value) == 16);
  const ReadBack read = read_back(bytes);
  CHECK(read.entries.size() == 1);
  CHECK(read.damage.empty());
}

TEST_CASE("no entry is of version 0, whatever the snapshot's header and the first block say") {
  const MadeSnapshot made = make_snapshot(4'000);
  std::string frame = stored_frame(made, false);
  std::fill_n(frame.begin() + 100, 64, '\xAA');
  const ReadBack read = read_back(header_bytes(0) + frame);
  REQUIRE(read.entries.size() > 1'000);
  for (const KeptEntry& entry : read.entries) REQUIRE(entry.versions.front().version > 0);
}

TEST_CASE("a snapshot with entries covers more than 0, though its first block is damaged") {
  const std::string frame = complete_frame(make_snapshot(3'000).bytes);
  const BlockRange first = blocks_of(frame).front();
  REQUIRE(blocks_of(frame).size() > 1);
  std::string bytes = header_bytes(0) + frame;
  const std::size_t data_at = header_bytes(0).size() + first.offset + 4;
  SECTION("in one bit, which is put right") {
    bytes[data_at + 100] = static_cast<char>(bytes[data_at + 100] ^ 0x04);
  }
  SECTION("and lost") {
    std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(data_at), 999, 'x');
  }
  const ReadBack read = read_back(bytes);
  REQUIRE_FALSE(read.entries.empty());
  CHECK(read.summary.covered == read.summary.max_version);
}

TEST_CASE("a frame's header that is damaged does not hide its blocks") {
  const EngineSnapshot& snapshot = engine_snapshot();
  std::string damaged = snapshot.bytes;
  damaged.replace(0, 7, GENERATE(std::string(7, '\0'), std::string("garbage")));
  const ReadBack read = read_back(damaged);
  CHECK((read.entries == snapshot.made.entries));
  CHECK(read.codes() == std::vector{DamageCode::damaged_header});
}

TEST_CASE("a length that no compressed bytes can make up asks for no memory") {
  std::string entries = make_snapshot(10).bytes;
  formats::append_bytes(entries, "zzzz");
  formats::append_varint(entries, 1);
  formats::append_varint(entries, 1);
  entries.push_back('\1');
  formats::append_varint(entries, std::uint64_t{1} << 40U);
  const ReadBack read = read_back(engine_frame(entries + "short"));
  CHECK(read.entries.size() == 10);
  CHECK(read.codes() == std::vector{DamageCode::torn_entry});
}

TEST_CASE("an empty compressed snapshot is an empty database") {
  const ReadBack read = read_back(engine_frame(""));
  CHECK(read.summary.size_bytes == 7);
  CHECK(read.entries.empty());
  CHECK(read.damage.empty());
}
