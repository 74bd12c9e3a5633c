#include "commands/dump_rows.hpp"

#include <nlohmann/json.hpp>

#include "output/bytes.hpp"

namespace persist::app {
namespace {

class NdjsonWriter final : public DumpRowWriter {
 public:
  explicit NdjsonWriter(const DumpRowStyle& style) : style_(style) {}

  void begin(std::string& out, const Json& header) const override { line(out, header); }

  void row(std::string& out, const DumpRow& row) const override {
    out += '{';
    append_bytes_member(out, "key", row.key, style_.encoding);
    if (!row.record.empty()) {
      out += ",\"record\":";
      append_json_text(out, row.record);
    }
    out += ',';
    append_version_members(out, row.version);
    if (!row.value) {
      out += ",\"value\":null";
    } else if (!style_.keys_only) {
      out += ',';
      append_bytes_member(out, "value", *row.value, style_.encoding);
    }
    out += "}\n";
  }

  void end(std::string& out, const Json& trailer) const override { line(out, trailer); }

 private:
  static void line(std::string& out, const Json& object) {
    out += json::text_of(object);
    out += '\n';
  }
  DumpRowStyle style_;
};

// CSV (RFC 4180) and TSV. A field is the text itself, or base64:... or hex:... where it is no plain
// text or where the text itself begins like that: what the command line takes as a KEY.
class SeparatedWriter final : public DumpRowWriter {
 public:
  explicit SeparatedWriter(const DumpRowStyle& style)
      : style_(style), separator_(style.format == DumpFormat::csv ? ',' : '\t') {}

  void begin(std::string& out, const Json&) const override {
    out += "key";
    if (style_.with_records) add_name(out, "record");
    add_name(out, "version");
    if (style_.history) add_name(out, "deleted");
    if (!style_.keys_only) add_name(out, "value");
    out += '\n';
  }

  void row(std::string& out, const DumpRow& row) const override {
    append_bytes(out, row.key);
    if (style_.with_records) {
      out += separator_;
      append_text(out, row.record);
    }
    out += separator_;
    out += std::to_string(row.version);
    if (style_.history) {
      out += separator_;
      out += row.value ? "false" : "true";
    }
    if (!style_.keys_only) {
      out += separator_;
      if (row.value) append_bytes(out, *row.value);
    }
    out += '\n';
  }

  void end(std::string&, const Json&) const override {}

 private:
  void add_name(std::string& out, std::string_view name) const {
    out += separator_;
    out += name;
  }

  void append_bytes(std::string& out, ByteView bytes) const {
    const bool is_ambiguous = bytes.starts_with("base64:") || bytes.starts_with("hex:");
    if (style_.encoding == Encoding::hex) {
      out += "hex:";
      append_hex(out, bytes);
    } else if (style_.encoding == Encoding::base64 || is_ambiguous || !is_plain_text(bytes)) {
      out += "base64:";
      append_base64(out, bytes);
    } else {
      append_text(out, bytes);
    }
  }

  // Plain text has neither tabs nor line ends, so only CSV has to quote.
  void append_text(std::string& out, std::string_view text) const {
    if (separator_ == '\t' || text.find_first_of(",\"") == std::string_view::npos) {
      out += text;
      return;
    }
    out += '"';
    for (const char c : text) {
      if (c == '"') out += '"';
      out += c;
    }
    out += '"';
  }

  DumpRowStyle style_;
  char separator_;
};

}  // namespace

std::unique_ptr<DumpRowWriter> make_dump_row_writer(const DumpRowStyle& style) {
  if (style.format == DumpFormat::ndjson) return std::make_unique<NdjsonWriter>(style);
  return std::make_unique<SeparatedWriter>(style);
}

}  // namespace persist::app
