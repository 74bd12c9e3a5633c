// Rows of a dump in each of its formats.
#pragma once

#include <memory>
#include <optional>
#include <persist/formats/snapshot_entry.hpp>
#include <string>

#include "output/json.hpp"

namespace persist::app {

enum class DumpFormat { ndjson, csv, tsv };

struct DumpRow {
  ByteView key;
  Version version = 0;
  std::optional<ByteView> value;  // none: a delete
  ByteView record;                // SurrealDB's name for the key; empty: it has none
};

struct DumpRowStyle {
  DumpFormat format = DumpFormat::ndjson;
  Encoding encoding = Encoding::automatic;
  bool keys_only = false;
  bool history = false;       // rows may be deletes
  bool with_records = false;  // separated formats have a column for them
};

// Several threads may use one at a time.
class DumpRowWriter {
 public:
  virtual ~DumpRowWriter() = default;
  // Each appends whole lines.
  virtual void begin(std::string& out, const Json& header) const = 0;
  virtual void row(std::string& out, const DumpRow& row) const = 0;
  virtual void end(std::string& out, const Json& trailer) const = 0;
};
[[nodiscard]] std::unique_ptr<DumpRowWriter> make_dump_row_writer(const DumpRowStyle& style);

}  // namespace persist::app
