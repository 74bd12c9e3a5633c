// `persist report DIR --output FILE.html`: one page for people.
#include "cli/signals.hpp"
#include "commands/report_page.hpp"
#include "commands/target.hpp"

namespace persist::app {
namespace {

struct ReportCommand {
  std::string target;
  std::string output;
};

constexpr std::size_t drawn_slices = 500;

// Sums a log's commits up for the drawing.
class SlicingSink final : public LogSink {
 public:
  explicit SlicingSink(std::uint64_t log_bytes) : log_bytes_(log_bytes), slices_(drawn_slices) {}

  bool on_commit(const Commit& commit) override {
    if (commit.trust == Trust::partial || commit.offset >= log_bytes_) return true;
    const auto i = static_cast<std::size_t>(static_cast<double>(commit.offset) /
                                            static_cast<double>(log_bytes_) * drawn_slices);
    LogSlice& slice = slices_[std::min(i, drawn_slices - 1)];
    ++slice.commits;
    slice.last_version = commit.version;
    return !stop_requested();
  }
  bool on_damage(const Damage&) override { return !stop_requested(); }

  [[nodiscard]] std::vector<LogSlice> take() { return std::move(slices_); }

 private:
  std::uint64_t log_bytes_;
  std::vector<LogSlice> slices_;
};

Result<InfoReport> gather_info(Context& context, const Target& target) {
  StateOptions state_options;
  state_options.max_memory_bytes = context.options.max_memory_bytes;
  state_options.temp_dir = context.temp_dir();
  state_options.log_end_offset = target.log_end_offset;
  state_options.should_stop = stop_requested;
  PERSIST_TRY_ASSIGN(const State state, State::load(context.files, target.log.get(),
                                                    target.snapshot.get(), state_options));
  InfoOptions options;
  options.max_memory_bytes = context.options.max_memory_bytes;
  options.temp_dir = context.temp_dir();
  options.should_stop = stop_requested;
  return info(context.files, {target.log.get(), target.snapshot.get(), target.log_end_offset},
              state, options);
}

Result<ReportData> gather(Context& context, const Target& target) {
  ReportData data;
  data.target = target.name;
  VerifyOptions verify_options;
  verify_options.should_stop = stop_requested;
  PERSIST_TRY_ASSIGN(data.check, verify(context.files, target.files, verify_options));
  PERSIST_TRY_ASSIGN(data.info, gather_info(context, target));
  if (target.log) {
    SlicingSink sink(target.log_bytes);
    LogReadOptions options;
    options.end_offset = target.log_end_offset;
    PERSIST_TRY(read_log(*target.log, options, sink));
    data.slices = sink.take();
  }
  RepairOptions repair_options;
  repair_options.max_memory_bytes = context.options.max_memory_bytes;
  repair_options.temp_dir = context.temp_dir();
  repair_options.should_stop = stop_requested;
  auto plan = plan_repair(context.files, target.files, repair_options);
  if (plan) data.plan = *std::move(plan);
  return data;
}

int run_report(const ReportCommand& command, Context& context) {
  const auto target = open_target(context, command.target);
  if (!target) return fail_with(target.error());
  const auto data = gather(context, *target);
  if (!data) return fail_with(data.error());
  if (stop_requested()) return exit_signal_base + stop_signal();
  const auto out = file_stream(context.files, command.output);
  if (!out) return fail_with(out.error(), Doing::writing);
  (*out)->write(report_page(*data));
  const auto finished = (*out)->finish();
  if (!finished) return fail_with(finished.error(), Doing::writing);
  return exit_status_of(data->check, false);
}

}  // namespace

Run prepare_report(Parser& parser) {
  auto command = std::make_shared<ReportCommand>();
  declare_target(parser, command->target);
  OptionSpec& output =
      parser.option("--output", "FILE", command->output, "The page; it appears when it is whole");
  output.completes = Completes::file;
  output.is_required = true;
  return [command](Context& context) { return run_report(*command, context); };
}

}  // namespace persist::app
