#include "json/json.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <persist/release_line.hpp>

#include "json/bytes_text.hpp"
#include "json/instant.hpp"

namespace persist::json {

void set_bytes(Json& object, std::string_view name, ByteView bytes, Encoding encoding) {
  std::string text;
  if (encoding == Encoding::automatic && is_plain_text(bytes)) {
    object[std::string(name)] = bytes;
  } else if (encoding == Encoding::hex) {
    append_hex(text, bytes);
    object[std::string(name) + "_hex"] = text;
  } else {
    append_base64(text, bytes);
    object[std::string(name) + "_b64"] = text;
  }
}

void set_path(Json& object, std::string_view name, const std::string& path) {
  set_bytes(object, name, path, Encoding::automatic);
}

void set_paths(Json& object, std::string_view name, const std::vector<std::string>& paths) {
  if (std::ranges::all_of(paths, [](const auto& path) { return is_plain_text(path); })) {
    object[std::string(name)] = paths;
    return;
  }
  Json& list = object[std::string(name) + "_b64"];
  for (const std::string& path : paths) {
    std::string text;
    append_base64(text, path);
    list.push_back(std::move(text));
  }
}

void set_version(Json& object, std::string_view name, Version version) {
  std::string key(name);
  object[key] = std::to_string(version);
  if (!is_clock_version(version)) return;
  const std::size_t at = key.rfind("version");
  object[at == std::string::npos ? key + "_time" : key.replace(at, 7, "time")] = rfc3339(version);
}

std::string text_of(const Json& object, int indent) {
  return object.dump(indent, ' ', false, Json::error_handler_t::replace);
}

Json json_report(std::string_view command) {
  Json report;
  report["schema"] = "persist." + std::string(command) + "/1";
  return report;
}

}  // namespace persist::json
