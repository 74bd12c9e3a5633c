#include "commands/target.hpp"
#include "support/catch.hpp"
#include "support/real_files.hpp"

using namespace persist;
using namespace persist::app;

TEST_CASE("every real log and snapshot is recognized by its contents alone") {
  std::size_t files = 0;
  for (const std::string line : {"engine-0.18", "engine-0.27", "engine-1.0", "engine-1.1",
                                 "surrealdb-3.0.2", "surrealdb-3.2.4"}) {
    for (const std::string& directory : test::directories_in(line)) {
      for (const auto& [name, kind] :
           {std::pair{"aol.bin", FileKind::log}, std::pair{"snapshot.bin", FileKind::snapshot}}) {
        const std::string bytes = test::read_whole_file(test::testdata(directory + "/" + name));
        if (bytes.empty()) continue;
        CAPTURE(directory, name);
        CHECK(recognize(bytes) == kind);
        ++files;
      }
    }
  }
  CHECK(files > 40);
}

TEST_CASE("bytes that are neither tell nothing") {
  CHECK_FALSE(recognize(std::string(4096, '\0')));
  CHECK_FALSE(recognize("\xfe\xfe\xfe\xfe"));
  CHECK_FALSE(recognize(""));
}
