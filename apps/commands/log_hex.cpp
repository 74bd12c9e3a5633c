// `persist log --hex OFFSET`: the bytes of one transaction, field by field.
#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <persist/formats/frame.hpp>
#include <persist/formats/log_header.hpp>

#include "commands/log.hpp"
#include "output/bytes.hpp"
#include "output/table.hpp"

namespace persist::app {
namespace {

constexpr std::size_t row_bytes = 16;
constexpr std::size_t shown_bytes = 256;  // of one field; what a person looks at

// The last transaction that begins at or before an offset, and damage that the offset lies in.
class Finder final : public LogSink {
 public:
  explicit Finder(std::uint64_t offset) : offset_(offset) {}
  bool on_commit(const Commit& commit) override {
    if (commit.offset > offset_) return false;
    found = commit;
    found->records = {};
    record_count = commit.records.size();
    return true;
  }
  bool on_damage(const Damage& seen) override {
    if (seen.offset <= offset_ && offset_ < seen.offset + seen.length) damage = seen;
    return seen.offset <= offset_;
  }
  std::optional<Commit> found;
  std::size_t record_count = 0;
  std::optional<Damage> damage;

 private:
  std::uint64_t offset_;
};

struct Field {
  std::size_t begin = 0;  // within the transaction's bytes
  std::size_t end = 0;
  std::string name;
  std::string meaning;
};

class Annotator {
 public:
  explicit Annotator(ByteView bytes) : bytes_(bytes) {}

  std::vector<Field> annotate(LogFormat format) {
    std::size_t at = 0;
    if (format != LogFormat::legacy) at = frame_header(format);
    formats::Cursor cursor(bytes_.substr(at));
    for (std::size_t number = 1; cursor.remaining() > 0; ++number) {
      const std::size_t begin = at + cursor.position();
      const auto record = formats::take_record(cursor);
      if (!record) {
        add(begin, bytes_.size(), "no record", std::string(formats::describe(record.error())));
        break;
      }
      fields_of(*record, begin, at + cursor.position(), number);
    }
    return std::move(fields_);
  }

 private:
  void add(std::size_t begin, std::size_t end, std::string name, std::string meaning) {
    fields_.push_back({begin, end, std::move(name), std::move(meaning)});
  }

  std::size_t frame_header(LogFormat format) {
    const auto version =
        format == LogFormat::framed_1 ? formats::FrameVersion::v1 : formats::FrameVersion::v2;
    const std::size_t length = formats::frame_header_length_bytes(version);
    const auto header = formats::decode_frame_header(bytes_, version);
    if (!header) {
      add(0, std::min(length, bytes_.size()), "frame header",
          std::string(formats::describe(header.error())));
      return std::min(length, bytes_.size());
    }
    const std::uint32_t expected =
        formats::frame_checksum(bytes_.substr(length), header->synced_to, version);
    add(0, 4, "payload length", std::to_string(header->payload_length));
    add(4, 8, "checksum",
        header->checksum == expected
            ? fmt::format("{:#010x}, matches", header->checksum)
            : fmt::format("{:#010x}, but the contents give {:#010x}", header->checksum, expected));
    if (version == formats::FrameVersion::v2)
      add(8, 16, "synced to", std::to_string(header->synced_to));
    return length;
  }

  // Splits a record that decodes; its variable parts are where the views say.
  void fields_of(const RecordView& record, std::size_t begin, std::size_t end, std::size_t number) {
    const std::string prefix = "record " + std::to_string(number) + ": ";
    const auto position = [this](ByteView part) {
      return static_cast<std::size_t>(part.data() - bytes_.data());
    };
    const std::size_t key = position(record.key);
    const std::size_t key_end = key + record.key.size();
    const std::size_t value = record.value ? position(*record.value) : end;
    add(begin, key, prefix + "key length", std::to_string(record.key.size()));
    add(key, key_end, "key", bytes_for_people(record.key));
    formats::Cursor cursor(bytes_.substr(key_end));
    (void)cursor.take_varint();
    const std::size_t tag = key_end + cursor.position();
    add(key_end, tag, "version", std::to_string(record.version));
    add(tag, tag + 1, "option", record.value ? "1, a value follows" : "0, a delete");
    if (!record.value) return;
    add(tag + 1, value, "value length", std::to_string(record.value->size()));
    add(value, end, "value", bytes_for_people(*record.value));
  }

  ByteView bytes_;
  std::vector<Field> fields_;
};

std::string spaced_hex(ByteView bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i > 0) text += ' ';
    append_hex(text, bytes.substr(i, 1));
  }
  return text;
}

void print_field(Context& context, const Field& field, ByteView bytes, std::uint64_t base) {
  const ByteView all = bytes.substr(field.begin, field.end - field.begin);
  const ByteView shown = all.substr(0, shown_bytes);
  std::string& out = context.out.buffer();
  for (std::size_t i = 0; i == 0 || i < shown.size(); i += row_bytes) {
    out += fmt::format("{:#010x}  {:<47}", base + field.begin + i,
                       spaced_hex(shown.substr(i, row_bytes)));
    if (i == 0) out += "  " + field.name + ": " + field.meaning;
    out.erase(out.find_last_not_of(' ') + 1);
    out += '\n';
  }
  if (all.size() > shown.size()) {
    out += fmt::format("{:12}... and {} bytes more\n", "", all.size() - shown.size());
  }
}

Json field_json(const Field& field, ByteView bytes, std::uint64_t base) {
  std::string hex;
  append_hex(hex, bytes.substr(field.begin, field.end - field.begin));
  Json object;
  object["offset"] = base + field.begin;
  object["length"] = field.end - field.begin;
  object["name"] = field.name;
  object["meaning"] = field.meaning;
  object["hex"] = hex;
  return object;
}

Json report_on(const Target& target) {
  Json report = json_report("log");
  report["live"] = target.live;
  return report;
}

// `what`: for people, before the fields. `more`: members of the JSON object behind its place.
void print_fields(Context& context, const Target& target, const std::string& what, const Json& more,
                  std::span<const Field> fields, ByteView bytes, std::uint64_t base) {
  if (!context.options.json) {
    context.out.write(what + "\n");
    for (const Field& field : fields) print_field(context, field, bytes, base);
    return;
  }
  Json report = report_on(target);
  report["offset"] = base;
  report["length"] = bytes.size();
  report.update(more);
  for (const Field& field : fields) report["fields"].push_back(field_json(field, bytes, base));
  print_json(context.out, report);
}

void print_commit(Context& context, const Target& target, const Commit& commit,
                  std::size_t record_count, ByteView bytes) {
  Json more;
  more["format"] = name_of(commit.format);
  set_version(more, "version", commit.version);
  more["records"] = record_count;
  print_fields(context, target,
               fmt::format("transaction at byte {}, {} bytes, {}, version {}, {}", commit.offset,
                           commit.length, name_of(commit.format), commit.version,
                           count_text(record_count, "record")),
               more, Annotator(bytes).annotate(commit.format), bytes, commit.offset);
}

void print_header(Context& context, const Target& target, ByteView bytes,
                  formats::FrameVersion version) {
  const LogFormat format =
      version == formats::FrameVersion::v1 ? LogFormat::framed_1 : LogFormat::framed_2;
  const std::size_t version_at = formats::log_magic.size();
  const std::array fields{
      Field{0, version_at, "magic number", bytes_for_people(formats::log_magic.substr(1))},
      Field{version_at, bytes.size(), "format version", std::to_string(static_cast<int>(version))}};
  Json more;
  more["format"] = name_of(format);
  print_fields(context, target,
               fmt::format("file header at byte 0, {} bytes, {}", bytes.size(), name_of(format)),
               more, fields, bytes, 0);
}

Result<std::string> read_range(File& file, std::uint64_t offset, std::uint64_t length) {
  std::string bytes(static_cast<std::size_t>(length), '\0');
  PERSIST_TRY_ASSIGN(const std::size_t got, file.read_at(offset, bytes));
  bytes.resize(got);
  return bytes;
}

int print_damage(Context& context, const Target& target, const Damage& damage) {
  const auto bytes =
      read_range(*target.log, damage.offset, std::min<std::uint64_t>(damage.length, shown_bytes));
  if (!bytes) return fail_with(bytes.error());
  const Field field{0, bytes->size(), std::string(name_of(damage.code)), damage.message};
  if (context.options.json) {
    Json report = report_on(target);
    report["damage"] = field_json(field, *bytes, damage.offset);
    report["damage"]["length"] = damage.length;
    print_json(context.out, report);
  } else {
    context.out.write(fmt::format("damage at byte {}, {} bytes\n", damage.offset, damage.length));
    print_field(context, field, *bytes, damage.offset);
  }
  return target.exit_status_of(target.files.log, damage);
}

}  // namespace

int print_hex(const LogOptions& options, Context& context, const Target& target) {
  if (!target.log)
    return fail_with({ErrorCode::not_found, "there is no log", target.files.log, {}, {}, 0});
  if (!context.options.json) warn_if_live(target);
  Finder finder(*options.hex_offset);
  LogReadOptions read_options;
  read_options.end_offset = target.log_end_offset;
  const auto summary = read_log(*target.log, read_options, finder);
  if (!summary) return fail_with(summary.error());
  if (finder.damage) return print_damage(context, target, *finder.damage);
  if (!finder.found) {
    const auto front = read_range(*target.log, 0, formats::log_header_length_bytes);
    if (!front) return fail_with(front.error());
    const auto version = formats::decode_log_header(*front);
    if (version && *options.hex_offset < front->size()) {
      print_header(context, target, *front, *version);
      return exit_success;
    }
    return fail_with({ErrorCode::not_found,
                      "no transaction begins at or before this byte",
                      target.files.log,
                      options.hex_offset,
                      {},
                      0});
  }
  const auto bytes = read_range(*target.log, finder.found->offset, finder.found->length);
  if (!bytes) return fail_with(bytes.error());
  print_commit(context, target, *finder.found, finder.record_count, *bytes);
  return exit_success;
}

}  // namespace persist::app
