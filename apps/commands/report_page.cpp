#include "commands/report_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <persist/release_line.hpp>

#include "commands/verify_report.hpp"
#include "output/bytes.hpp"
#include "output/html.hpp"
#include "output/time.hpp"

namespace persist::app {
namespace {

void add_verdict(HtmlPage& page, const ReportData& data) {
  switch (data.check.verdict) {
    case Verdict::clean:
      return page.verdict("good", "Clean: every byte is as a release of the engine writes it.");
    case Verdict::torn_tail:
      return page.verdict("warning",
                          "Torn tail: the end of the log is what an interrupted write leaves. "
                          "Nothing that was whole is lost.");
    case Verdict::damaged:
      return page.verdict("bad",
                          "Damaged: committed data is or may be gone, or hidden from the "
                          "engine. What can be brought back is said below.");
  }
}

void add_summary(HtmlPage& page, const ReportData& data) {
  const InfoReport& info = data.info;
  page.table({{"", ""},
              {"Release line", std::string(name_of(info.line))},
              {"Size", size_text(info.bytes) + (data.check.live ? ", being written to" : "")},
              {"Live keys", count_text(info.live_keys)},
              {"Commits in the log", count_text(info.commits)},
              {"Versions", version_range_text(info.first_version, info.last_version)},
              {"A compaction would free", size_text(info.freed_by_compaction_bytes)}});
}

double fraction(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

// Sound all over, with the findings laid upon it.
void add_map(HtmlPage& page, const FileReport& file) {
  std::vector<HtmlPage::Range> ranges{
      {0, 1, file.bytes == 0 ? "empty" : "sound", layout_text(file)}};
  for (const Finding& finding : file.findings) {
    if (finding.severity == Severity::info || finding.length == 0) continue;
    ranges.push_back({fraction(finding.offset, file.bytes),
                      fraction(finding.offset + finding.length, file.bytes),
                      finding.severity == Severity::error ? "bad" : "warning",
                      fmt::format("bytes {} to {}: {}", finding.offset,
                                  finding.offset + finding.length - 1, finding.message)});
  }
  page.strip(fmt::format("{}: {}, {}", file.path, layout_text(file), size_text(file.bytes)),
             ranges);
}

void add_findings(HtmlPage& page, const ReportData& data) {
  std::vector<std::vector<std::string>> rows{{"File", "At byte", "Length", "Code", "What it is"}};
  for (const FileReport& file : data.check.files) {
    for (const Finding& finding : file.findings) {
      rows.push_back({std::string(name_of(file.kind)), std::to_string(finding.offset),
                      std::to_string(finding.length), std::string(finding.code), finding.message});
    }
  }
  if (rows.size() == 1) return page.paragraph("No findings.");
  page.table(rows);
}

void add_versions(HtmlPage& page, const ReportData& data) {
  Version least = 0;
  Version greatest = 0;
  for (const LogSlice& slice : data.slices) {
    if (slice.last_version == 0) continue;
    least = least == 0 ? slice.last_version : std::min(least, slice.last_version);
    greatest = std::max(greatest, slice.last_version);
  }
  if (greatest == least) return page.paragraph("The log holds too few commits to draw.");
  std::vector<HtmlPage::Point> points;
  for (std::size_t i = 0; i < data.slices.size(); ++i) {
    if (data.slices[i].last_version == 0) continue;
    points.push_back({static_cast<double>(i) / static_cast<double>(data.slices.size() - 1),
                      fraction(data.slices[i].last_version - least, greatest - least)});
  }
  const auto words = [](Version version) {
    return is_clock_version(version) ? rfc3339(version) : std::to_string(version);
  };
  page.line_chart(
      "Versions along the log: a steady climb is healthy; a step back is concurrency, "
      "a jump is a gap",
      points,
      {"start of the log", "its end", words(least) + " at the bottom",
       words(greatest) + " at the top"});
}

void add_groups(HtmlPage& page, const KeyGroups& groups, std::string_view what) {
  std::vector<HtmlPage::Bar> bars;
  for (const KeyGroup& group : groups.largest) {
    bars.push_back({bytes_for_people(group.name), static_cast<double>(group.bytes),
                    count_text(group.keys, what) + ", " + size_text(group.bytes)});
  }
  page.bars(bars);
}

void add_engines(HtmlPage& page, const ReportData& data) {
  if (!data.check.engines) return;
  std::vector<std::vector<std::string>> rows{
      {"Release line", "Starts", "Commits lost", "Bytes cut", "What it says"}};
  for (const EngineForecast& engine : *data.check.engines) {
    rows.push_back({std::string(name_of(engine.line)), engine.opens ? "yes" : "no",
                    count_text(engine.commits_lost), count_text(engine.bytes_cut), engine.error});
  }
  page.table(rows);
}

void add_plan(HtmlPage& page, const ReportData& data) {
  if (!data.plan) return page.paragraph("A repair could not be planned.");
  const RepairPlan& plan = *data.plan;
  if (!plan.is_needed()) return page.paragraph("There is nothing to repair.");
  page.paragraph(
      fmt::format("{} would be in the repaired log, {} of them from behind damage; {} "
                  "cannot be brought back.",
                  count_text(plan.recovered_commits, "commit"),
                  count_text(plan.commits_behind_damage), count_text(plan.lost_commits, "commit")));
  std::vector<std::vector<std::string>> rows{{"At byte", "Length", "Why", "Version", "Keys"}};
  for (const Loss& loss : plan.lost) {
    std::string keys;
    for (const std::string& key : loss.keys) keys += bytes_for_people(key) + " ";
    rows.push_back({std::to_string(loss.offset), std::to_string(loss.length),
                    std::string(name_of(loss.reason)),
                    loss.version ? std::to_string(*loss.version) : "", keys});
  }
  if (rows.size() > 1) page.table(rows);
  page.paragraph("Do it with: persist repair --apply " + data.target);
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
  page.heading("Versions");
  add_versions(page, data);
  if (!data.info.tables.largest.empty()) {
    page.heading("SurrealDB tables");
    add_groups(page, data.info.tables, "record");
  }
  page.heading(data.info.tables.largest.empty() ? "Keys by prefix" : "Other keys by prefix");
  add_groups(page, data.info.prefixes, "key");
  page.paragraph("Written by persist at " + rfc3339(now_ns()) + ".");
  return std::move(page).finish();
}

}  // namespace persist::app
