#include "json/repair_json.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace persist::json {
namespace {

void set_path_or_null(Json& object, std::string_view name, const std::string& path) {
  if (path.empty()) {
    object[std::string(name)] = nullptr;
  } else {
    set_path(object, name, path);
  }
}

Json keys_json(const std::vector<std::string>& keys, const RepairReport& report) {
  Json list = Json::array();
  for (const std::string& key : keys) {
    Json item;
    set_bytes(item, "key", key, report.encoding);
    if (report.decode) {
      if (const auto record = report.names.record(key)) item["record"] = *record;
    }
    list.push_back(std::move(item));
  }
  return list;
}

Json place_json(const CommitPlace& place, const RepairReport& report) {
  Json item;
  item["file"] = name_of(place.file);
  item["offset"] = place.offset;
  item["length"] = place.length;
  set_version(item, "version", place.version);
  item["keys"] = keys_json(place.keys, report);
  return item;
}

Json places_json(const std::vector<CommitPlace>& places, const RepairReport& report) {
  Json list = Json::array();
  for (const CommitPlace& place : places) list.push_back(place_json(place, report));
  return list;
}

Json loss_json(const Loss& loss, const RepairReport& report) {
  Json item;
  item["file"] = name_of(loss.file);
  item["offset"] = loss.offset;
  item["length"] = loss.length;
  if (loss.version) {
    set_version(item, "version", *loss.version);
  } else {
    item["version"] = nullptr;
  }
  item["keys"] = keys_json(loss.keys, report);
  item["reason"] = name_of(loss.reason);
  item["commits"] = loss.commits;
  item["torn_tail"] = loss.is_torn_tail;
  return item;
}

Json file_json(const FilePlan& file) {
  Json item;
  set_path(item, "path", file.path);
  item["kind"] = name_of(file.kind);
  item["bytes"] = file.identity.size_bytes;
  item["hash"] = file.identity.hash;
  item["rewrite"] = file.rewrite;
  item["reasons"] = file.reasons;
  item["damage_count"] = file.damage_count;
  Json damages = Json::array();
  for (const Damage& damage : file.damage) {
    damages.push_back({{"offset", damage.offset},
                       {"length", damage.length},
                       {"code", name_of(damage.code)},
                       {"torn_tail", damage.is_torn_tail},
                       {"may_hold_commits", damage.may_hold_commits},
                       {"message", damage.message}});
  }
  item["damage"] = std::move(damages);
  return item;
}

std::string_view name_of(LeftoverKind kind) {
  switch (kind) {
    case LeftoverKind::snapshot_temporary:
      return "snapshot-temporary";
    case LeftoverKind::log_temporary:
      return "log-temporary";
    case LeftoverKind::truncation_tail:
      return "truncation-tail";
    case LeftoverKind::torn_tail:
      return "torn-tail";
    case LeftoverKind::repair_originals:
      return "repair-originals";
  }
  return "unknown";
}

Json leftovers_json(const RepairPlan& plan) {
  Json list = Json::array();
  for (const LeftoverCheck& check : plan.leftovers) {
    Json item;
    set_path(item, "path", check.leftover.path);
    item["kind"] = name_of(check.leftover.kind);
    item["bytes"] = check.leftover.size_bytes;
    item["commits"] = check.commits;
    item["commits_nowhere_else"] = check.commits_nowhere_else;
    item["commits_shared"] = check.commits_shared;
    item["can_adopt"] = check.can_adopt;
    item["adopted"] = check.adopted;
    item["message"] = check.message;
    list.push_back(std::move(item));
  }
  return list;
}

Json lineage_json(const RepairPlan& plan) {
  Json list = Json::array();
  for (const Finding& finding : plan.lineage) {
    list.push_back({{"code", finding.code},
                    {"severity", name_of(finding.severity)},
                    {"offset", finding.offset},
                    {"length", finding.length},
                    {"message", finding.message}});
  }
  return list;
}

// Objects: each table of SurrealDB's with the number of its records among the lost keys.
Json lost_tables_json(const RepairReport& report) {
  Json tables = Json::object();
  for (const auto& [table, records] : lost_tables(report)) tables[table] = records;
  return tables;
}

void set_lost(Json& json, const RepairReport& report) {
  const RepairPlan& plan = report.plan;
  json["lost_commits"] = plan.lost_commits;
  json["lost_bytes"] = plan.lost_bytes;
  Json lost = Json::array();
  for (const Loss& loss : plan.lost) lost.push_back(loss_json(loss, report));
  json["lost"] = std::move(lost);
  if (report.decode) json["lost_tables"] = lost_tables_json(report);
}

}  // namespace

Result<SurrealNames> names_for(FileSystem& files, const RepairPlan& plan) {
  if (plan.lost.empty() && plan.uncertain.empty() && plan.rebuilt.empty()) return SurrealNames{};
  std::unique_ptr<File> log;
  std::unique_ptr<File> snapshot;
  if (plan.log.identity.exists) {
    PERSIST_TRY_ASSIGN(log, files.open(plan.log.path, OpenMode::read));
  }
  if (plan.snapshot.identity.exists) {
    PERSIST_TRY_ASSIGN(snapshot, files.open(plan.snapshot.path, OpenMode::read));
  }
  return read_surrealdb_names(log.get(), snapshot.get(), std::nullopt);
}

std::map<std::string, std::uint64_t> lost_tables(const RepairReport& report) {
  std::map<std::string, std::uint64_t> tables;
  if (report.names.empty()) return tables;
  std::vector<std::string> seen;
  for (const Loss& loss : report.plan.lost)
    seen.insert(seen.end(), loss.keys.begin(), loss.keys.end());
  std::ranges::sort(seen);
  const auto repeated = std::ranges::unique(seen);
  seen.erase(repeated.begin(), repeated.end());
  for (const std::string& key : seen) {
    if (const auto table = report.names.table_of_record(key)) ++tables[*table];
  }
  return tables;
}

Json repair_json(const RepairReport& report) {
  const RepairPlan& plan = report.plan;
  Json json = json_report("repair");
  set_path(json, "path", report.target);
  json["needed"] = plan.asks_for_action();
  json["applied"] = report.outcome != nullptr && (plan.is_needed() || !report.output.empty());
  json["live"] = plan.live;
  json["plan"] = plan.id;
  json["recovered_commits"] = plan.recovered_commits;
  json["recovered_records"] = plan.recovered_records;
  json["recovered_entries"] = plan.recovered_entries;
  json["commits_behind_damage"] = plan.commits_behind_damage;
  set_lost(json, report);
  json["uncertain_count"] = plan.uncertain_count;
  json["uncertain"] = places_json(plan.uncertain, report);
  json["rebuilt"] = places_json(plan.rebuilt, report);
  json["files"] = Json::array();
  for (const FilePlan* file : {&plan.snapshot, &plan.log}) {
    if (file->identity.exists) json["files"].push_back(file_json(*file));
  }
  json["leftovers"] = leftovers_json(plan);
  json["lineage"] = lineage_json(plan);
  set_path_or_null(json, "originals", report.outcome != nullptr ? report.outcome->originals : "");
  set_path_or_null(json, "output", report.output);
  json["live_keys"] = report.outcome != nullptr ? report.outcome->live_keys : plan.live_keys;
  const std::string& fingerprint =
      report.outcome != nullptr ? report.outcome->fingerprint : plan.fingerprint;
  json["fingerprint"] = fingerprint.empty() ? Json(nullptr) : Json(fingerprint);
  return json;
}

}  // namespace persist::json
