#include "commands/rewrite_report.hpp"

#include <nlohmann/json.hpp>
#include <persist/release_line.hpp>

#include "commands/target.hpp"
#include "output/bytes.hpp"

namespace persist::app {
namespace {

std::string_view reason_of(Unwritten unwritten) {
  switch (unwritten) {
    case Unwritten::none:
      return {};
    case Unwritten::dry_run:
      return "dry-run";
    case Unwritten::no_gain:
      return "no-gain";
    case Unwritten::torn_tail:
      return "torn-tail";
  }
  return {};
}

Json sizes_json(const FileSizes& sizes) {
  Json json;
  json["log_bytes"] = sizes.log_bytes;
  json["snapshot_bytes"] = sizes.snapshot_bytes;
  json["bytes"] = sizes.total();
  return json;
}

std::string sizes_text(const FileSizes& before, const FileSizes& after) {
  std::string text = size_text(before.total()) + " -> " + size_text(after.total());
  if (before.total() > after.total()) {
    const std::uint64_t freed = before.total() - after.total();
    text += " (" + std::to_string(freed * 100 / before.total()) + "% freed)";
  }
  return text + ": log " + size_text(before.log_bytes) + " -> " + size_text(after.log_bytes) +
         ", snapshot " + size_text(before.snapshot_bytes) + " -> " +
         size_text(after.snapshot_bytes);
}

std::string headline(const RewriteReport& report, const ReportTexts& texts) {
  const std::string where = path_for_people(texts.output.empty() ? texts.source : texts.output);
  switch (report.unwritten) {
    case Unwritten::none:
      return where + ": " + sizes_text(report.before, report.after);
    case Unwritten::dry_run:
      return where + ": would be written: " + sizes_text(report.before, report.after);
    case Unwritten::no_gain:
      return where + ": left as it is: " + size_text(report.before.total()) + " would become " +
             size_text(report.after.total());
    case Unwritten::torn_tail:
      return where + ": left as it is: its log ends in an interrupted write";
  }
  return where;
}

std::string text_for_people(const RewriteReport& report, const ReportTexts& texts) {
  std::string text = headline(report, texts) + "\n";
  if (texts.live.value_or(false)) text += live_line(texts.source);
  if (report.unwritten == Unwritten::torn_tail) return text;
  text += "line " + std::string(name_of(report.line)) + ", " +
          count_text(report.live_keys, "key", "keys") + ", " +
          count_text(report.versions, "version", "versions") + ", " +
          count_text(report.commits, "commit", "commits") + " in the log\n";
  if (report.versions_left_out > 0) {
    text += count_text(report.versions_left_out, "older version", "older versions") +
            " left out, which a snapshot of this line cannot hold\n";
  }
  if (report.renumbered)
    text += "versions were renumbered: this line would not take the old ones\n";
  if (report.applied) {
    text += count_text(report.applied->commits, "commit", "commits") + " applied, versions " +
            std::to_string(report.applied->first_version) + " to " +
            std::to_string(report.applied->last_version) + "\n";
  }
  if (!report.originals.empty()) {
    text += "the old files are in " + path_for_people(report.originals) + "\n";
  }
  return text + "fingerprint " + report.fingerprint + "\n";
}

void warn_of_torn_tail(const RewriteReport& report) {
  if (!report.torn_tail) return;
  const bool in_place = report.unwritten == Unwritten::torn_tail;
  log_warning(Error{ErrorCode::damaged, report.torn_tail->message, report.torn_tail->path,
                    report.torn_tail->offset,
                    in_place ? "'persist repair' cuts it off and keeps a copy; nothing was changed"
                             : "it was left out",
                    0});
}

void warn_of_suspicions(const RewriteReport& report, const ReportTexts& texts) {
  for (const Finding& finding : report.suspicions) {
    log_warning(path_for_people(texts.source) + ": " + std::string(finding.code) + ": " +
                finding.message);
  }
}

}  // namespace

Json rewrite_json(std::string_view command, const RewriteReport& report, const ReportTexts& texts) {
  Json json = json_report(command);
  set_path(json, "path", texts.source);
  if (!texts.output.empty()) set_path(json, "output", texts.output);
  json["line"] = name_of(report.line);
  json["written"] = report.unwritten == Unwritten::none;
  if (report.unwritten != Unwritten::none) json["reason"] = reason_of(report.unwritten);
  if (texts.live) json["live"] = *texts.live;
  json["before"] = sizes_json(report.before);
  json["after"] = sizes_json(report.after);
  json["keys"] = report.live_keys;
  json["versions"] = report.versions;
  json["versions_left_out"] = report.versions_left_out;
  json["commits"] = report.commits;
  set_version(json, "clock", report.clock);
  json["renumbered"] = report.renumbered;
  if (report.torn_tail) {
    Json torn_tail;
    set_path(torn_tail, "path", report.torn_tail->path);
    torn_tail["offset"] = report.torn_tail->offset;
    torn_tail["length"] = report.torn_tail->length;
    json["torn_tail"] = std::move(torn_tail);
  }
  for (const Finding& finding : report.suspicions) {
    Json suspicion;
    suspicion["code"] = finding.code;
    suspicion["message"] = finding.message;
    json["lineage"].push_back(std::move(suspicion));
  }
  if (report.applied) {
    json["applied"] = report.applied->commits;
    set_version(json, "first_version", report.applied->first_version);
    set_version(json, "last_version", report.applied->last_version);
  }
  if (!report.originals.empty()) set_path(json, "originals", report.originals);
  if (!report.leftovers_removed.empty()) {
    set_paths(json, "leftovers_removed", report.leftovers_removed);
  }
  if (!report.leftovers_kept.empty()) set_paths(json, "leftovers_kept", report.leftovers_kept);
  json["fingerprint"] = report.fingerprint;
  return json;
}

int print_rewrite(Context& context, const RewriteReport& report, const ReportTexts& texts) {
  context.has_written = report.unwritten == Unwritten::none;
  warn_of_torn_tail(report);
  warn_of_suspicions(report, texts);
  for (const std::string& path : report.leftovers_removed) {
    log_info(path + ": removed, a run that was killed had left it");
  }
  for (const std::string& path : report.leftovers_kept) {
    log_warning(
        path +
        ": kept, a run that was killed had left it and it may hold commits that the database "
        "lacks; 'persist repair' looks at them and can adopt them, else remove it");
  }
  if (context.options.json) {
    print_json(context.out, rewrite_json(context.command, report, texts));
  } else if (!context.options.quiet) {
    context.out.write(text_for_people(report, texts));
  }
  return report.torn_tail ? exit_finding : exit_success;
}

}  // namespace persist::app
