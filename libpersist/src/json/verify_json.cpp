#include "json/verify_json.hpp"

#include <nlohmann/json.hpp>
#include <persist/release_line.hpp>

namespace persist::json {
namespace {

Json finding_json(const Finding& finding) {
  Json object;
  object["code"] = finding.code;
  object["severity"] = name_of(finding.severity);
  object["offset"] = finding.offset;
  object["length"] = finding.length;
  object["message"] = finding.message;
  return object;
}

Json engines_json(const Forecast& forecast) {
  Json list = Json::array();
  for (const EngineForecast& engine : forecast) {
    Json object;
    object["line"] = name_of(engine.line);
    object["opens"] = engine.opens;
    object["error"] = engine.error.empty() ? Json(nullptr) : Json(engine.error);
    object["commits_lost"] = engine.commits_lost;
    object["bytes_cut"] = engine.bytes_cut;
    list.push_back(std::move(object));
  }
  return list;
}

void set_version_or_null(Json& object, const char* name, Version version) {
  if (version == 0) {
    object[name] = nullptr;
  } else {
    set_version(object, name, version);
  }
}

}  // namespace

Json file_json(const FileReport& file) {
  Json object;
  set_path(object, "path", file.path);
  object["kind"] = name_of(file.kind);
  object["formats"] = Json::array();
  for (const PartFormat format : file.formats) object["formats"].push_back(name_of(format));
  object["compression"] = file.compression == Compression::lz4 ? "lz4" : "none";
  object["bytes"] = file.bytes;
  object["commits"] = file.commits;
  object["records"] = file.records;
  set_version_or_null(object, "first_version", file.first_version);
  set_version_or_null(object, "last_version", file.last_version);
  if (file.covered) set_version(object, "covered", *file.covered);
  object["checksummed_bytes"] = file.checksummed_bytes;
  object["findings"] = Json::array();
  for (const Finding& finding : file.findings) object["findings"].push_back(finding_json(finding));
  return object;
}

Json verify_json(const std::string& target, const VerifyReport& report) {
  Json object = json_report("verify");
  set_path(object, "target", target);
  object["verdict"] = name_of(report.verdict);
  object["live"] = report.live;
  object["files"] = Json::array();
  for (const FileReport& file : report.files) object["files"].push_back(file_json(file));
  if (report.engines) object["engines"] = engines_json(*report.engines);
  return object;
}

}  // namespace persist::json
