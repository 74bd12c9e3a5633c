// Logs of a few records give no custom to compare with: what decodes is believed.
#include <persist/formats/record.hpp>

#include "support/catch.hpp"
#include "support/real_files.hpp"
#include "support/string_file.hpp"

using namespace persist;
using namespace persist::test;

TEST_CASE("a legacy log of one to three records is read whole, whatever its keys") {
  const std::vector<RecordView> records{
      {"a", 1, "1"}, {"user:0001", 2, "value"}, {"", 3, std::nullopt}};
  for (std::size_t first = 0; first < records.size(); ++first) {
    for (std::size_t count = 1; first + count <= records.size(); ++count) {
      std::string bytes;
      for (std::size_t i = first; i < first + count; ++i) formats::append_record(bytes, records[i]);
      StringFile file(bytes);
      GatheringSink sink;
      REQUIRE(read_log(file, {}, sink));
      INFO("records " << first << " to " << first + count - 1);
      CHECK(sink.commits.size() == count);
      CHECK(sink.damage.empty());
    }
  }
}
