// Repair: what it writes is sound and holds what the plan said, undo brings every byte back, and a
// database goes on from there.
#include <algorithm>
#include <persist/database.hpp>
#include <persist/repair.hpp>

#include "fuzz/database.hpp"

using namespace persist;
using namespace persist::fuzz;

namespace {

RepairOptions options_of(std::uint8_t choices) {
  RepairOptions options;
  options.strict = (choices & 1U) != 0;
  options.distrust_snapshot = (choices & 2U) != 0;
  options.max_memory_bytes = max_memory_bytes;
  return options;
}

bool may_refuse(ErrorCode code) {
  return code == ErrorCode::not_a_database || code == ErrorCode::newer_format;
}

// Two files that do not belong together are not made to: the plan says so, and which option does.
bool is_known_to_contradict(const RepairPlan& plan, const RepairOptions& options) {
  const bool contradicts = std::ranges::any_of(plan.lineage, [](const Finding& finding) {
    return finding.code == "snapshot-contradicts-log" && finding.severity == Severity::error;
  });
  return contradicts && !options.distrust_snapshot;
}

void check_repaired(FileSystem& files, const std::string& directory, const RepairPlan& plan,
                    const RepairOptions& options, const RepairOutcome& outcome) {
  const auto report = must(verify(files, database_at(directory), {}), "the result is verified");
  require(report.verdict == Verdict::clean || is_known_to_contradict(plan, options),
          "the result is clean");
  const State state = must(load(files, directory), "the result loads");
  require(!state.summary().was_damaged, "the result is not damaged");
  require(fingerprint_of(state) == outcome.fingerprint, "the result is what was said of it");
  // Of a snapshot that is not trusted or refused in part, a plan cannot tell what will be left.
  require(plan.fingerprint.empty() || plan.fingerprint == outcome.fingerprint,
          "the result is what the plan said");
}

// What legacy records look like depends on what is around them: now and then what would be written
// does not look sound any more, and repair leaves it be.
bool is_refused_for_legacy_part(FileSystem& files, const Result<RepairOutcome>& outcome) {
  if (outcome || outcome.error().code != ErrorCode::damaged) return false;
  return has_legacy_part(must(load(files, "/db"), "the files load"));
}

// As line 1.1, which reads all others.
void go_on(FileSystem& files, const std::string& directory) {
  const bool had_legacy_part = has_legacy_part(must(load(files, directory), "the result loads"));
  const Options options{.aol_mode = AolMode::synchronous_on_commit};
  auto database = Database::open(directory, options, files);
  if (!database) {
    const ErrorCode code = database.error().code;
    return require(code == ErrorCode::limit, "only a version above its limit is refused");
  }
  auto transaction = must(database->begin(), "a transaction begins");
  must(transaction.set("a new key", "a new value"), "a key is set");
  const auto committed = transaction.commit();
  if (!committed) {
    return require(committed.error().code == ErrorCode::limit, "only versions run out");
  }
  must(database->close(), "the database is closed");
  const State state = must(load(files, directory), "the database loads");
  // Legacy records have no checksum: that more follows can change what looks odd among them.
  require(had_legacy_part || !state.summary().was_damaged, "the database is sound");
  const auto found = must(state.get("a new key"), "a key is read");
  require(found && found->value == "a new value", "the commit is there");
}

void write_elsewhere(FileSystem& files, const RepairPlan& plan, const RepairOptions& options) {
  const auto written = write_repaired(files, plan, options, database_at("/new"));
  if (is_refused_for_legacy_part(files, written)) return;
  const RepairOutcome outcome = must(written, "the result is written");
  check_repaired(files, "/new", plan, options, outcome);
  go_on(files, "/new");
}

void repair_in_place(simulation::MemoryFileSystem& files, const RepairPlan& plan,
                     const RepairOptions& options) {
  const std::uint64_t before = files.image().hash();
  const auto report = [](const RepairPlan&, const RepairOutcome&) { return std::string("{}"); };
  const auto done = apply_repair(files, plan, options, report);
  if (is_refused_for_legacy_part(files, done)) {
    return require(files.image().hash() == before, "what is not repaired stays as it is");
  }
  const RepairOutcome outcome = must(done, "the repair is done");
  check_repaired(files, "/db", plan, options, outcome);
  const auto again = must(plan_repair(files, database_at("/db"), options_of(0)), "a second plan");
  require(!again.is_needed(), "a repair leaves nothing to repair");
  must(undo_repair(files, database_at("/db")), "the repair is undone");
  require(files.image().hash() == before, "undo brings every byte back");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const DatabaseInput input = split(view_of(data, size));
  if (input.log.empty() && input.snapshot.empty()) return 0;
  const simulation::Image before = image_of(input);
  simulation::MemoryFileSystem files(before);
  const RepairOptions options = options_of(input.choices);
  const auto plan = plan_repair(files, database_at("/db"), options);
  require(files.image().hash() == before.hash(), "a plan changes nothing");
  if (!plan) {
    require(may_refuse(plan.error().code), plan.error(), "a plan is made");
    return 0;
  }
  if ((input.choices & 4U) != 0) {
    write_elsewhere(files, *plan, options);
  } else if (plan->is_needed()) {
    repair_in_place(files, *plan, options);
  }
  return 0;
}
