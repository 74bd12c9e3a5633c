#include "commands/log_rows.hpp"

#include <fmt/format.h>

#include "output/bytes.hpp"
#include "output/table.hpp"
#include "output/time.hpp"

namespace persist::app {
namespace {

constexpr std::size_t value_preview_bytes = 80;

std::string_view word_for(Trust trust) {
  switch (trust) {
    case Trust::whole:
      return "whole";
    case Trust::uncertain:
      return "uncertain";
    case Trust::partial:
      return "partial";
  }
  return "";
}

std::string record_name(ByteView key, const LogRowStyle& style) {
  return style.names == nullptr ? "" : style.names->record(key).value_or("");
}

void append_changes(std::string& out, const Commit& commit, const LogRowStyle& style) {
  out += ",\"changes\":[";
  for (const RecordView& record : commit.records) {
    if (&record != commit.records.data()) out += ',';
    out += '{';
    append_bytes_member(out, "key", record.key, style.encoding);
    if (const std::string name = record_name(record.key, style); !name.empty()) {
      out += ",\"record\":";
      append_json_text(out, name);
    }
    out += ',';
    if (record.value) {
      append_bytes_member(out, "value", *record.value, style.encoding);
    } else {
      out += "\"value\":null";
    }
    out += '}';
  }
  out += ']';
}

void append_json_row(std::string& out, const Commit& commit, const LogRowStyle& style) {
  out += '{';
  append_number_member(out, "offset", commit.offset);
  out += ',';
  append_number_member(out, "length", commit.length);
  out += ',';
  append_version_members(out, commit.version);
  out += ',';
  append_number_member(out, "records", commit.records.size());
  if (commit.trust != Trust::whole)
    out.append(",\"trust\":\"").append(word_for(commit.trust)) += '"';
  if (style.show_records) append_changes(out, commit, style);
  out += "}\n";
}

void append_record_line(std::string& out, const RecordView& record, const LogRowStyle& style) {
  const std::string name = record_name(record.key, style);
  out += record.value ? "    set     " : "    delete  ";
  out += name.empty() ? bytes_for_people(record.key, value_preview_bytes) : name;
  if (record.value) out += " = " + bytes_for_people(*record.value, value_preview_bytes);
  out += '\n';
}

void append_text_row(std::string& out, const Commit& commit, const LogRowStyle& style) {
  fmt::format_to(std::back_inserter(out), "{:>12} {:>10} {:>8} {:>20}", commit.offset,
                 commit.length, commit.records.size(), commit.version);
  if (is_clock_version(commit.version)) out += "  " + rfc3339(commit.version);
  if (commit.trust != Trust::whole) {
    out += "  " + coloured(word_for(commit.trust), Colour::yellow, style.colour);
  }
  out += '\n';
  if (!style.show_records) return;
  for (const RecordView& record : commit.records) append_record_line(out, record, style);
}

}  // namespace

void append_log_heading(std::string& out, const LogRowStyle& style) {
  if (style.json) return;
  const std::string line =
      fmt::format("{:>12} {:>10} {:>8} {:>20}", "offset", "length", "records", "version");
  out += coloured(line, Colour::dim, style.colour) + "\n";
}

void append_commit_row(std::string& out, const Commit& commit, const LogRowStyle& style) {
  style.json ? append_json_row(out, commit, style) : append_text_row(out, commit, style);
}

void append_damage_row(std::string& out, const Damage& damage, const LogRowStyle& style) {
  if (!style.json) {
    const std::string line = fmt::format("{:>12} {:>10} {}: {}", damage.offset, damage.length,
                                         name_of(damage.code), damage.message);
    out += coloured(line, damage.is_torn_tail ? Colour::yellow : Colour::red, style.colour) + "\n";
    return;
  }
  out += "{\"damage\":{";
  append_number_member(out, "offset", damage.offset);
  out += ',';
  append_number_member(out, "length", damage.length);
  out.append(",\"code\":\"").append(name_of(damage.code)).append("\",\"torn_tail\":");
  out += damage.is_torn_tail ? "true" : "false";
  out += ",\"message\":";
  append_json_text(out, damage.message);
  if (damage.version) {
    out += ',';
    append_version_members(out, *damage.version);
  }
  out += "}}\n";
}

}  // namespace persist::app
