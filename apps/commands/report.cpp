// `persist report DIR --output FILE.html`: one page for people.
#include <nlohmann/json.hpp>

#include "cli/signals.hpp"
#include "commands/loaded_info.hpp"
#include "commands/output_file.hpp"
#include "commands/report_page.hpp"

namespace persist::app {
namespace {

struct ReportCommand {
  std::string target;
  OutputFile output;
};

// Reading the files over: a check, a load, and the passes of a plan.
constexpr std::uint64_t passes = 7;

Result<VerifyReport> check(Context& context, const Target& target,
                           std::atomic<std::uint64_t>& done) {
  VerifyOptions options;
  options.temp_dir = context.options.temp_dir.value_or("");
  options.progress = &done;
  options.should_stop = stop_requested;
  // What cannot be opened again was opened already.
  return target.is_stream ? verify(target.log.get(), target.snapshot.get(), options)
                          : verify(context.files, target.files, options);
}

void plan(Context& context, const Target& target, std::atomic<std::uint64_t>& done,
          ReportData& data) {
  if (target.is_stream) {
    data.no_plan = "it needs the files themselves, and this was read from a pipe";
    return;
  }
  RepairOptions options;
  options.max_memory_bytes = context.options.max_memory_bytes;
  options.temp_dir = context.temp_dir();
  options.progress = &done;
  options.should_stop = stop_requested;
  auto plan = plan_repair(context.files, target.files, options);
  if (plan) {
    data.plan = *std::move(plan);
  } else {
    data.no_plan = plan.error().message;
  }
}

Result<ReportData> gather(Context& context, const Target& target) {
  std::atomic<std::uint64_t> done{0};
  const Progress progress = context.progress("report " + target.name, passes * target.total_bytes(),
                                             [&done] { return done.load(); });
  ReportData data;
  data.target = target.name;
  PERSIST_TRY_ASSIGN(data.check, check(context, target, done));
  PERSIST_TRY_ASSIGN(LoadedInfo loaded,
                     load_info(context, target, context.options.max_memory_bytes, done));
  data.info = std::move(loaded.report);
  PERSIST_TRY_ASSIGN(data.names, read_surrealdb_names(target.log.get(), target.snapshot.get(),
                                                      target.log_end_offset));
  plan(context, target, done, data);
  return data;
}

int run_report(const ReportCommand& command, Context& context) {
  if (context.mixes_with_json(command.output.path)) {
    return fail_usage("report: --json takes standard output, so --output has to name a file");
  }
  const auto allowed = check_output_file(context, command.target, command.output.path);
  if (!allowed) return fail_with(allowed.error(), Doing::writing);
  const auto target = open_target(context, command.target);
  if (!target) return fail_with(target.error());
  if (!context.options.json) warn_if_live(*target);
  const auto data = gather(context, *target);
  if (!data) return fail_with(data.error());
  if (stop_requested()) return exit_signal_base + stop_signal();
  const auto out = open_output(context, command.output);
  if (!out) return fail_with(out.error(), Doing::writing);
  (*out)->write(report_page(*data));
  const auto finished = (*out)->finish();
  if (!finished) return fail_with(finished.error(), Doing::writing);
  context.has_written = !command.output.dry_run;
  if (context.options.json) {
    Json json = json_report("report");
    set_path(json, "target", data->target);
    json["live"] = data->check.live;
    json["verdict"] = name_of(data->check.verdict);
    set_output(json, command.output);
    json["bytes"] = (*out)->size_bytes();
    print_json(context.out, json);
  } else if (command.output.dry_run) {
    context.out.write(dry_run_line(command.output, (*out)->size_bytes()));
  }
  return exit_status_of(data->check, false);
}

}  // namespace

Run prepare_report(Parser& parser) {
  auto command = std::make_shared<ReportCommand>();
  declare_target(parser, command->target);
  OptionSpec& output = parser.option("--output", "FILE", command->output.path,
                                     "The page; it appears when it is whole");
  output.completes = Completes::file;
  output.is_required = true;
  declare_dry_run(parser, command->output);
  return [command](Context& context) { return run_report(*command, context); };
}

}  // namespace persist::app
