// Where the legacy part of an upgraded log meets the frames: damage in front of the header takes
// none of them.
#include <persist/formats/log_header.hpp>
#include <persist/log_reader.hpp>

#include "support/catch.hpp"
#include "support/real_files.hpp"
#include "support/string_file.hpp"

using namespace persist;
using namespace persist::test;

namespace {

class FrameCounter final : public LogSink {
 public:
  bool on_commit(const Commit& commit) override {
    if (commit.format != LogFormat::legacy) ++frames;
    return true;
  }
  bool on_damage(const Damage&) override { return true; }

  std::size_t frames = 0;
};

std::size_t count_frames(std::string bytes) {
  StringFile file(std::move(bytes));
  FrameCounter counter;
  REQUIRE(read_log(file, {}, counter));
  return counter.frames;
}

}  // namespace

TEST_CASE("bytes that are lost in front of the log header take no frame behind it") {
  const std::string sound = read_whole_file(testdata("engine-1.1/upgraded-from-0.27/aol.bin"));
  const std::size_t header = sound.find(formats::log_magic);
  REQUIRE(header != std::string::npos);
  const std::size_t frames = count_frames(sound);
  REQUIRE(frames > 8);
  for (std::size_t lost = 1; lost < 120; ++lost) {
    std::string bytes = sound;
    bytes.erase(header - lost, lost);
    INFO(lost << " bytes lost");
    CHECK(count_frames(std::move(bytes)) == frames);
  }
}

TEST_CASE("a record that is torn in front of the log header takes no frame behind it") {
  const std::string sound = read_whole_file(testdata("engine-1.1/upgraded-from-0.27/aol.bin"));
  const std::size_t header = sound.find(formats::log_magic);
  const std::size_t frames = count_frames(sound);
  for (std::size_t torn = 1; torn < 120; ++torn) {
    std::string bytes = sound;
    bytes.insert(header, sound.substr(0, torn));
    INFO(torn << " bytes of a record");
    CHECK(count_frames(std::move(bytes)) == frames);
  }
}
