#include "commands/dump_batches.hpp"

#include "support/catch.hpp"
#include "unit/apps/string_stream.hpp"

using namespace persist;
using namespace persist::app;

namespace {

struct OwnedRow {
  std::string key;
  Version version = 0;
  std::optional<std::string> value;
  std::string record;

  [[nodiscard]] DumpRow view() const { return {key, version, value, record}; }
};

// With deletes, empty values, names, and values longer than a batch.
std::vector<OwnedRow> rows_of_all_kinds(std::size_t count) {
  std::vector<OwnedRow> rows;
  for (std::size_t i = 0; i < count; ++i) {
    OwnedRow row{"key " + std::to_string(i), i + 1, std::string(i % 500, 'v'), ""};
    if (i % 7 == 0) row.value.reset();
    if (i % 5 == 0) row.record = "shop/main/person:" + std::to_string(i);
    if (i % 4001 == 3) row.value = std::string(700'000, 'l');
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

TEST_CASE("rows that others format come out in order, as if one had formatted them all") {
  const auto format = GENERATE(DumpFormat::ndjson, DumpFormat::csv);
  const auto count = GENERATE(as<std::size_t>(), 0, 1, 20'000);
  const auto writer = make_dump_row_writer({format, Encoding::automatic, false, true, true});
  StringStream out;
  RowFormatter formatter(*writer, out);
  std::string expected;
  for (const OwnedRow& row : rows_of_all_kinds(count)) {
    formatter.add(row.view());
    writer->row(expected, row.view());
  }
  formatter.finish();
  REQUIRE(out.finish());
  CHECK((out.text == expected));
}
