// `persist repair DIR`: what can be brought back, and bringing it back.
#include <nlohmann/json.hpp>
#include <persist/rewrite.hpp>

#include "cli/signals.hpp"
#include "cli/values.hpp"
#include "commands/file_map.hpp"
#include "commands/repair_report.hpp"
#include "commands/target.hpp"
#include "output/bytes.hpp"

namespace persist::app {
namespace {

struct RepairCommand {
  std::string directory;
  bool apply = false;
  bool undo = false;
  bool dry_run = false;
  std::optional<std::string> output;
  std::optional<std::string> plan_id;
  bool strict = false;
  std::optional<std::uint64_t> max_lost_commits;
  std::optional<std::uint64_t> max_lost_bytes;
  bool distrust_snapshot = false;
  std::vector<std::string> adopt;
  Decode decode = Decode::nothing;

  [[nodiscard]] bool writes() const { return !dry_run && (apply || output); }
};

// Reading the files over: a plan hashes them, surveys them, verifies them and loads their state.
constexpr std::uint64_t plan_passes = 5;
// Applying hashes, writes and reads back.
constexpr std::uint64_t apply_passes = 4;

RepairOptions repair_options(const RepairCommand& command, const Context& context) {
  RepairOptions options;
  options.strict = command.strict;
  options.max_lost_commits = command.max_lost_commits;
  options.max_lost_bytes = command.max_lost_bytes;
  options.distrust_snapshot = command.distrust_snapshot;
  options.adopt = command.adopt;
  // $TMPDIR is everybody's: truncation tails are looked for only where the operator points.
  options.truncation_dir = context.options.temp_dir.value_or("");
  options.max_memory_bytes = context.options.max_memory_bytes;
  options.temp_dir = context.temp_dir();
  options.should_stop = stop_requested;
  return options;
}

class Repair {
 public:
  Repair(const RepairCommand& command, Context& context)
      : command_(command),
        context_(context),
        database_(files_in(context, command.directory)),
        options_(repair_options(command, context)) {
    options_.progress = &done_;
  }

  int run() {
    auto plan = make_plan();
    if (!plan) return fail_with(plan.error());
    auto names = json::names_for(context_.files, *plan);
    if (!names) return fail_with(names.error());
    names_ = *std::move(names);
    if (const Result<> bound = check_bound(*plan); !bound) return fail_with(bound.error());
    // Before the files are replaced.
    if (plan->is_needed() && !context_.options.quiet) {
      maps_ = file_maps_text(context_, database_);
    }
    if (!command_.writes()) return show_plan(*plan);
    const auto outcome = carry_out(*plan);
    if (!outcome) return fail_repair(outcome.error());
    context_.has_written = plan->is_needed() || command_.output;
    print({*plan, &*outcome, command_.directory, command_.output.value_or(""), names_,
           command_.decode == Decode::surrealdb, context_.options.encoding});
    if (plan->leaves_contradiction) return exit_damage;
    return plan->lost_commits > 0 ? exit_partial : exit_success;
  }

 private:
  Result<RepairPlan> make_plan() {
    const Progress progress = show_progress("planning the repair of ", plan_passes);
    return plan_repair(context_.files, database_, options_);
  }

  Result<RepairOutcome> carry_out(const RepairPlan& plan) {
    const Progress progress = show_progress("repairing ", apply_passes);
    if (command_.output) {
      return write_repaired(context_.files, plan, options_, output_files());
    }
    return apply_repair(context_.files, plan, options_,
                        [this](const RepairPlan& done, const RepairOutcome& outcome) {
                          return json::text_of(repair_json({done,
                                                            &outcome,
                                                            command_.directory,
                                                            {},
                                                            names_,
                                                            true,
                                                            context_.options.encoding}),
                                               2) +
                                 "\n";
                        });
  }

  [[nodiscard]] DatabaseFiles output_files() const {
    return database_files_of_copy(*command_.output,
                                  {context_.options.log_path, context_.options.snapshot_path});
  }

  Progress show_progress(const std::string& what, std::uint64_t passes) {
    done_ = 0;
    std::uint64_t bytes = 0;
    for (const std::string& path : {database_.log, database_.snapshot}) {
      const auto info = context_.files.info(path);
      if (info) bytes += info->size_bytes;
    }
    return context_.progress(what + command_.directory, passes * bytes,
                             [this] { return done_.load(); });
  }

  Result<> check_bound(const RepairPlan& plan) const {
    if (!command_.plan_id || *command_.plan_id == plan.id) return {};
    return fail(ErrorCode::changed, command_.directory,
                "the files or the options are not those of the plan " + *command_.plan_id,
                "plan again");
  }

  // What the real run would find when it makes its files.
  [[nodiscard]] Result<> check_places(const RepairPlan& plan) const {
    if (!command_.dry_run) return {};
    if (command_.output) {
      PERSIST_TRY(check_new_database(context_.files, output_files()));
      return check_writable(*command_.output);
    }
    if (!command_.apply || !plan.is_needed()) return {};
    return check_writable({database_.directory, database_.log, database_.snapshot});
  }

  int show_plan(const RepairPlan& plan) {
    const auto writable = check_places(plan);
    if (!writable) return fail_with(writable.error(), Doing::writing);
    print({plan,
           nullptr,
           command_.directory,
           {},
           names_,
           command_.decode == Decode::surrealdb,
           context_.options.encoding});
    if (const Result<> within = check_limits(plan, options_); !within) {
      return fail_with(within.error());
    }
    return plan.asks_for_action() ? exit_finding : exit_success;
  }

  void print(const RepairReport& report) {
    if (context_.options.json) {
      print_json(context_.out, repair_json(report));
    } else if (!context_.options.quiet) {
      context_.out.write(repair_text(report, maps_, context_.colour_out));
    }
  }

  [[nodiscard]] int fail_repair(const Error& error) const {
    const bool is_source = error.path == database_.log || error.path == database_.snapshot;
    return fail_with(error, is_source ? Doing::reading : Doing::writing);
  }

  const RepairCommand& command_;
  Context& context_;
  DatabaseFiles database_;
  RepairOptions options_;
  std::atomic<std::uint64_t> done_{0};
  SurrealNames names_;
  std::string maps_;
};

void print_undo(const UndoOutcome& outcome, const RepairCommand& command, Context& context) {
  if (context.options.json) {
    Json json = json_report("repair");
    set_path(json, "path", command.directory);
    json["undone"] = !command.dry_run;
    set_path(json, "originals", outcome.originals);
    set_paths(json, "restored", outcome.restored);
    print_json(context.out, json);
    return;
  }
  if (context.options.quiet) return;
  const std::string originals = path_for_people(outcome.originals);
  context.out.write(command.dry_run
                        ? originals + " would be put back\n"
                        : "the originals in " + originals + " are back in their places\n");
}

int run_undo(const RepairCommand& command, Context& context) {
  const DatabaseFiles database = files_in(context, command.directory);
  if (command.dry_run) {
    const auto originals = find_originals(context.files, database);
    if (!originals) return fail_with(originals.error());
    const auto writable = check_writable(command.directory);
    if (!writable) return fail_with(writable.error(), Doing::writing);
    print_undo({*originals, {}}, command, context);
    return exit_success;
  }
  const auto undone = undo_repair(context.files, database);
  if (!undone) {
    return fail_with(undone.error(),
                     undone.error().code == ErrorCode::not_found ? Doing::reading : Doing::writing);
  }
  context.has_written = true;
  print_undo(*undone, command, context);
  return exit_success;
}

int run_repair(const RepairCommand& command, Context& context) {
  if (command.apply + command.undo + command.output.has_value() > 1) {
    return fail_usage("repair: --apply, --output and --undo exclude each other");
  }
  const auto is_directory = check_directory(context, command.directory);
  if (!is_directory) return fail_with(is_directory.error());
  if (command.undo) return run_undo(command, context);
  return Repair(command, context).run();
}

}  // namespace

Run prepare_repair(Parser& parser) {
  auto command = std::make_shared<RepairCommand>();
  OptionSpec& directory = parser.positional("DIR", command->directory, "A database directory");
  directory.is_required = true;
  directory.completes = Completes::directory;
  parser.flag("--apply", command->apply,
              "Carry the plan out; the originals are kept in DIR/repair-<UTC time>/");
  parser
      .option("--output", "NEWDIR", command->output,
              "Write the repaired database there and leave DIR alone")
      .completes = Completes::directory;
  parser.flag("--undo", command->undo, "Put the newest originals back");
  parser.flag("--strict", command->strict, "Leave out commits that only look whole");
  parser.option("--max-lost-commits", "N", command->max_lost_commits, parse_count,
                "Refuse to lose more commits than this");
  parser.option("--max-lost-bytes", "SIZE", command->max_lost_bytes, parse_size,
                "Refuse to lose more bytes than this");
  parser.flag("--distrust-snapshot", command->distrust_snapshot,
              "Let the log's commits count that the snapshot claims to hold");
  parser
      .list("--adopt", "FILE", command->adopt,
            "Add the commits that only this file has, which an interrupted write left")
      .completes = Completes::file;
  parser.option("--plan", "ID", command->plan_id,
                "Only if the files are still those of this plan (\"plan\" in its JSON)");
  declare_decode(parser, command->decode);
  parser.flag("--dry-run", command->dry_run, "Say what would be done, write nothing");
  return [command](Context& context) { return run_repair(*command, context); };
}

}  // namespace persist::app
