#include <fstream>
#include <nlohmann/json.hpp>
#include <persist/forecast.hpp>
#include <persist/formats/frame.hpp>
#include <persist/formats/snapshot_entry.hpp>
#include <persist/verify.hpp>

#include "support/catch.hpp"
#include "support/real_files.hpp"
#include "support/string_file.hpp"

namespace persist {
namespace {

using nlohmann::json;
using test::StringFile;
using test::testdata;

constexpr ByteView header_v2{"\xFFSMXAOL\x02", 8};

// What the real engines did: one line for each release and directory.
std::vector<json> engine_verdicts() {
  std::vector<json> verdicts;
  std::ifstream stream(testdata("engine-verdicts.ndjson"));
  for (std::string line; std::getline(stream, line);) verdicts.push_back(json::parse(line));
  REQUIRE(verdicts.size() > 300);
  return verdicts;
}

Forecast forecast_of_directory(const std::string& name) {
  FileSystem& files = posix_file_system();
  const DatabaseFiles database = database_files(testdata(name), {});
  const auto log = files.open(database.log, OpenMode::read);
  const auto snapshot = files.open(database.snapshot, OpenMode::read);
  const auto found = forecast(log ? log->get() : nullptr, snapshot ? snapshot->get() : nullptr, {});
  REQUIRE(found.has_value());
  return *found;
}

Forecast forecast_of(const std::string& log, const std::string& snapshot,
                     const ForecastOptions& options = {}) {
  StringFile log_file(log);
  StringFile snapshot_file(snapshot);
  const auto found = forecast(&log_file, &snapshot_file, options);
  REQUIRE(found.has_value());
  return *found;
}

const EngineForecast& of(const Forecast& found, ReleaseLine line) {
  return found[static_cast<std::size_t>(line)];
}

TEST_CASE("the forecast for real files is what the real engines did") {
  for (const json& verdict : engine_verdicts()) {
    const std::string directory = verdict["dir"];
    INFO(verdict.dump());
    const auto line = release_line_from(verdict["line"].get<std::string>());
    const Forecast found = forecast_of_directory(directory);
    CHECK(of(found, *line).opens == verdict["opens"]);
    if (verdict.contains("aborted")) {
      CHECK(of(found, *line).error.starts_with("abort: memory allocation of "));
    } else {
      CHECK(of(found, *line).error == verdict.value("error", ""));
    }
  }
}

TEST_CASE("verify's forecast for sound files, made without reading them again, is the same") {
  for (const json& verdict : engine_verdicts()) {
    if (verdict["line"] != "1.1") continue;  // once a directory
    const std::string directory = verdict["dir"];
    INFO(directory);
    const auto report = verify(posix_file_system(), database_files(testdata(directory), {}), {});
    REQUIRE(report.has_value());
    const Forecast played = forecast_of_directory(directory);
    for (const ReleaseLine line : all_release_lines) {
      CHECK(of(played, line).error == of(*report->engines, line).error);
      CHECK(of(played, line).commits_lost == of(*report->engines, line).commits_lost);
      CHECK(of(played, line).bytes_cut == of(*report->engines, line).bytes_cut);
    }
  }
}

TEST_CASE("a length that cannot be allocated aborts an engine, a longer one panics it") {
  ForecastOptions options;
  options.max_allocation_bytes = 1000;
  const std::string too_large("\xFB\xE9\x03", 3);  // 1001
  CHECK(of(forecast_of(too_large, "", options), ReleaseLine::v0_18).error ==
        "abort: memory allocation of 1001 bytes failed");
  const std::string beyond_all("\xFD\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 9);
  CHECK(of(forecast_of(beyond_all, "", options), ReleaseLine::v1_1).error ==
        "panic: capacity overflow");
  const std::string fits("\xFB\xE8\x03", 3);  // 1000, and the file ends
  CHECK(of(forecast_of(fits, "", options), ReleaseLine::v0_18).opens);
}

TEST_CASE("releases before 1.1 refuse a headed snapshot, which they read first") {
  const std::string snapshot("\xFFSMXSNP\x01\x05\0\0\0\0\0\0\0", 16);
  const Forecast found = forecast_of(std::string(header_v2), snapshot);
  for (const ReleaseLine line : {ReleaseLine::v0_18, ReleaseLine::v0_27, ReleaseLine::v1_0}) {
    CHECK(of(found, line).error ==
          "Deserialization error: InvalidIntegerType { expected: U64, found: Reserved }");
  }
  CHECK(of(found, ReleaseLine::v1_1).opens);
}

TEST_CASE("1.1 refuses to take its clock from a damaged covered version") {
  const std::string snapshot("\xFFSMXSNP\x01\0\0\0\0\0\0\0\x40", 16);
  CHECK(of(forecast_of("", snapshot), ReleaseLine::v1_1).error ==
        "Snapshot creation failed: persisted version 4611686018427387904 exceeds the maximum "
        "supported version");
}

TEST_CASE("commits that a foreign snapshot hides are lost to 1.1") {
  // k1 at version 1 is below what the snapshot covers, and not in it.
  std::string log(header_v2);
  const formats::RecordView record{"k1", 1, "v"};
  std::string payload;
  formats::append_record(payload, record);
  formats::append_frame(log, payload, 0, formats::FrameVersion::v2);
  std::string snapshot("\xFFSMXSNP\x01\x05\0\0\0\0\0\0\0", 16);
  const formats::VersionedValue value{5, "w"};
  formats::append_snapshot_entry(snapshot, "other", {&value, 1});
  CHECK(of(forecast_of(log, snapshot), ReleaseLine::v1_1).commits_lost == 1);
}

TEST_CASE("a commit of a later time is invisible to 0.18 for now") {
  std::string log;
  formats::append_record(log, {"k", 2'000, "v"});
  ForecastOptions options;
  options.now_ns = 1'000;
  const Forecast found = forecast_of(log, "", options);
  CHECK(of(found, ReleaseLine::v0_18).commits_lost == 1);
  CHECK(of(found, ReleaseLine::v0_27).commits_lost == 0);
}

}  // namespace
}  // namespace persist
