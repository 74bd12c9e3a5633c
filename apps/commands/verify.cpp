// `persist verify TARGET...`: reads every byte, changes none, and says what is wrong.
#include <chrono>
#include <nlohmann/json.hpp>

#include "cli/signals.hpp"
#include "cli/values.hpp"
#include "commands/file_map.hpp"
#include "commands/many_targets.hpp"
#include "commands/output_file.hpp"
#include "commands/verify_report.hpp"

namespace persist::app {
namespace {

struct VerifyCommandOptions {
  std::vector<std::string> targets;
  std::uint64_t jobs = 1;
  bool strict = false;
  OutputFile metrics;
};

Result<VerifyReport> verify_target(Context& context, const std::string& name,
                                   std::atomic<std::uint64_t>& done) {
  PERSIST_TRY_ASSIGN(const Target target, resolve_target(context, name));
  VerifyOptions options;
  options.temp_dir = context.options.temp_dir.value_or("");
  options.progress = &done;
  options.should_stop = stop_requested;
  if (target.is_stream) {
    const Progress progress =
        context.progress("verify " + name, target.total_bytes(), [&done] { return done.load(); });
    return verify(target.log.get(), target.snapshot.get(), options);
  }
  return verify(context.files, target.files, options);
}

Verified verify_one(Context& context, const std::string& name, bool strict,
                    std::atomic<std::uint64_t>& done) {
  Verified result;
  result.target = name;
  const auto began = std::chrono::steady_clock::now();
  auto report = verify_target(context, name, done);
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  if (!report) {
    result.error = report.error();
    result.status = exit_status_of(report.error());
  } else {
    result.report = *std::move(report);
    result.status = exit_status_of(result.report, strict);
  }
  return result;
}

void print(Context& context, const VerifyCommandOptions& options, const Verified& verified) {
  if (verified.error && verified.error->code != ErrorCode::interrupted) log_error(*verified.error);
  const bool is_news = !context.options.quiet || verified.status != exit_success;
  if (context.options.json) {
    print_json(context.out, verify_json(verified));
  } else if (is_news && options.targets.size() > 1) {
    context.out.write(verify_line(verified, context.colour_out));
  } else if (is_news && !verified.error) {
    context.out.write(verify_text(
        verified, file_maps_text(verified.report.files, drawing_of(context)), context.colour_out));
  }
  context.out.flush();
}

int write_metrics(Context& context, const OutputFile& file, std::span<const Verified> all) {
  const auto out = open_output(context, file);
  if (!out) return fail_with(out.error(), Doing::writing);
  (*out)->write(verify_metrics(all));
  const auto finished = (*out)->finish();
  if (!finished) return fail_with(finished.error(), Doing::writing);
  if (file.dry_run && !context.options.json && !context.options.quiet) {
    context.out.write(dry_run_line(file, (*out)->size_bytes()));
  }
  return exit_success;
}

int run_verify(const VerifyCommandOptions& options, Context& context) {
  if (context.mixes_with_json(options.metrics.path)) {
    return fail_usage("verify: --json takes standard output, so --metrics has to name a file");
  }
  if (options.metrics.dry_run && options.metrics.path.empty()) {
    return fail_usage("verify: --dry-run goes with --metrics");
  }
  if (reads_input_twice(options.targets)) {
    return fail_usage("verify: standard input can be read only once");
  }
  for (const std::string& target : options.targets) {
    if (options.metrics.path.empty()) break;
    const auto allowed = check_output_file(context, target, options.metrics.path);
    if (!allowed) return fail_with(allowed.error(), Doing::writing);
  }
  std::vector<Verified> all(options.targets.size());
  int status = exit_success;
  for_many_targets(
      context, options.targets, options.jobs,
      [&](std::size_t i, std::atomic<std::uint64_t>& done) {
        all[i] = verify_one(context, options.targets[i], options.strict, done);
      },
      [&](std::size_t i) {
        print(context, options, all[i]);
        status = worse_of(status, all[i].status);
      });
  if (!options.metrics.path.empty() && !stop_requested()) {
    status = worse_of(status, write_metrics(context, options.metrics, all));
  }
  return status;
}

}  // namespace

Run prepare_verify(Parser& parser) {
  auto options = std::make_shared<VerifyCommandOptions>();
  declare_targets(parser, options->targets);
  declare_jobs(parser, options->jobs);
  parser.flag("--strict", options->strict, "Exit 1 for warnings too");
  parser.option("--metrics", "FILE", options->metrics.path, "Write metrics for Prometheus to FILE")
      .completes = Completes::file;
  declare_dry_run(parser, options->metrics);
  return [options](Context& context) { return run_verify(*options, context); };
}

}  // namespace persist::app
