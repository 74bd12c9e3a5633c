#include <algorithm>
#include <persist/release_line.hpp>

#include "commands/repair_report.hpp"
#include "commands/target.hpp"
#include "output/bytes.hpp"
#include "output/table.hpp"
#include "output/time.hpp"

namespace persist::app {
namespace {

constexpr std::size_t most_rows = 20;  // of each list; --json has them all
constexpr std::size_t most_keys = 4;   // of each row

std::string key_text(const std::string& key, const RepairReport& report) {
  if (!report.names.empty()) {
    if (auto record = report.names.record(key)) return *std::move(record);
  }
  return bytes_for_people(key, 40);
}

std::string keys_text(const std::vector<std::string>& keys, const RepairReport& report) {
  std::string text;
  for (std::size_t i = 0; i < keys.size() && i < most_keys; ++i) {
    text += (i == 0 ? "" : ", ") + key_text(keys[i], report);
  }
  if (keys.size() > most_keys) text += " and " + std::to_string(keys.size() - most_keys) + " more";
  return text;
}

std::string version_text(std::optional<Version> version) {
  if (!version) return "version unknown";
  if (is_clock_version(*version)) return rfc3339(*version);
  return "version " + std::to_string(*version);
}

// What the damage of a kind is in the words of someone whose database it is.
std::string_view cause_of(const Damage& damage) {
  switch (damage.code) {
    case DamageCode::torn_record:
    case DamageCode::torn_frame:
      return damage.is_torn_tail ? "its last write was interrupted"
                                 : "a write was interrupted and others were appended behind it";
    case DamageCode::doubled_header:
      return "its header was written a second time, behind which release 1.0 reads nothing";
    case DamageCode::missing_header:
      return "its header is missing";
    case DamageCode::damaged_header:
      return "its header is damaged";
    case DamageCode::zero_fill:
      return "zeros are where its data was or should end";
    case DamageCode::trailing_bytes:
      return "bytes follow that are not its own";
    default:
      return "bytes in it were changed, lost or moved";
  }
}

std::string damaged_sentence(const FilePlan& file) {
  std::uint64_t bytes = 0;
  for (const Damage& damage : file.damage) bytes += damage.length;
  std::string text = "The " + std::string(name_of(file.kind)) + " is damaged in " +
                     count_text(file.damage_count, "place", "places") + ", " + size_text(bytes) +
                     " in all: ";
  const auto is_middle = [](const Damage& damage) { return !damage.is_torn_tail; };
  const auto worst = std::ranges::find_if(file.damage, is_middle);
  return text.append(cause_of(worst == file.damage.end() ? file.damage.front() : *worst)) + ".\n";
}

std::string reasons_text(const FilePlan& file) {
  std::string text;
  for (const std::string& reason : file.reasons) {
    text += "The " + std::string(name_of(file.kind)) + ": " + reason + ".\n";
  }
  return text;
}

std::string survivors_sentence(const RepairReport& report) {
  const RepairPlan& plan = report.plan;
  const bool is_done = report.outcome != nullptr;
  std::string text = count_text(plan.recovered_commits, "commit", "commits");
  text += is_done ? " of the log are in the repaired database" : " of the log can be brought back";
  if (plan.commits_behind_damage > 0) {
    text += ", " + count_text(plan.commits_behind_damage) +
            " of them from behind the damage, where an engine no longer gets";
  }
  if (plan.snapshot.rewrite) {
    text += "; so " + std::string(is_done ? "are " : "can ") +
            count_text(plan.recovered_entries, "entry", "entries") + " of the snapshot";
  }
  return text + ".\n";
}

std::string lost_sentence(const RepairReport& report, bool colour) {
  const RepairPlan& plan = report.plan;
  const bool entries_too =
      std::ranges::find(plan.lost, FileKind::snapshot, &Loss::file) != plan.lost.end();
  const std::string_view unit = entries_too ? "commit or entry" : "commit";
  const std::string_view units = entries_too ? "commits and entries" : "commits";
  std::string text;
  if (plan.lost_commits > 0) {
    text = coloured("Lost: at least " + count_text(plan.lost_commits, unit, units) + " (" +
                        size_text(plan.lost_bytes) + ").",
                    Colour::red, colour) +
           "\n";
  } else {
    text = coloured("No commit that was ever complete is lost.", Colour::green, colour) + "\n";
  }
  for (const auto& [table, records] : lost_tables(report)) {
    text += "  " + table + ": " + count_text(records, "record", "records") +
            " last written by a lost or incomplete commit\n";
  }
  return text;
}

void add_more(Table& table, std::uint64_t total, std::size_t shown) {
  if (total > shown) table.add({"... and " + count_text(total - shown) + " more (--json)"});
}

std::string what_of(const Loss& loss) {
  if (loss.is_torn_tail) return "never complete";
  switch (loss.reason) {
    case LossReason::unreadable:
      return "unreadable";
    case LossReason::partial:
      return "only a part is left";
    case LossReason::uncertain:
      return "left out by --strict";
    case LossReason::refused_version:
      return "the engine refuses its version";
  }
  return {};
}

std::string lost_table(const RepairReport& report) {
  const std::vector<Loss>& lost = report.plan.lost;
  if (lost.empty()) return {};
  Table table({Align::left, Align::left, Align::right, Align::left, Align::left, Align::left});
  for (std::size_t i = 0; i < lost.size() && i < most_rows; ++i) {
    const Loss& loss = lost[i];
    table.add({std::string(name_of(loss.file)), "byte " + std::to_string(loss.offset),
               size_text(loss.length), what_of(loss), version_text(loss.version),
               keys_text(loss.keys, report)});
  }
  add_more(table, lost.size(), most_rows);
  return "\nNot in the repaired database:\n" + table.to_string("  ");
}

std::string places_table(const std::vector<CommitPlace>& places, std::uint64_t count,
                         std::string_view title, const RepairReport& report) {
  if (places.empty()) return {};
  Table table({Align::left, Align::right, Align::left, Align::left});
  for (std::size_t i = 0; i < places.size() && i < most_rows; ++i) {
    const CommitPlace& place = places[i];
    const std::string_view file = place.file == FileKind::snapshot ? "snapshot byte " : "byte ";
    table.add({std::string(file) + std::to_string(place.offset), size_text(place.length),
               version_text(place.version), keys_text(place.keys, report)});
  }
  add_more(table, count, most_rows);
  return "\n" + std::string(title) + ":\n" + table.to_string("  ");
}

std::string leftovers_text(const RepairPlan& plan) {
  std::string text;
  for (const LeftoverCheck& check : plan.leftovers) {
    if (check.leftover.kind == LeftoverKind::repair_originals) continue;
    const std::string path = path_for_people(check.leftover.path);
    text += "  " + path + ": " + on_one_line(check.message);
    if (check.can_adopt && !check.adopted) {
      text += "; --adopt " + path + " adds them";
    }
    text += "\n";
  }
  return text.empty() ? text : "\nLeft behind by interrupted writes:\n" + text;
}

std::string lineage_text(const RepairPlan& plan) {
  std::string text;
  for (const Finding& finding : plan.lineage) {
    if (finding.severity == Severity::info) continue;
    text += std::string("  ") + (finding.severity == Severity::error ? "proven" : "suspected") +
            ": " + on_one_line(finding.message) + "\n";
  }
  if (text.empty()) return text;
  if (plan.leaves_contradiction) {
    return "\nSnapshot and log contradict each other, and only you can tell which is right:\n" +
           text;
  }
  const auto is_about_keys = [](const Finding& finding) {
    return finding.code == unheld_code || finding.code == contradiction_code;
  };
  if (!plan.distrusts_snapshot && std::ranges::any_of(plan.lineage, is_about_keys)) {
    text += "  --distrust-snapshot lets the log's commits count that the snapshot hides\n";
  }
  return "\nWhether snapshot and log belong together:\n" + text;
}

// The one thing that a plan leaves to its reader: which file to believe.
std::string decision_text(const RepairReport& report) {
  const std::string target = path_for_people(report.target);
  return "\nNext: persist repair --distrust-snapshot " + target +
         "  shows what it would be where the log's commits count;\n      with --apply it becomes "
         "so. "
         "If the log is the wrong one, put the right one back.\n";
}

std::string next_text(const RepairReport& report) {
  const RepairPlan& plan = report.plan;
  const std::string target = path_for_people(report.target);
  if (plan.leaves_contradiction && !plan.is_needed()) return decision_text(report);
  if (report.outcome == nullptr) {
    if (!plan.is_needed()) return {};
    if (plan.live) return "\nNext: stop the database, then plan again.\n";
    const std::string how = plan.distrusts_snapshot ? "--distrust-snapshot " : "";
    return "\nNext: persist repair " + how + "--apply " + target + "  keeps the originals in " +
           target + "/repair-<time>/ and can be undone;\n      persist repair " + how +
           "--output NEWDIR " + target + "  leaves " + target + " alone.\n";
  }
  if (!report.output.empty()) {
    return "\nThe repaired database is in " + path_for_people(report.output) + ".\n";
  }
  if (report.outcome->originals.empty()) return {};
  return "\nThe original files are in " + path_for_people(report.outcome->originals) +
         "; persist repair --undo " + target +
         " puts them back.\nNext: start the database and look at it; once it is well, the "
         "originals may go.\n";
}

}  // namespace

std::string repair_text(const RepairReport& report, const std::string& maps, bool colour) {
  const RepairPlan& plan = report.plan;
  std::string text;
  if (!plan.is_needed()) {
    text = path_for_people(report.target) + (plan.leaves_contradiction
                                                 ? ": nothing that this repairs by itself\n"
                                                 : ": nothing to repair\n");
  } else {
    for (const FilePlan* file : {&plan.snapshot, &plan.log}) {
      if (!file->damage.empty()) text += damaged_sentence(*file);
      text += reasons_text(*file);
    }
    text += survivors_sentence(report) + lost_sentence(report, colour) + maps + lost_table(report) +
            places_table(plan.uncertain, plan.uncertain_count,
                         "Brought back, but nothing proves that they are whole", report) +
            places_table(plan.rebuilt, plan.rebuilt.size(),
                         "Brought back although their headers were damaged", report);
  }
  if (plan.live) text += live_line(report.target);
  text += leftovers_text(plan) + lineage_text(plan) + next_text(report);
  const std::string& fingerprint =
      report.outcome != nullptr ? report.outcome->fingerprint : plan.fingerprint;
  const std::uint64_t keys = report.outcome != nullptr ? report.outcome->live_keys : plan.live_keys;
  if (!fingerprint.empty()) {
    text += count_text(keys, "key", "keys") + ", fingerprint " + fingerprint + "\n";
  }
  return text;
}

}  // namespace persist::app
