// Verify, forecast, load and info: none changes a byte, and they agree with each other.
#include <persist/info.hpp>
#include <persist/surrealdb_names.hpp>

#include "fuzz/database.hpp"

using namespace persist;
using namespace persist::fuzz;

namespace {

VerifyReport verified(FileSystem& files) {
  VerifyOptions options;
  options.temp_dir = "/tmp";
  options.forecast_options.now_ns = now_ns;
  options.forecast_options.max_allocation_bytes = 1U << 30U;
  return must(verify(files, database_at("/db"), options), "files can be verified");
}

void check_findings(const VerifyReport& report) {
  bool has_errors = false;
  for (const FileReport& file : report.files) {
    for (const Finding& finding : file.findings) {
      has_errors |= finding.severity == Severity::error;
      require(finding.offset <= file.bytes && finding.length <= file.bytes - finding.offset,
              "a finding lies in its file");
      require(!finding.message.empty(), "a finding says something");
    }
  }
  require(has_errors == (report.verdict != Verdict::clean), "errors make the verdict");
}

void check_state(FileSystem& files, const VerifyReport& report) {
  auto state = load(files, "/db");
  auto history = load(files, "/db", true);
  require(state.has_value() == history.has_value(), "a past has no part in whether files load");
  if (!state) {
    require(state.error().code == ErrorCode::newer_format, "only newer files cannot be loaded");
    return;
  }
  require(report.verdict != Verdict::clean || !state->summary().was_damaged,
          "what is clean is not damaged");
  const auto log = files.open("/db/aol.bin", OpenMode::read);
  const auto snapshot = files.open("/db/snapshot.bin", OpenMode::read);
  File* const log_file = log ? log->get() : nullptr;
  File* const snapshot_file = snapshot ? snapshot->get() : nullptr;
  InfoOptions options;
  options.max_memory_bytes = max_memory_bytes;
  const auto at_a_glance =
      must(info(files, {.log = log_file, .snapshot = snapshot_file, .log_end_offset = std::nullopt},
                *state, options),
           "what loads can be summed up");
  std::uint64_t keys = 0;
  must(state->for_each([&keys](const KeyState&) { return ++keys != 0; }), "a state is visited");
  require(at_a_glance.live_keys == keys, "live keys are counted");
  must(read_surrealdb_names(log_file, snapshot_file, std::nullopt), "names can be read");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const DatabaseInput input = split(view_of(data, size));
  if (input.log.empty() && input.snapshot.empty()) return 0;
  const simulation::Image before = image_of(input);
  simulation::MemoryFileSystem files(before);
  const VerifyReport report = verified(files);
  check_findings(report);
  check_state(files, report);
  require(files.image().hash() == before.hash(), "reading changes nothing");
  return 0;
}
