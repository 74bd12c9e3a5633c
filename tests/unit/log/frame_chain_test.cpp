// Frames that stand one right behind the other: which of them are of one chain.
#include "log/frame_chain.hpp"

#include <persist/formats/frame.hpp>

#include "support/catch.hpp"
#include "support/string_file.hpp"

using namespace persist;
using namespace persist::test;

namespace {

// One record each, of these versions.
std::string frames_of(const std::vector<Version>& versions) {
  std::string bytes;
  for (const Version version : versions) {
    std::string payload;
    formats::append_record(payload, {"key", version, "value"});
    formats::append_frame(bytes, payload, 0, formats::FrameVersion::v1);
  }
  return bytes;
}

}  // namespace

TEST_CASE("copies that end a value in front of the log's own frames leave no mark on their chain") {
  const std::vector<Version> versions{86, 87, 90, 91, 92, 93, 94, 95, 96, 97, 98};
  StringFile file(frames_of(versions));
  log::Window window(file, file.info()->size_bytes);
  log::FrameProbe probe(window, formats::FrameVersion::v1);
  const auto chains = log::chains_from(probe, 0, {});
  REQUIRE(chains);
  REQUIRE(chains->size() >= 1);
  const log::FrameChain& own = chains->back();
  CHECK(own.frames == 9);
  REQUIRE_FALSE(own.leading.empty());
  CHECK(own.leading.front().version == 90);
}
