// JSON as the command line's contract wants it, for the library's reports too: small objects, built
// with nlohmann's ordered_json.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <persist/formats/bytes.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace persist::json {

using Json = nlohmann::ordered_json;

// How byte strings appear: "x" or "x_b64" by their contents, always "x_b64", or always "x_hex".
enum class Encoding { automatic, base64, hex };

void set_bytes(Json& object, std::string_view name, ByteView bytes, Encoding encoding);
// The same for a path, which can be bytes of any kind.
void set_path(Json& object, std::string_view name, const std::string& path);
// An array of them: of texts where all are, else all as base64 in "x_b64".
void set_paths(Json& object, std::string_view name, const std::vector<std::string>& paths);
// `name`: "first_version" gives "first_version" and, for a wall clock, "first_time".
void set_version(Json& object, std::string_view name, Version version);

// On one line, or indented by so many spaces. Bytes that are no UTF-8, of a message say, become
// U+FFFD.
[[nodiscard]] std::string text_of(const Json& object, int indent = -1);

// {"schema":"persist.<command>/1"}
[[nodiscard]] Json json_report(std::string_view command);

}  // namespace persist::json
