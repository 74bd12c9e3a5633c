// Compares the forecasts with what the real engines do. See forecast.sh, which runs them.
//
//   generate SEED COUNT OUTPUT DIR...   damaged copies of the databases DIR, as OUTPUT/NNNNNN-kind
//   predict                             the forecasts for directories on standard input, one line
//   each compare PREDICTED JUDGED LINE       exit 1 when a judge's verdicts disagree
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <persist/forecast.hpp>
#include <persist/formats/snapshot_header.hpp>
#include <persist/log_reader.hpp>
#include <set>

#include "case_maker.hpp"
#include "engine_rows.hpp"
#include "inspect/clock.hpp"
#include "support/real_files.hpp"

namespace persist::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::optional<std::string> read_if_there(const fs::path& path) {
  if (!fs::exists(path)) return std::nullopt;
  return read_whole_file(path.string());
}

Database read_database(const fs::path& directory) {
  return {read_if_there(directory / "aol.bin"), read_if_there(directory / "snapshot.bin")};
}

void write_database(const fs::path& directory, const Database& files) {
  fs::create_directories(directory);
  const auto write = [&](const char* name, const std::optional<std::string>& bytes) {
    if (bytes) std::ofstream(directory / name, std::ios::binary) << *bytes;
  };
  write("aol.bin", files.log);
  write("snapshot.bin", files.snapshot);
}

int generate(std::uint64_t seed, std::size_t count, const fs::path& output,
             const std::vector<fs::path>& directories) {
  std::vector<Database> sound;
  for (const fs::path& directory : directories) sound.push_back(read_database(directory));
  std::mt19937_64 random(seed);
  std::uniform_int_distribution<std::size_t> any(0, sound.size() - 1);
  for (std::size_t i = 0; i < count; ++i) {
    const Case made = make_case(sound[any(random)], sound[any(random)], random);
    const fs::path directory = output / fmt::format("{:06}-{}", i, made.kind);
    write_database(directory, made.files);
    std::cout << directory.string() << '\n';
  }
  return 0;
}

// The commits that are there, and how many of them the engine has, record by record: another way to
// the same count than the forecast's own.
class ReadersCommits final : public LogSink {
 public:
  bool on_commit(const Commit& commit) override {
    if (commit.trust == Trust::partial) return true;
    std::vector<AppliedRecord> records;
    for (const RecordView& record : commit.records) {
      records.push_back({std::string(record.key), record.version,
                         record.value ? std::optional<std::string>(*record.value) : std::nullopt});
    }
    commits.push_back(std::move(records));
    return true;
  }
  bool on_damage(const Damage&) override { return true; }

  // Up to `covered` the snapshot has to have a commit, above it the log, and no later than `now`.
  [[nodiscard]] std::uint64_t count_of_held(const EngineRows& rows, std::optional<Version> covered,
                                            Version now) const {
    const auto& applied = rows.applied();
    std::multiset<AppliedRecord> left(applied.begin(), applied.end());
    const std::map<std::string, AppliedRecord> newest = newest_up_to(covered);
    return static_cast<std::uint64_t>(std::ranges::count_if(commits, [&](const auto& records) {
      const Version version = records.front().version;
      if (version <= covered.value_or(0) && covered) return is_in(records, newest, rows.loaded());
      return version <= now && take(records, left);
    }));
  }

  std::vector<std::vector<AppliedRecord>> commits;

 private:
  using Records = std::vector<AppliedRecord>;
  using ByKey = std::map<std::string, AppliedRecord>;

  ByKey newest_up_to(std::optional<Version> covered) const {
    ByKey newest;
    for (const Records& records : commits) {
      for (const AppliedRecord& record : records) {
        if (!covered || record.version > *covered) continue;
        AppliedRecord& known = newest[record.key];
        if (record.version >= known.version) known = record;
      }
    }
    return newest;
  }
  // Each applied record stands for one commit's: a copy of a commit is there once or twice.
  static bool take(const Records& records, std::multiset<AppliedRecord>& left) {
    const bool is_applied = std::ranges::all_of(
        records, [&](const AppliedRecord& record) { return left.contains(record); });
    if (!is_applied) return false;
    for (const AppliedRecord& record : records) left.erase(left.find(record));
    return true;
  }
  static bool is_in(const Records& records, const ByKey& newest, const ByKey& loaded) {
    return std::ranges::all_of(records, [&](const AppliedRecord& record) {
      if (newest.at(record.key) != record) return true;
      const auto entry = loaded.find(record.key);
      if (entry == loaded.end()) return !record.value;
      return entry->second.version > record.version || entry->second == record;
    });
  }
};

std::optional<Version> covered_of(File* snapshot) {
  if (snapshot == nullptr) return std::nullopt;
  std::array<char, formats::snapshot_header_length_bytes> bytes{};
  const auto read = snapshot->read_at(0, bytes);
  const auto header = formats::decode_snapshot_header(ByteView(bytes.data(), read.value_or(0)));
  return header ? std::optional(header->covered) : std::nullopt;
}

struct Files {
  std::unique_ptr<File> log;
  std::unique_ptr<File> snapshot;
};

std::unique_ptr<File> open_if_there(const fs::path& path) {
  auto file = posix_file_system().open(path.string(), OpenMode::read);
  return file ? *std::move(file) : nullptr;
}

std::uint64_t length_of(const std::unique_ptr<File>& file) {
  return file ? file->info()->size_bytes : 0;
}

json predict_line(const Files& files, const EngineForecast& forecast, Version now,
                  const ReadersCommits& commits) {
  ForecastOptions defaults;
  engines::Inputs inputs{files.log.get(),         files.snapshot.get(),
                         length_of(files.log),    now,
                         std::uint64_t{1} << 34U, {}};
  const auto rows = make_engine_rows(forecast.line, now);
  const auto loader = engines::make_loader(forecast.line, inputs, rows.get());
  loader->load();
  const auto concluded = loader->conclude();
  json line{{"opens", forecast.opens},
            {"error", forecast.error},
            {"commits", commits.commits.size()},
            {"commits_lost", forecast.commits_lost},
            {"bytes_cut", forecast.bytes_cut},
            {"valid_bytes", length_of(files.log) - forecast.bytes_cut}};
  if (forecast.opens && concluded && !rows->is_incomplete()) {
    const EngineRows::Digest digest = rows->digest();
    line["rows"] = digest.rows;
    line["fingerprint"] = digest.fingerprint;
    const bool is_1_1 = forecast.line == ReleaseLine::v1_1;
    line["commits_held"] = commits.count_of_held(
        *rows, is_1_1 ? covered_of(files.snapshot.get()) : std::nullopt,
        forecast.line == ReleaseLine::v0_18 ? now : std::numeric_limits<Version>::max());
  }
  return line;
}

int predict() {
  std::string directory;
  while (std::getline(std::cin, directory)) {
    const fs::path path(directory);
    const Files files{open_if_there(path / "aol.bin"), open_if_there(path / "snapshot.bin")};
    ReadersCommits commits;
    if (files.log) static_cast<void>(read_log(*files.log, {}, commits));
    ForecastOptions options;
    options.now_ns = nanoseconds_since_1970();
    const auto forecasts = forecast(files.log.get(), files.snapshot.get(), options);
    if (!forecasts) {
      std::cerr << forecasts.error().to_string() << '\n';
      return 1;
    }
    json predicted{{"dir", path.filename().string()}};
    for (const EngineForecast& each : *forecasts) {
      predicted[std::string(name_of(each.line))] =
          predict_line(files, each, options.now_ns, commits);
    }
    std::cout << predicted.dump() << '\n';
  }
  return 0;
}

// The engine's own words for a refusal, a panic or an abort, as a forecast gives them.
std::string words_of(const json& judged) {
  if (judged.contains("panic")) return "panic: " + judged["panic"].get<std::string>();
  if (judged.contains("aborted")) return "abort: ";
  return judged.value("error", "");
}

// What disagrees; empty when nothing does.
std::string disagreement(const json& predicted, const json& judged, const std::string& line) {
  if (predicted["opens"] != judged["opens"]) return "opens";
  const std::string error = predicted["error"];
  if (!predicted["opens"]) return error.starts_with(words_of(judged)) ? "" : "error";
  if (predicted.contains("rows")) {
    if (predicted["rows"] != judged["rows"]) return "rows";
    if (predicted["fingerprint"] != judged["fingerprint"]) return "fingerprint";
  }
  const std::uint64_t valid = predicted["valid_bytes"];
  const std::uint64_t length = judged["log_bytes"];
  // 1.0 and 1.1 add a header; 1.1 gives every frame of version 1 eight bytes more.
  const bool grows = line == "1.1"   ? length >= valid && (length - valid) % 8 == 0
                     : line == "1.0" ? length == valid || length == valid + 8
                                     : length == valid;
  return grows ? "" : "log_bytes";
}

// What the forecast's count of lost commits has against the records that were applied, which the
// rows vouch for. Only a snapshot's header and a late clock let the two differ.
bool counts_agree(const json& predicted) {
  if (!predicted.contains("commits_held")) return true;
  const std::uint64_t left =
      predicted["commits"].get<std::uint64_t>() - predicted["commits_lost"].get<std::uint64_t>();
  return left == predicted["commits_held"];
}

int compare(const std::string& predicted_path, const std::string& judged_path,
            const std::string& line) {
  std::map<std::string, json> predicted;
  std::string text;
  for (std::ifstream in(predicted_path); std::getline(in, text);) {
    json each = json::parse(text);
    predicted.emplace(each["dir"], each[line]);
  }
  std::map<std::string, std::uint64_t> tally;
  for (std::ifstream in(judged_path); std::getline(in, text);) {
    const json judged = json::parse(text);
    const std::string name = fs::path(judged["dir"].get<std::string>()).filename().string();
    const json& expected = predicted.at(name);
    std::string wrong = disagreement(expected, judged, line);
    if (wrong.empty() && !counts_agree(expected)) wrong = "commits";
    ++tally[wrong.empty() ? expected["opens"] ? "agree: opens" : "agree: refuses" : wrong];
    if (wrong.empty()) continue;
    std::cout << line << ' ' << wrong << ' ' << name << "\n  forecast " << expected.dump()
              << "\n  engine   " << judged.dump() << '\n';
  }
  bool all_agree = true;
  for (const auto& [what, count] : tally) {
    std::cout << line << "  " << what << ": " << count << '\n';
    all_agree = all_agree && what.starts_with("agree");
  }
  return all_agree ? 0 : 1;
}

int run(const std::vector<std::string>& arguments) {
  if (arguments.size() >= 5 && arguments[0] == "generate") {
    return generate(std::stoull(arguments[1]), std::stoull(arguments[2]), arguments[3],
                    {arguments.begin() + 4, arguments.end()});
  }
  if (arguments.size() == 1 && arguments[0] == "predict") return predict();
  if (arguments.size() == 4 && arguments[0] == "compare") {
    return compare(arguments[1], arguments[2], arguments[3]);
  }
  std::cerr << "usage: forecast_cases generate SEED COUNT OUTPUT DIR... | predict |"
               " compare PREDICTED JUDGED LINE\n";
  return 2;
}

}  // namespace
}  // namespace persist::test

int main(int argc, char** argv) {
  return persist::test::run({argv + 1, argv + argc});
}
