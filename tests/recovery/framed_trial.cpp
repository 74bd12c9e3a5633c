// Damages sound framed logs in every way and counts the cases in which not every whole commit came
// back, or one that was never written did. Exit 1 when there is such a case.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <map>

#include "recovery/framed_damage.hpp"
#include "support/real_files.hpp"
#include "support/tally.hpp"

namespace persist::recovery {
namespace {

struct Options {
  std::uint64_t seeds = 10;
  std::uint64_t first = 0;
  std::string kind;
  bool show = false;
  std::string dump;
  std::vector<std::string> logs;
};

struct Count {
  std::size_t cases = 0;
  std::size_t losing = 0;
  std::size_t inventing = 0;
  std::size_t untold = 0;
  std::size_t uncertain = 0;

  void add(const FramedOutcome& outcome) {
    ++cases;
    losing += outcome.lost > 0 ? 1 : 0;
    inventing += outcome.invented > 0 ? 1 : 0;
    untold += outcome.untold > 0 ? 1 : 0;
    uncertain += outcome.uncertain > 0 ? 1 : 0;
  }
};

struct Counts {
  std::map<std::string, Count> by_kind;
  std::map<std::string, Count> by_log;
  Count all;
};

// The last two directories of its path: release and shape.
std::string name_of_log(const std::string& path) {
  const std::string directory = path.substr(0, path.rfind('/'));
  const auto last = directory.rfind('/');
  const auto before = last == std::string::npos ? last : directory.rfind('/', last - 1);
  return before == std::string::npos ? directory : directory.substr(before + 1);
}

void dump(const Options& options, const std::string& name, const FramedLog& sound,
          const test::DamagedLog& damaged) {
  if (options.dump.empty()) return;
  std::ofstream(options.dump + "/" + name + ".bin", std::ios::binary) << damaged.bytes;
  std::ofstream(options.dump + "/" + name + ".sound", std::ios::binary) << sound.bytes;
}

Result<> damage_in_every_way(const std::string& path, const Options& options, Counts& counts) {
  PERSIST_TRY_ASSIGN(const FramedLog sound,
                     framed_log(name_of_log(path), test::read_whole_file(path)));
  for (int k = 0; k <= static_cast<int>(test::last_damage_kind); ++k) {
    const auto kind = static_cast<test::DamageKind>(k);
    if (!options.kind.empty() && options.kind != name_of(kind)) continue;
    for (std::uint64_t seed = options.first; seed < options.first + options.seeds; ++seed) {
      const test::DamagedLog damaged = damage_framed(sound, kind, seed);
      PERSIST_TRY_ASSIGN(const FramedOutcome outcome, judge_framed(sound, damaged));
      counts.by_kind[std::string(name_of(kind))].add(outcome);
      counts.by_log[sound.name].add(outcome);
      counts.all.add(outcome);
      if (outcome.is_perfect() || !options.show) continue;
      std::string name = fmt::format("{} {} {}", sound.name, name_of(kind), seed);
      fmt::print("{}: {} lost, {} invented\n", name, outcome.lost, outcome.invented);
      std::ranges::replace_if(name, [](char c) { return c == ' ' || c == '/'; }, '_');
      dump(options, name, sound, damaged);
    }
  }
  return {};
}

void print(const std::string& name, const Count& count) {
  const auto bad = static_cast<double>(count.losing + count.inventing);
  fmt::print("{:<36} {:>7} {:>8.2f}% {:>6} {:>6} {:>7} | {:>6}\n", name, count.cases,
             100.0 * (1.0 - bad / static_cast<double>(count.cases)), count.losing, count.inventing,
             count.untold, count.uncertain);
}

int run(const Options& options) {
  Counts counts;
  for (const std::string& path : options.logs) {
    const auto done = damage_in_every_way(path, options, counts);
    if (done) continue;
    std::cerr << path << ": " << done.error().to_string() << "\n";
    return 1;
  }
  fmt::print("{:<36} {:>7} {:>9} {:>6} {:>6} {:>7} | whole and uncertain\n", "", "cases", "good",
             "lost", "inv.", "untold");
  for (const auto& [name, count] : counts.by_kind) print(name, count);
  fmt::print("\n");
  for (const auto& [name, count] : counts.by_log) print(name, count);
  fmt::print("\n");
  print("all", counts.all);
  test::tally("damaged logs", counts.all.cases);
  return counts.all.losing + counts.all.inventing == 0 ? 0 : 1;
}

}  // namespace
}  // namespace persist::recovery

int main(int argc, char** argv) {
  persist::recovery::Options options;
  CLI::App app("Damage sound framed logs and judge what the reader brings back");
  app.add_option("--seeds", options.seeds, "So many cases of each kind of damage and log");
  app.add_option("--first", options.first, "The first seed");
  app.add_option("--kind", options.kind, "Only this kind of damage");
  app.add_flag("--show", options.show, "Name the cases that are not good");
  app.add_option("--dump", options.dump, "Where the shown ones go")->check(CLI::ExistingDirectory);
  app.add_option("FILE", options.logs, "Logs to damage")->required();
  CLI11_PARSE(app, argc, argv);
  return persist::recovery::run(options);
}
