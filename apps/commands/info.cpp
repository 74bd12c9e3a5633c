// `persist info TARGET...`: what this is, at a glance.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <persist/info.hpp>

#include "cli/signals.hpp"
#include "commands/file_map.hpp"
#include "commands/loaded_info.hpp"
#include "commands/many_targets.hpp"
#include "commands/target.hpp"
#include "commands/verify_report.hpp"
#include "output/bytes.hpp"
#include "output/table.hpp"

namespace persist::app {
namespace {

struct InfoCommand {
  std::vector<std::string> targets;
  std::uint64_t jobs = 1;
};

struct Informed {
  std::string target;
  InfoReport report;
  std::string maps;  // the files drawn; empty where nothing is
  bool live = false;
  std::optional<Error> error;
  int status = exit_success;
};

Informed inform_one(Context& context, const std::string& name, bool draws,
                    std::uint64_t max_memory_bytes, std::atomic<std::uint64_t>& done) {
  Informed result;
  result.target = name;
  const auto target = open_target(context, name);
  if (!target) {
    result.error = target.error();
    result.status = exit_status_of(target.error());
    return result;
  }
  result.live = target->live;
  auto loaded = load_info(context, *target, max_memory_bytes, done);
  if (!loaded) {
    result.error = loaded.error();
    result.status = exit_status_of(loaded.error());
  } else {
    result.report = std::move(loaded->report);
    result.status = loaded->damage_status;
    if (draws && !target->is_stream) result.maps = file_maps_text(context, target->files);
  }
  return result;
}

Json groups_json(const KeyGroups& groups, const char* name_member, Encoding encoding) {
  Json list = Json::array();
  const auto add = [&](const KeyGroup& group) {
    Json object;
    set_bytes(object, name_member, group.name, encoding);
    object["keys"] = group.keys;
    object["bytes"] = group.bytes;
    list.push_back(std::move(object));
  };
  for (const KeyGroup& group : groups.largest) add(group);
  if (groups.other_groups > 0) {
    Json object;
    object["other_groups"] = groups.other_groups;
    object["keys"] = groups.other.keys;
    object["bytes"] = groups.other.bytes;
    list.push_back(std::move(object));
  }
  return list;
}

Json info_json(const Informed& informed, Encoding encoding) {
  const InfoReport& report = informed.report;
  Json json = json_report("info");
  set_path(json, "target", informed.target);
  if (informed.error) {
    json["error"] = informed.error->to_string();
    return json;
  }
  json["live"] = informed.live;
  json["line"] = name_of(report.line);
  json["damaged"] = report.damaged;
  json["files"] = Json::array();
  for (const FileReport& file : report.files) json["files"].push_back(file_json(file));
  json["bytes"] = report.bytes;
  json["commits"] = report.commits;
  json["records"] = report.records;
  json["versions"] = report.versions;
  json["live_keys"] = report.live_keys;
  json["live_bytes"] = report.live_bytes;
  for (const auto& [name, version] : {std::pair("first_version", report.min_version),
                                      std::pair("last_version", report.max_version)}) {
    if (version == 0) {
      json[name] = nullptr;
    } else {
      set_version(json, name, version);
    }
  }
  if (report.covered) {
    set_version(json, "covered", *report.covered);
  } else {
    json["covered"] = nullptr;
  }
  json["compacted_bytes"] = report.compacted.total();
  json["freed_by_compaction_bytes"] = report.freed_by_compaction_bytes;
  json["tables"] = groups_json(report.tables, "table", encoding);
  json["prefixes"] = groups_json(report.prefixes, "prefix", encoding);
  return json;
}

std::string groups_text(std::string_view heading, const KeyGroups& groups, std::string_view what) {
  if (groups.largest.empty()) return {};
  Table table({Align::left, Align::right, Align::right});
  for (const KeyGroup& group : groups.largest) {
    table.add({bytes_for_people(group.name), count_text(group.keys, what), size_text(group.bytes)});
  }
  if (groups.other_groups > 0) {
    table.add({"(" + count_text(groups.other_groups, "other") + ")",
               count_text(groups.other.keys, what), size_text(groups.other.bytes)});
  }
  return "\n" + std::string(heading) + "\n" + table.to_string("  ");
}

std::string info_text(const Informed& informed, bool colour) {
  const InfoReport& report = informed.report;
  std::string text = coloured(path_for_people(informed.target), Colour::bold, colour) + ": " +
                     count_text(report.live_keys, "live key") + ", " + size_text(report.bytes) +
                     ", files of release line " + std::string(name_of(report.line));
  if (informed.live) text.append(", ").append(live_text);
  text += "\n";
  text += files_text(report.files);
  if (report.damaged) {
    text +=
        coloured("  damaged: 'persist verify " + path_for_people(informed.target) + "' says where",
                 Colour::red, colour) +
        "\n";
  }
  text += informed.maps + "\n";
  Table facts({Align::left, Align::left});
  facts.add({"versions", version_range_text(report.min_version, report.max_version)});
  facts.add({"live data", size_text(report.live_bytes) + " in " +
                              count_text(report.live_keys, "key") + ", of " +
                              count_text(report.versions, "version") + " in the files"});
  facts.add({"compaction", "would free " + size_text(report.freed_by_compaction_bytes) + " of " +
                               size_text(report.bytes)});
  text += facts.to_string("  ");
  text += groups_text("SurrealDB tables", report.tables, "record");
  text += groups_text(report.tables.largest.empty() ? "keys by prefix" : "other keys by prefix",
                      report.prefixes, "key");
  return text;
}

std::string info_line(const Informed& informed) {
  const InfoReport& report = informed.report;
  if (informed.error)
    return path_for_people(informed.target) + ": " + on_one_line(informed.error->message) + "\n";
  return fmt::format("{}: line {}, {}, {}, {}{}\n", path_for_people(informed.target),
                     name_of(report.line), size_text(report.bytes),
                     count_text(report.live_keys, "live key"), count_text(report.commits, "commit"),
                     report.damaged ? ", damaged" : "");
}

void print(Context& context, const Informed& informed, bool one_line) {
  if (informed.error && informed.error->code != ErrorCode::interrupted) {
    log_error(*informed.error);
  }
  if (context.options.json) {
    print_json(context.out, info_json(informed, context.options.encoding));
  } else if (one_line) {
    context.out.write(info_line(informed));
  } else if (!informed.error) {
    context.out.write(info_text(informed, context.colour_out));
  }
  context.out.flush();
}

int run_info(const InfoCommand& command, Context& context) {
  if (reads_input_twice(command.targets)) {
    return fail_usage("info: standard input can be read only once");
  }
  std::vector<Informed> all(command.targets.size());
  int status = exit_success;
  const MemoryShares shares = share_memory(context.options, all.size(), command.jobs);
  for_many_targets(
      context, command.targets, shares.jobs,
      [&](std::size_t i, std::atomic<std::uint64_t>& done) {
        all[i] = inform_one(context, command.targets[i], all.size() == 1, shares.each_bytes, done);
      },
      [&](std::size_t i) {
        print(context, all[i], command.targets.size() > 1);
        status = worse_of(status, all[i].status);
      });
  return status;
}

}  // namespace

Run prepare_info(Parser& parser) {
  auto command = std::make_shared<InfoCommand>();
  declare_targets(parser, command->targets);
  declare_jobs(parser, command->jobs);
  return [command](Context& context) { return run_info(*command, context); };
}

}  // namespace persist::app
