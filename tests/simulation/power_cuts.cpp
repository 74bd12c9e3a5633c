#include "simulation/power_cuts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace persist::simulation {

void PowerCuts::run(const Setting& setting, const std::vector<Step>& steps) {
  if (has_seen_enough()) return;
  name_ = fmt::format("line {}, seed {}:", persist::name_of(setting.line), setting.seed);
  for (const Step step : setting.before) name_ += fmt::format(" {}", name_of(step));
  name_ += " |";
  for (const Step step : steps) name_ += fmt::format(" {}", name_of(step));
  ++counts_.workloads;
  Workload workload(setting);
  Result<> done = workload.prepare();
  for (const Step step : steps) {
    if (done) done = workload.run(step);
  }
  if (done) done = workload.finish();
  if (!done) return report({}, "the workload itself fails: " + done.error().to_string());
  Expected expected{workload.model()};
  const bool converts = std::ranges::find(steps, Step::convert) != steps.end();
  expected.line = converts ? ReleaseLine::v1_1 : setting.line;
  expected.may_have_holes = workload.has_unsynced_commits();
  expected.may_refuse = workload.has_unmarked_commits();
  expected.may_hold_a_part = log_format_of(setting.line) == LogFormat::legacy;
  cut_at_every_event(workload.start(), workload.trace(), expected, options_.sampling, true);
}

void PowerCuts::cut_at_every_event(const Image& start, const std::vector<Event>& trace,
                                   Expected expected, const Sampling& sampling, bool is_first) {
  Disk disk(start);
  for (const Event& event : trace) {
    if (has_seen_enough()) return;
    if (event.kind == Event::Kind::promise) {
      expected.first = event.first;
      expected.last = event.last;
    }
    disk.apply(event);
    for_each_crash_state(disk, sampling, random_,
                         [&](const Image& image) { check(image, expected, is_first); });
  }
}

void PowerCuts::cut_at_end(const std::string& name, const Image& start,
                           const std::vector<Event>& trace, Expected expected) {
  name_ = name;
  Disk disk(start);
  for (const Event& event : trace) {
    if (event.kind == Event::Kind::promise) {
      expected.first = event.first;
      expected.last = event.last;
    }
    disk.apply(event);
  }
  for_each_crash_state(disk, options_.sampling, random_,
                       [&](const Image& image) { check(image, expected, true); });
}

const Finding& PowerCuts::finding_of(const Image& image, const Expected& expected, bool is_first) {
  const std::uint64_t hash = image.hash() + static_cast<std::uint64_t>(expected.line);
  const auto known = findings_.find(hash);
  if (known != findings_.end()) return known->second;
  ++counts_.distinct;
  const bool cuts_again = is_first && random_.one_in(options_.second_cut_every);
  std::vector<Event> trace;
  const Finding& finding =
      findings_.emplace(hash, examine(image, expected.line, cuts_again ? &trace : nullptr))
          .first->second;
  if (cuts_again) cut_at_every_event(image, trace, expected, options_.second_cut, false);
  if (random_.one_in(options_.repair_every) || finding.is_refusal) check_repair(image, expected);
  return finding;
}

// Repair keeps all that is whole, even behind something lost.
void PowerCuts::check_repair(const Image& image, const Expected& expected) {
  const auto has_file = [&](const char* name) {
    return image.names.contains(database_directory + "/" + name);
  };
  if (!has_file("aol.bin") && !has_file("snapshot.bin")) return;
  ++counts_.repaired;
  const auto rows = rows_after_repair(image, expected.line);
  if (!rows) return report(image, "repair: " + rows.error().to_string());
  if (expected.may_hold_a_part) return;
  if (!expected.model.has_some_commits(*rows, expected.first, expected.last)) {
    report(image, "repair brings back rows of no set of commits with all that were promised");
  }
  // A commit of which only the header was lost is whole, and verify says so.
  if (expected.may_have_holes || *rows == expected.model.rows(expected.last)) return;
  if (const auto damage = find_damage(image)) report(image, "verify calls it damaged: " + *damage);
}

void PowerCuts::check(const Image& image, const Expected& expected, bool is_first) {
  ++counts_.states;
  if (!is_first) ++counts_.again;
  const Finding& finding = finding_of(image, expected, is_first);
  if (finding.is_refusal && expected.may_refuse) return;  // and was repaired
  if (!finding.problem.empty()) return report(image, finding.problem);
  const auto state = expected.model.find(finding.rows_hash, expected.first, expected.last);
  if (!state) {
    const bool is_older = expected.model.find(finding.rows_hash, 0, expected.first).has_value();
    if (!is_older && expected.may_hold_a_part) return;
    return report(
        image, is_older ? "a promised commit is lost" : "the rows are of no state that ever was");
  }
  if (expected.line == ReleaseLine::v1_1 &&
      finding.newest_version < expected.model.version(*state)) {
    report(image, "the clock went back");
  }
}

void PowerCuts::report(const Image& image, const std::string& what) {
  if (++counts_.failures > options_.max_reported) return;
  fmt::print("{}\n  {}\n", name_, what);
  for (const auto& [path, inode] : image.names) {
    fmt::print("  {} ({} bytes)\n", path, image.files[inode].size());
  }
}

}  // namespace persist::simulation
