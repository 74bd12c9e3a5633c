// JSON as the command line's contract wants it. Small objects are built as json/json.hpp does; rows
// of long streams are appended to a buffer by hand, without an object for each.
#pragma once

#include <cstdint>
#include <persist/formats/bytes.hpp>
#include <string>
#include <string_view>

#include "json/json.hpp"
#include "output/stream.hpp"

namespace persist::app {

using json::Encoding;
using json::Json;
using json::json_report;
using json::set_bytes;
using json::set_path;
using json::set_paths;
using json::set_version;

// `text` between quotes. It must be valid UTF-8; control characters are escaped.
void append_json_string(std::string& out, std::string_view text);
// The same for text of unknown origin, e.g. a message: bytes that are no UTF-8 become U+FFFD.
void append_json_text(std::string& out, std::string_view text);

// `"key":"..."`, `"key_b64":"..."` or `"key_hex":"..."`, without a comma.
void append_bytes_member(std::string& out, std::string_view name, ByteView bytes,
                         Encoding encoding);
// `"version":"12"`, and `,"time":"..."` when it is a wall clock.
void append_version_members(std::string& out, Version version);
// `"name":12`
void append_number_member(std::string& out, std::string_view name, std::uint64_t value);
// `"name":"12"`, as 64-bit counters are written.
void append_counter_member(std::string& out, std::string_view name, std::uint64_t value);

// One line.
void print_json(OutputStream& out, const Json& object);

}  // namespace persist::app
