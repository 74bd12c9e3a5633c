
#include "support/catch.hpp"
#include "unit/snapshot/lz4_frames.hpp"
#include "unit/snapshot/support.hpp"

using namespace persist;
using namespace persist::test;

namespace {

std::string encode(const std::vector<KeptEntry>& entries) {
  std::string out;
  for (const KeptEntry& entry : entries) {
    std::vector<VersionedValue> versions;
    for (const KeptVersion& item : entry.versions) {
      versions.push_back(
          {item.version, item.value ? std::optional<ByteView>(*item.value) : std::nullopt});
    }
    formats::append_snapshot_entry(out, entry.key, versions);
  }
  return out;
}

}  // namespace

TEST_CASE("the entries of every real snapshot encode to the bytes they were read from") {
  const std::string path = GENERATE(from_range(real_snapshots()));
  CAPTURE(path);
  const std::string bytes = read_testdata(path);
  const ReadBack read = read_back(bytes);
  CHECK(read.damage.empty());
  CHECK(read.summary.is_complete);
  const std::size_t header = read.summary.covered ? 16 : 0;
  const ByteView body = ByteView(bytes).substr(header);
  const bool is_lz4 = read.summary.compression == Compression::lz4;
  CHECK(encode(read.entries) == (is_lz4 ? decompress(body) : std::string(body)));
  CHECK(is_lz4 == (path.find("lz4") != std::string::npos));
  CHECK(read.summary.covered.has_value() == path.starts_with("engine-1.1"));
  CHECK_FALSE(read.summary.lz4_ended);
  CHECK(read.summary.entries == read.entries.size());
}

TEST_CASE("an empty file is an empty database") {
  const ReadBack read = read_back("");
  CHECK(read.entries.empty());
  CHECK(read.damage.empty());
  CHECK(read.summary.is_complete);
}

TEST_CASE("a header without entries is an empty database that covers a version") {
  const ReadBack read = read_back(header_bytes(7));
  CHECK(read.damage.empty());
  CHECK(read.summary.covered == 7U);
}
