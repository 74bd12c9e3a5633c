// Lets every call of every operation fail, one after the other: nothing may be lost, the error has
// to name the file, nothing temporary may be left, and after a power cut on top of it everything
// promised has to be there.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "simulation/faulty_file_system.hpp"
#include "simulation/power_cuts.hpp"
#include "simulation/scenario.hpp"
#include "support/tally.hpp"

namespace persist::simulation {
namespace {

class Trials {
 public:
  Trials() : cuts_({.sampling = {16, 8}, .second_cut_every = 256, .repair_every = 256}) {}

  void run(const Scenario& scenario);
  int finish() const;

 private:
  struct Prepared {
    Image image;
    Model model;
  };
  // False: the fault was not met any more.
  bool try_one(const Scenario& scenario, const Prepared& prepared, const Fault& fault);
  void check_error(const Scenario& scenario, const FaultyFileSystem& faulty, const Error& error);
  void check_names(const Scenario& scenario, const FaultyFileSystem& faulty, const Image& image,
                   bool failed);
  void check_rows(const Image& image, const Model& model);
  void complain(const std::string& what);

  PowerCuts cuts_;
  std::string name_;
  std::uint64_t faults_ = 0;
  std::uint64_t complaints_ = 0;
};

void Trials::complain(const std::string& what) {
  if (++complaints_ <= 20) fmt::print("{}\n  {}\n", name_, what);
}

void Trials::run(const Scenario& scenario) {
  name_ = scenario.name;
  Prepared prepared;
  {
    MemoryFileSystem memory;
    Stage stage{memory, memory, prepared.model};
    const auto done = scenario.prepare ? scenario.prepare(stage) : Result<>{};
    if (!done) return complain("cannot be prepared: " + done.error().to_string());
    prepared.model.promise();
    prepared.image = memory.image();
  }
  for (std::size_t kind = 0; kind < fault_kind_count; ++kind) {
    for (const bool for_good : {false, true}) {
      Fault fault{static_cast<FaultKind>(kind), 0, for_good};
      while (try_one(scenario, prepared, fault)) ++fault.at_call;
    }
  }
}

bool Trials::try_one(const Scenario& scenario, const Prepared& prepared, const Fault& fault) {
  std::vector<Event> trace;
  MemoryFileSystem memory(prepared.image);
  memory.record(&trace);
  FaultyFileSystem faulty(memory, fault);
  Model model = prepared.model;
  Stage stage{faulty, memory, model};
  stage.note_promise();
  const auto done = scenario.act(stage);
  name_ = fmt::format("{}, {} {} at call {} ({})", scenario.name, name_of(fault.kind),
                      fault.for_good ? "for good" : "once", fault.at_call, faulty.struck_call());
  if (!faulty.has_struck()) {
    if (!done) complain("fails without a fault: " + done.error().to_string());
    return false;
  }
  ++faults_;
  if (!done) check_error(scenario, faulty, done.error());
  const Image image = memory.image();
  check_names(scenario, faulty, image, !done.has_value());
  check_rows(image, model);
  cuts_.cut_at_end(name_, prepared.image, trace, {model, 0, 0, ReleaseLine::v1_1, true});
  return true;
}

void Trials::check_error(const Scenario&, const FaultyFileSystem& faulty, const Error& error) {
  const std::string text = error.to_string();
  if (error.code == ErrorCode::mismatch && error.path.empty()) return complain(text);
  if (error.code == ErrorCode::damaged || error.code == ErrorCode::mismatch ||
      error.code == ErrorCode::not_found || error.code == ErrorCode::changed) {
    complain("a call that failed is taken for something else: " + text);
  }
  const auto is_named = [&](const std::string& path) { return text.contains(path); };
  if (std::ranges::none_of(faulty.struck_paths(), is_named)) {
    complain("the error does not name the file: " + text);
  }
}

void Trials::check_names(const Scenario& scenario, const FaultyFileSystem& faulty,
                         const Image& image, bool failed) {
  if (faulty.has_struck_a_removal()) return;
  for (const auto& [path, inode] : image.names) {
    if (path.ends_with(".tmp") || path.ends_with(".new")) complain("is left: " + path);
    if (path.ends_with(".rejected")) complain("is called wrong: " + path);
    if (failed && scenario.writes_to_output && path.starts_with(output_directory)) {
      complain("is left of what failed: " + path);
    }
  }
}

void Trials::check_rows(const Image& image, const Model& model) {
  const Finding finding = examine(image, ReleaseLine::v1_1);
  if (!finding.problem.empty()) return complain("afterwards: " + finding.problem);
  if (!model.find(finding.rows_hash, model.promised(), model.newest())) {
    complain("afterwards the rows are not those promised");
  }
}

int Trials::finish() const {
  const Counts& counts = cuts_.counts();
  fmt::print("{} complaints; {} states of a power cut on top, {} distinct, {} failures\n",
             complaints_, counts.states, counts.distinct, counts.failures);
  test::tally("faults", faults_);
  test::tally("crash states", counts.states);
  return complaints_ + counts.failures == 0 ? 0 : 1;
}

}  // namespace
}  // namespace persist::simulation

int main() {
  using namespace persist::simulation;
  Trials trials;
  for (const Scenario& scenario : engine_scenarios()) trials.run(scenario);
  for (const Scenario& scenario : rewriting_scenarios()) trials.run(scenario);
  return trials.finish();
}
