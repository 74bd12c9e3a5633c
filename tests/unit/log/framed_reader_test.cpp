#include <persist/log_reader.hpp>

#include "support/catch.hpp"
#include "support/real_files.hpp"
#include "support/temporary_directory.hpp"

using namespace persist;
using namespace persist::test;

namespace {

GatheringSink gather_file(const std::string& path) {
  GatheringSink sink;
  auto file = posix_file_system().open(path, OpenMode::read);
  REQUIRE(file);
  REQUIRE(read_log(**file, {}, sink));
  return sink;
}

}  // namespace

TEST_CASE("every commit of a sound framed log is read at its place, and no damage") {
  const std::string line = GENERATE("engine-1.0", "engine-1.1");
  for (const std::string& directory : directories_in(line)) {
    if (directory.ends_with("doubled-header") ||
        directory.find("upgraded-from-0.27") != std::string::npos)
      continue;
    INFO(directory);
    const GatheringSink sink = gather_file(testdata(directory + "/aol.bin"));
    CHECK(sink.commits == read_commit_lines(testdata(directory + "/commits.ndjson")));
    CHECK(sink.damage.empty());
  }
}

TEST_CASE("every commit that is whole in a damaged framed log is read, and none is invented") {
  const std::string line = GENERATE("damaged/1.0", "damaged/1.1");
  for (const std::string& directory : directories_in(line)) {
    INFO(directory);
    const GatheringSink sink = gather_file(testdata(directory + "/aol.bin"));
    CHECK(sink.rows() == read_rows(testdata(directory + "/expected-after-repair.ndjson")));
    CHECK_FALSE(sink.damage.empty());
  }
}
