#include "commands/dump_reader.hpp"

#include <charconv>
#include <nlohmann/json.hpp>

#include "output/bytes.hpp"

namespace persist::app {
namespace {

constexpr std::size_t chunk_bytes = std::size_t{1} << 20U;
// While a row is taken out of its line: the buffer, as it grows to twice the line, the parser's own
// copy, and the value once it is decoded.
constexpr std::uint64_t copies_of_a_line = 4;
constexpr std::string_view dump_schema = "persist.dump/1";

// Lines of a byte source, without their ends. Memory: a chunk, and the longest line that is there.
class Lines {
 public:
  Lines(std::string name, ByteSource source, std::uint64_t max_line_bytes)
      : name_(std::move(name)), source_(std::move(source)), max_line_bytes_(max_line_bytes) {}

  // None at the end. Errors: limit for a line that is too long.
  [[nodiscard]] Result<std::optional<std::string_view>> next() {
    begin_ = end_;
    std::size_t searched = begin_;
    for (;;) {
      const std::size_t at = buffer_.find('\n', searched);
      if (at != std::string::npos) return take(at);
      searched = buffer_.size();
      if (is_at_end_) break;
      if (buffer_.size() - begin_ > max_line_bytes_) return too_long();
      const std::size_t dropped = begin_;
      PERSIST_TRY(fill());
      searched -= dropped;
    }
    if (begin_ == buffer_.size()) return std::nullopt;
    return take(buffer_.size());
  }
  [[nodiscard]] std::uint64_t number() const noexcept { return number_; }
  [[nodiscard]] std::uint64_t offset_bytes() const noexcept { return dropped_bytes_ + begin_; }

 private:
  std::string_view take(std::size_t at) {
    end_ = std::min(at + 1, buffer_.size());
    ++number_;
    std::string_view line = std::string_view(buffer_).substr(begin_, at - begin_);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
  }

  std::unexpected<Error> too_long() const {
    return fail_at(ErrorCode::limit, name_, offset_bytes(),
                   "line " + std::to_string(number_ + 1) + " is longer than the " +
                       size_text(max_line_bytes_) + " that --max-memory leaves for one",
                   "give it a larger --max-memory, if this is a dump");
  }

  Result<> fill() {
    buffer_.erase(0, begin_);
    dropped_bytes_ += begin_;
    begin_ = end_ = 0;
    const std::size_t old = buffer_.size();
    buffer_.resize(old + chunk_bytes);
    PERSIST_TRY_ASSIGN(const std::size_t length, source_(std::span(buffer_).subspan(old)));
    buffer_.resize(old + length);
    is_at_end_ = length == 0;
    return {};
  }

  std::string name_;
  ByteSource source_;
  std::uint64_t max_line_bytes_;
  std::string buffer_;
  std::size_t begin_ = 0;  // of the line given last
  std::size_t end_ = 0;    // behind it
  std::uint64_t number_ = 0;
  std::uint64_t dropped_bytes_ = 0;
  bool is_at_end_ = false;
};

// What one line says, taken from the parser's events: an object for each of millions of rows would
// cost more than everything else together.
class LineEvents final : public nlohmann::json::json_sax_t {
 public:
  ImportedRow row;
  bool has_key = false;
  bool has_version = false;
  bool has_value = false;
  bool is_end = false;
  bool is_keys_only = false;
  std::optional<std::uint64_t> rows;
  std::string schema;
  std::string fingerprint;
  const char* problem = nullptr;

  void clear() {
    depth_ = 0;
    has_key = has_version = has_value = is_end = is_keys_only = false;
    rows.reset();
    schema.clear();
    fingerprint.clear();
    problem = nullptr;
  }

  bool null() override {
    if (depth_ == 1 && name_ == "value") {
      row.value.reset();
      has_value = true;
    }
    return true;
  }
  bool boolean(bool value) override {
    if (depth_ == 1 && name_ == "end") is_end = value;
    if (depth_ == 1 && name_ == "keys_only") is_keys_only = value;
    return true;
  }
  bool number_integer(std::int64_t) override { return true; }
  bool number_unsigned(std::uint64_t value) override {
    if (depth_ == 1 && name_ == "rows") rows = value;
    return true;
  }
  bool number_float(double, const std::string&) override { return true; }
  bool binary(nlohmann::json::binary_t&) override { return false; }
  bool start_object(std::size_t) override { return ++depth_ > 0; }
  bool end_object() override { return depth_-- > 0; }
  bool start_array(std::size_t) override { return ++depth_ > 1; }
  bool end_array() override { return depth_-- > 0; }
  bool key(std::string& name) override {
    if (depth_ == 1) name_.swap(name);
    return true;
  }
  bool string(std::string& value) override { return depth_ != 1 || member(value); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception&) override {
    problem = "is no JSON object";
    return false;
  }

 private:
  bool member(std::string& text) {
    if (name_ == "key" || name_ == "key_b64" || name_ == "key_hex") {
      has_key = true;
      return bytes(text, row.key);
    }
    if (name_ == "value" || name_ == "value_b64" || name_ == "value_hex") {
      has_value = true;
      return bytes(text, row.value.emplace());
    }
    if (name_ == "schema") schema = text;
    if (name_ == "fingerprint") fingerprint = text;
    if (name_ != "version") return true;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), row.version);
    has_version = parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
    return has_version || refuse("has a version that is no number");
  }

  bool bytes(std::string& text, std::string& into) {
    if (!name_.ends_with("_b64") && !name_.ends_with("_hex")) {
      into.swap(text);
      return true;
    }
    auto decoded = name_.ends_with("_b64") ? decode_base64(text) : decode_hex(text);
    if (!decoded) return refuse("holds bytes that are neither base64 nor hexadecimal");
    into = *std::move(decoded);
    return true;
  }

  bool refuse(const char* what) {
    problem = what;
    return false;
  }

  int depth_ = 0;
  std::string name_;
};

}  // namespace

struct DumpReader::State {
  State(std::string source_name, ByteSource source, std::uint64_t max_line_bytes)
      : name(std::move(source_name)), lines(name, std::move(source), max_line_bytes) {}

  [[nodiscard]] Error error(ErrorCode code, const std::string& what, const std::string& advice) {
    return Error{code,   "line " + std::to_string(lines.number()) + " " + what,
                 name,   lines.offset_bytes(),
                 advice, 0};
  }
  [[nodiscard]] std::unexpected<Error> damaged(const std::string& what) {
    return std::unexpected(
        error(ErrorCode::damaged, what, "the dump was cut or altered; nothing was written"));
  }
  // Whether the line is one object.
  [[nodiscard]] bool parse(std::string_view line) {
    events.clear();
    if (!nlohmann::json::sax_parse(line, &events)) {
      if (events.problem == nullptr) events.problem = "is no JSON object";
      return false;
    }
    return true;
  }

  std::string name;
  Lines lines;
  LineEvents events;
  std::uint64_t rows = 0;
  std::string fingerprint;
};

DumpReader::DumpReader(std::string name, ByteSource source, std::uint64_t max_memory_bytes)
    : state_(std::make_unique<State>(std::move(name), std::move(source),
                                     max_memory_bytes / copies_of_a_line)) {}
DumpReader::~DumpReader() = default;

Result<> DumpReader::read_header() {
  State& state = *state_;
  PERSIST_TRY_ASSIGN(const auto line, state.lines.next());
  if (!line) return fail(ErrorCode::not_a_database, state.name, "it is empty, and no dump");
  if (!state.parse(*line) || state.events.schema != dump_schema) {
    return fail(ErrorCode::not_a_database, state.name,
                "it does not begin as a dump: its first line has no \"schema\":\"" +
                    std::string(dump_schema) + "\"",
                "only what 'persist dump' writes as NDJSON can be imported");
  }
  if (!state.events.is_keys_only) return {};
  return fail(ErrorCode::not_a_database, state.name, "it is a dump of the keys only",
              "dump the values, too");
}

Result<const ImportedRow*> DumpReader::next() {
  State& state = *state_;
  PERSIST_TRY_ASSIGN(const auto line, state.lines.next());
  if (!line) return state.damaged("is the last one, and no end line");
  LineEvents& events = state.events;
  if (!state.parse(*line)) return state.damaged(events.problem);
  if (events.is_end) {
    if (events.rows != state.rows) {
      return state.damaged("says that there are " + std::to_string(events.rows.value_or(0)) +
                           " rows, and there are " + std::to_string(state.rows));
    }
    state.fingerprint = events.fingerprint;
    PERSIST_TRY_ASSIGN(const auto more, state.lines.next());
    if (more) return state.damaged("comes after the end line");
    return nullptr;
  }
  if (!events.has_key || !events.has_version || !events.has_value) {
    return state.damaged("is no row: it lacks its key, its version or its value");
  }
  ++state.rows;
  return &events.row;
}

const std::string& DumpReader::fingerprint() const noexcept {
  return state_->fingerprint;
}

const std::string& DumpReader::name() const noexcept {
  return state_->name;
}

Error DumpReader::at_row(Error error) const {
  if (error.code != ErrorCode::damaged) return error;
  error.message = "line " + std::to_string(state_->lines.number()) + ": " + error.message;
  error.path = state_->name;
  error.offset = state_->lines.offset_bytes();
  return error;
}

}  // namespace persist::app
