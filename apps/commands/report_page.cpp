#include "commands/report_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <persist/release_line.hpp>

#include "commands/file_map.hpp"
#include "commands/verify_report.hpp"
#include "output/bytes.hpp"
#include "output/html.hpp"
#include "output/time.hpp"

namespace persist::app {
namespace {

using Cells = std::vector<HtmlPage::Cell>;

constexpr std::size_t most_page_rows = 200;  // of each table; --json of the commands has them all
constexpr std::size_t most_page_keys = 4;    // of each row

double fraction(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

Mood mood_of(Severity severity) {
  switch (severity) {
    case Severity::info:
      return Mood::plain;
    case Severity::warning:
      return Mood::warning;
    case Severity::error:
      return Mood::bad;
  }
  return Mood::plain;
}

std::string version_text(Version version) {
  return is_clock_version(version) ? rfc3339(version) : std::to_string(version);
}

void add_verdict(HtmlPage& page, const ReportData& data) {
  switch (data.check.verdict) {
    case Verdict::clean:
      return page.verdict(Mood::good, "Clean",
                          "Every byte is as a release of the engine writes it.");
    case Verdict::torn_tail:
      return page.verdict(Mood::warning, "Torn tail",
                          "The end of the log is what an interrupted write leaves. Nothing that "
                          "was whole is lost.");
    case Verdict::damaged:
      return page.verdict(Mood::bad, "Damaged",
                          "Committed data is or may be gone, or hidden from the engine. What can "
                          "be brought back is said below.");
  }
}

void add_summary(HtmlPage& page, const ReportData& data) {
  const InfoReport& info = data.info;
  page.facts({{"Files of release line", std::string(name_of(info.line))},
              {"Size", size_text(info.bytes) + (data.check.live ? ", being written to" : "")},
              {"Live keys", count_text(info.live_keys) + ", " + size_text(info.live_bytes)},
              {"Commits in the log", count_text(info.commits)},
              {"First and last", version_range_text(info.min_version, info.max_version)},
              {"A compaction would free", size_text(info.freed_by_compaction_bytes)}});
}

// Fewer than a map that covers the file has stretches, so that no bar lies between two of them.
constexpr std::uint64_t most_bars = CommitMap::max_stretches / 2;

// A bar for each part of the file, however little of it the commits take up.
std::vector<double> commit_heights(const FileReport& file) {
  if (file.commit_map.stretches.empty()) return {};
  const auto bars = static_cast<std::size_t>(std::min(most_bars, file.bytes));
  const std::vector<std::uint64_t> commits = commits_by_part(file, bars);
  const std::uint64_t most = std::ranges::max(commits);
  std::vector<double> heights;
  for (const std::uint64_t number : commits) heights.push_back(fraction(number, most));
  return heights;
}

// Sound all over, with the findings laid upon it.
void add_map(HtmlPage& page, const FileReport& file) {
  if (file.bytes == 0) return page.paragraph(file.path + " is empty.");
  HtmlPage::Strip strip;
  strip.label = fmt::format("{}: {}, {}", file.path, layout_text(file), size_text(file.bytes));
  strip.ranges.push_back({0, 1, Mood::good, layout_text(file)});
  for (const Finding& finding : file.findings) {
    if (finding.severity == Severity::info || finding.length == 0) continue;
    strip.ranges.push_back({fraction(finding.offset, file.bytes),
                            fraction(finding.offset + finding.length, file.bytes),
                            mood_of(finding.severity),
                            fmt::format("bytes {} to {}: {}", finding.offset,
                                        finding.offset + finding.length - 1, finding.message)});
  }
  strip.heights = commit_heights(file);
  strip.left = strip.heights.empty() ? "byte 0" : "byte 0; below: where commits begin";
  strip.right = "byte " + count_text(file.bytes);
  page.strip(strip);
}

void add_more(HtmlPage& page, std::size_t total, std::string_view command) {
  if (total <= most_page_rows) return;
  page.paragraph(count_text(total - most_page_rows) + " more: " + std::string(command));
}

void add_findings(HtmlPage& page, const ReportData& data) {
  std::vector<Cells> rows;
  std::size_t total = 0;
  for (const FileReport& file : data.check.files) {
    for (const Finding& finding : file.findings) {
      if (++total > most_page_rows) continue;
      rows.push_back({{std::string(name_of(file.kind))},
                      {count_text(finding.offset)},
                      {count_text(finding.length)},
                      {std::string(finding.code), mood_of(finding.severity)},
                      {finding.message}});
    }
  }
  if (rows.empty()) return page.paragraph("None.");
  page.table({{"File"}, {"At byte", true}, {"Bytes", true}, {"Code"}, {"What it is", false, true}},
             rows);
  add_more(page, total, "persist verify --json " + data.target);
}

void add_engines(HtmlPage& page, const ReportData& data) {
  if (!data.check.engines) return;
  std::vector<Cells> rows;
  for (const EngineForecast& engine : *data.check.engines) {
    const bool harmless = engine.opens && engine.commits_lost == 0;
    rows.push_back({{std::string(name_of(engine.line))},
                    {engine.opens ? "opens" : "refuses", harmless       ? Mood::good
                                                         : engine.opens ? Mood::bad
                                                                        : Mood::warning},
                    {engine.opens ? count_text(engine.commits_lost) : "–"},
                    {engine.opens ? count_text(engine.bytes_cut) : "–"},
                    {engine.error}});
  }
  page.table({{"Release"},
              {"Start"},
              {"Commits lost", true},
              {"Bytes cut", true},
              {"What it says", false, true}},
             rows);
}

std::string keys_text(const std::vector<std::string>& keys, const SurrealNames& names) {
  std::string text;
  for (std::size_t i = 0; i < keys.size() && i < most_page_keys; ++i) {
    const auto record = names.empty() ? std::nullopt : names.record(keys[i]);
    text += (i == 0 ? "" : ", ") + record.value_or(bytes_for_people(keys[i]));
  }
  if (keys.size() > most_page_keys)
    text += fmt::format(" and {} more", keys.size() - most_page_keys);
  return text;
}

void add_lost(HtmlPage& page, const ReportData& data) {
  std::vector<Cells> rows;
  for (const Loss& loss : data.plan->lost) {
    if (rows.size() == most_page_rows) break;
    rows.push_back({{std::string(name_of(loss.file))},
                    {count_text(loss.offset)},
                    {count_text(loss.length)},
                    {loss.is_torn_tail ? "never complete" : std::string(name_of(loss.reason)),
                     loss.is_torn_tail ? Mood::plain : Mood::bad},
                    {loss.version ? version_text(*loss.version) : ""},
                    {keys_text(loss.keys, data.names)}});
  }
  if (rows.empty()) return;
  page.paragraph("Not in the repaired database:");
  page.table(
      {{"File"}, {"At byte", true}, {"Bytes", true}, {"Why"}, {"Version"}, {"Keys", false, true}},
      rows);
  add_more(page, data.plan->lost.size(), "persist repair --json " + data.target);
}

void add_uncertain(HtmlPage& page, const ReportData& data) {
  std::vector<Cells> rows;
  for (const CommitPlace& place : data.plan->uncertain) {
    if (rows.size() == most_page_rows) break;
    rows.push_back({{std::string(name_of(place.file))},
                    {count_text(place.offset)},
                    {count_text(place.length)},
                    {version_text(place.version)},
                    {keys_text(place.keys, data.names)}});
  }
  if (rows.empty()) return;
  page.paragraph("Brought back, but nothing proves that they are whole:");
  page.table({{"File"}, {"At byte", true}, {"Bytes", true}, {"Version"}, {"Keys", false, true}},
             rows);
  add_more(page, data.plan->uncertain_count, "persist repair --json " + data.target);
}

void add_plan(HtmlPage& page, const ReportData& data) {
  if (!data.plan) return page.paragraph("A repair cannot be planned: " + data.no_plan + ".");
  const RepairPlan& plan = *data.plan;
  if (!plan.is_needed()) {
    return page.paragraph(
        plan.leaves_contradiction
            ? "Snapshot and log contradict each other: only you can tell which is "
              "right. persist repair --distrust-snapshot lets the log's commits count."
            : "There is nothing to repair.");
  }
  std::vector<HtmlPage::Fact> facts{
      {"Brought back", count_text(plan.recovered_commits, "commit") + " of the log"},
      {"of them behind damage", count_text(plan.commits_behind_damage)},
      {"of them uncertain", count_text(plan.uncertain_commits())},
      {"Lost", plan.lost_commits == 0 ? "nothing that was ever complete"
                                      : "at least " + count_text(plan.lost_commits, "commit") +
                                            ", " + size_text(plan.lost_bytes)},
      {"Keys then", count_text(plan.live_keys)},
      {"Fingerprint then", plan.fingerprint}};
  if (plan.snapshot.rewrite) {
    std::string entries =
        count_text(plan.recovered_entries, "entry", "entries") + " of the snapshot";
    if (plan.uncertain_entries > 0) {
      entries += ", " + count_text(plan.uncertain_entries) + " of them uncertain";
    }
    facts.insert(facts.begin() + 1, {"and", entries});
  }
  page.facts(facts);
  add_lost(page, data);
  add_uncertain(page, data);
  page.paragraph("This does it, keeps the original files, and can be undone:");
  page.command("persist repair --apply " + data.target);
}

void add_versions(HtmlPage& page, const FileReport& log) {
  Version least = 0;
  Version greatest = 0;
  for (const CommitMap::Stretch& stretch : log.commit_map.stretches) {
    if (stretch.commits == 0) continue;
    least = least == 0 ? stretch.last_version : std::min(least, stretch.last_version);
    greatest = std::max(greatest, stretch.last_version);
  }
  if (greatest == least) return page.paragraph("The log holds too few commits to draw.");
  std::vector<HtmlPage::Point> points;
  for (std::size_t i = 0; i < log.commit_map.stretches.size(); ++i) {
    const CommitMap::Stretch& stretch = log.commit_map.stretches[i];
    if (stretch.commits == 0) continue;
    points.push_back({fraction(i * log.commit_map.stretch_bytes, log.bytes),
                      fraction(stretch.last_version - least, greatest - least)});
  }
  page.line_chart(
      "Along the log. A climb is healthy, a step back comes from commits at the same time, a "
      "jump is time that passed or commits that are gone.",
      points, {version_text(greatest), version_text(least), "start of the log", "end of the log"});
}

void add_groups(HtmlPage& page, const KeyGroups& groups, std::string_view what) {
  std::vector<HtmlPage::Bar> bars;
  for (const KeyGroup& group : groups.largest) {
    bars.push_back({bytes_for_people(group.name, 24), static_cast<double>(group.bytes),
                    count_text(group.keys, what) + ", " + size_text(group.bytes)});
  }
  if (groups.other_groups > 0) {
    bars.push_back({count_text(groups.other_groups) + " others",
                    static_cast<double>(groups.other.bytes),
                    count_text(groups.other.keys, what) + ", " + size_text(groups.other.bytes)});
  }
  page.bars(bars);
}

}  // namespace

std::string report_page(const ReportData& data) {
  HtmlPage page("persist report: " + data.target);
  add_verdict(page, data);
  add_summary(page, data);
  page.heading("Map of the files");
  for (const FileReport& file : data.check.files) add_map(page, file);
  page.heading("Findings");
  add_findings(page, data);
  page.heading("What starting each release of the engine would do");
  add_engines(page, data);
  page.heading("What a repair would bring back");
  add_plan(page, data);
  for (const FileReport& file : data.check.files) {
    if (file.kind != FileKind::log) continue;
    page.heading("Versions over time");
    add_versions(page, file);
  }
  if (!data.info.tables.largest.empty()) {
    page.heading("SurrealDB tables");
    add_groups(page, data.info.tables, "record");
  }
  if (!data.info.prefixes.largest.empty()) {
    page.heading(data.info.tables.largest.empty() ? "Keys by prefix" : "Other keys by prefix");
    add_groups(page, data.info.prefixes, "key");
  }
  page.footer("Written by persist at " + rfc3339(now_ns()).substr(0, 19) + "Z.");
  return std::move(page).finish();
}

}  // namespace persist::app
