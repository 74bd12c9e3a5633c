// `persist bench OPERATION TARGET`: how fast, and how close to the hardware.
#include "commands/bench.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "cli/values.hpp"
#include "commands/bench_append.hpp"
#include "commands/target.hpp"
#include "output/bytes.hpp"
#include "output/table.hpp"
#include "output/time.hpp"

namespace persist::app {
namespace {

enum class Operation { load, verify, dump, snapshot, append };

struct BenchCommand {
  Operation operation = Operation::load;
  std::string target;
  BenchOptions read;
  AppendCommand append;
  std::vector<std::string> of_append;  // names of options that mean nothing to the others
  std::vector<std::string> not_of_append;
};

struct Spread {
  double best = 0;
  double median = 0;
  double worst = 0;
};

Spread spread_of(std::vector<double> seconds) {
  if (seconds.empty()) return {};
  std::ranges::sort(seconds);
  return {seconds.front(), seconds[seconds.size() / 2], seconds.back()};
}

double per_second(double amount, double seconds) {
  return seconds > 0 ? amount / seconds : 0;
}

Json json_of(std::string_view operation, const Measured& measured) {
  const Spread spread = spread_of(measured.seconds);
  const Spread floor = spread_of(measured.floor_seconds);
  Json json = measured.ends_stream ? Json{{"end", true}} : json_report("bench");
  json["operation"] = operation;
  json["runs"] = measured.seconds.size();
  json["seconds"] = {{"best", spread.best}, {"median", spread.median}, {"worst", spread.worst}};
  json["bytes"] = measured.bytes;
  json["records"] = measured.records;
  json["bytes_per_second"] = per_second(static_cast<double>(measured.bytes), spread.median);
  json["records_per_second"] = per_second(static_cast<double>(measured.records), spread.median);
  json["floor"] = {
      {"what", measured.floor},
      {"seconds", floor.median},
      {"bytes_per_second", per_second(static_cast<double>(measured.bytes), floor.median)}};
  json["ratio_to_floor"] = floor.median > 0 ? spread.median / floor.median : 0;
  return json;
}

// `parser` knows which options were given.
int run_bench(const BenchCommand& command, const Parser& parser, Context& context) {
  const bool appends = command.operation == Operation::append;
  for (const std::string& name : appends ? command.not_of_append : command.of_append) {
    if (!parser.was_given(name)) continue;
    return fail_usage("bench: " + name + (appends ? " does not go" : " goes only") +
                      " with append");
  }
  if (appends) {
    return run_append_bench(command.target, command.append, context);
  }
  return run_read_bench(static_cast<ReadBench>(command.operation), command.target, command.read,
                        context);
}
static_assert(static_cast<int>(Operation::load) == static_cast<int>(ReadBench::load));
static_assert(static_cast<int>(Operation::snapshot) == static_cast<int>(ReadBench::snapshot));

}  // namespace

Result<double> time_of(const std::function<Result<>()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  PERSIST_TRY(work());
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void show_measured(Context& context, std::string_view operation, const Measured& measured,
                   const std::function<void(Json&)>& more) {
  Json json = json_of(operation, measured);
  if (more) more(json);
  if (context.options.json) return print_json(context.out, json);
  const Spread spread = spread_of(measured.seconds);
  const Spread floor = spread_of(measured.floor_seconds);
  const auto rate = [&](double seconds) {
    return size_text(static_cast<std::uint64_t>(
               per_second(static_cast<double>(measured.bytes), seconds))) +
           "/s";
  };
  Table table({Align::left, Align::right, Align::right, Align::right});
  table.add({"", "best", "median", "worst"});
  table.add({std::string(operation), duration_text(spread.best), duration_text(spread.median),
             duration_text(spread.worst)});
  table.add({"rate", rate(spread.best), rate(spread.median), rate(spread.worst)});
  context.out.write(table.to_string());
  context.out.write(fmt::format(
      "{} of {} bytes and {}, {} records/s; {}: {}, {:.1f} times as fast\n",
      count_text(measured.seconds.size(), "run"), count_text(measured.bytes),
      count_text(measured.records, "record"),
      count_text(static_cast<std::uint64_t>(
          per_second(static_cast<double>(measured.records), spread.median))),
      measured.floor, rate(floor.median), floor.median > 0 ? spread.median / floor.median : 0));
}

Run prepare_bench(Parser& parser) {
  auto command = std::make_shared<BenchCommand>();
  parser
      .positional_choice("OPERATION", command->operation,
                         Parser::Choices<Operation>{{"load", Operation::load},
                                                    {"verify", Operation::verify},
                                                    {"dump", Operation::dump},
                                                    {"snapshot", Operation::snapshot},
                                                    {"append", Operation::append}},
                         "load, verify, dump, snapshot or append")
      .is_required = true;
  declare_target(parser, command->target);
  parser.option("--runs", "N", command->read.runs, parse_positive,
                "Measure so many times (5); not for append");
  command->not_of_append = {"--runs"};
  const std::size_t declared = parser.specs().size();
  declare_append_options(parser, command->append);
  const auto specs = parser.specs();
  for (std::size_t i = declared; i < specs.size(); ++i) {
    command->of_append.push_back(specs[i]->names.back());
  }
  return [command, &parser](Context& context) { return run_bench(*command, parser, context); };
}

}  // namespace persist::app
