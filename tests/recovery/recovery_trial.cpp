// Damages sound legacy logs at random and counts how often the reader brings back all that the
// format allows. With --least or --none-untold it is a test, which fails by its exit status.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <map>
#include <sstream>

#include "recovery/verdict.hpp"
#include "support/tally.hpp"

namespace persist::recovery {
namespace {

struct Options {
  std::size_t cases = 1000;
  std::uint64_t seed = 1;
  std::string kind;
  std::string shape;
  std::string line;
  bool show = false;
  bool strict = false;
  bool none_untold = false;
  std::string dump;
  std::optional<double> least_percent;
  std::vector<std::string> logs;
};

struct Count {
  std::size_t cases = 0;
  std::size_t lost = 0;
  std::size_t invented = 0;
  std::size_t unbroken = 0;
  std::size_t uncertain = 0;
  std::size_t strict_lost = 0;
  std::size_t strict_invented = 0;

  void add(const Verdict& verdict) {
    ++cases;
    lost += verdict.outcome == Outcome::lost ? 1 : 0;
    invented += verdict.outcome == Outcome::invented ? 1 : 0;
    unbroken += verdict.invention == Invention::unbroken ? 1 : 0;
    uncertain += verdict.invention == Invention::uncertain ? 1 : 0;
    strict_lost += verdict.strict_lost ? 1 : 0;
    strict_invented += verdict.strict_invented ? 1 : 0;
  }
};

std::vector<SoundLog> sound_logs(const Options& options) {
  std::vector<SoundLog> logs;
  for (const std::string& path : options.logs) {
    std::ostringstream bytes;
    bytes << std::ifstream(path, std::ios::binary).rdbuf();
    std::string name = path;
    if (const auto end = name.rfind("/aol.bin"); end != std::string::npos) name.resize(end);
    if (const auto last = name.rfind("engine-"); last != std::string::npos) name.erase(0, last);
    auto log = parse_sound_log(name, bytes.str());
    if (log && log->commits.size() > 8) logs.push_back(std::move(*log));
  }
  if (!options.logs.empty()) return logs;
  for (int line = 0; line < 2; ++line) {
    if (!options.line.empty() && options.line != name_of(static_cast<Line>(line))) continue;
    for (int shape = 0; shape <= static_cast<int>(Shape::tables); ++shape) {
      if (!options.shape.empty() && options.shape != name_of(static_cast<Shape>(shape))) continue;
      for (std::size_t writers = 1; writers <= 4; writers += 3) {
        LogRecipe recipe{static_cast<Line>(line), static_cast<Shape>(shape), 120, 60, writers};
        if (recipe.shape == Shape::big) recipe.commits = 40;
        logs.push_back(write_sound_log(recipe, Random(options.seed * 1000 + logs.size())));
      }
    }
  }
  return logs;
}

std::string_view name_of(Invention invention) {
  switch (invention) {
    case Invention::none:
      return "";
    case Invention::unbroken:
      return "reads as sound; ";
    case Invention::uncertain:
      return "named as uncertain; ";
    case Invention::untold:
      return "untold; ";
  }
  return "";
}

double good_percent(const Count& count) {
  return 100.0 * static_cast<double>(count.cases - count.lost - count.invented) /
         static_cast<double>(count.cases);
}

void print(const std::string& name, const Count& count) {
  const double good = good_percent(count);
  fmt::print("{:<44} {:>7} {:>8.2f}% {:>6} {:>6} {:>8} {:>9} | {:>6} {:>6}\n", name, count.cases,
             good, count.lost, count.invented, count.unbroken, count.uncertain, count.strict_lost,
             count.strict_invented);
}

int run(const Options& options) {
  const auto logs = sound_logs(options);
  std::map<std::string, Count> by_kind;
  std::map<std::string, Count> by_log;
  Count all;
  Random seeds(options.seed);
  for (std::size_t i = 0; i < options.cases; ++i) {
    const std::uint64_t seed = seeds.next();
    Random random(seed);
    const SoundLog& log = logs[i % logs.size()];
    const DamageKind& kind = damage_kinds()[(i / logs.size()) % damage_kinds().size()];
    if (!options.kind.empty() && options.kind != kind.name) continue;
    DamagedLog damaged(log);
    kind.apply(log, damaged, random);
    const Verdict verdict = judge(log, damaged);
    by_kind[std::string(kind.name)].add(verdict);
    by_log[log.name].add(verdict);
    all.add(verdict);
    const bool bad = verdict.outcome != Outcome::good ||
                     (options.strict && (verdict.strict_lost || verdict.strict_invented));
    if (bad && options.show) {
      fmt::print("{} {} {}: {}{}\n", i, log.name, kind.name, name_of(verdict.invention),
                 verdict.why.substr(0, 400));
      if (!options.dump.empty()) {
        const std::string base = fmt::format("{}/{}", options.dump, i);
        std::ofstream(base + ".bin", std::ios::binary) << damaged.bytes;
        std::ofstream(base + ".sound", std::ios::binary) << log.bytes;
      }
    }
  }
  fmt::print("{:<44} {:>7} {:>9} {:>6} {:>6} {:>8} {:>9} | strict lost, invented\n", "", "cases",
             "good", "lost", "inv.", "unbroken", "uncertain");
  for (const auto& [name, count] : by_kind) print(name, count);
  fmt::print("\n");
  for (const auto& [name, count] : by_log) print(name, count);
  fmt::print("\n");
  print("all", all);
  test::tally("damaged logs", all.cases);
  const bool is_untold = all.invented > all.unbroken + all.uncertain;
  if (options.none_untold && is_untold) return 1;
  return options.least_percent && good_percent(all) < *options.least_percent ? 1 : 0;
}

}  // namespace
}  // namespace persist::recovery

int main(int argc, char** argv) {
  persist::recovery::Options options;
  CLI::App app("Damage sound legacy logs and judge what the reader brings back");
  app.add_option("--cases", options.cases);
  app.add_option("--seed", options.seed);
  app.add_option("--kind", options.kind, "Only this kind of damage");
  app.add_option("--shape", options.shape, "Only written logs of this shape");
  app.add_option("--line", options.line, "Only written logs of this release line");
  app.add_option("--logs", options.logs, "Logs to damage instead of written ones");
  app.add_flag("--show", options.show, "Name the cases that are not good");
  app.add_flag("--strict", options.strict, "And those that are good only in their rows");
  app.add_option("--dump", options.dump, "Where the shown ones go")->check(CLI::ExistingDirectory);
  app.add_option(
      "--least", options.least_percent,
      "Fail when a smaller share is good; ten times the cases where PERSIST_LONG is set");
  app.add_flag("--none-untold", options.none_untold,
               "Fail when a row that was never written is handed on as whole although the bytes "
               "around it do not read as records");
  CLI11_PARSE(app, argc, argv);
  if (options.least_percent && persist::test::wants_long_run()) options.cases *= 10;
  return persist::recovery::run(options);
}
