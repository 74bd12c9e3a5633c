// Verifying, fingerprinting and repairing through the C interface, on real files.
#include <nlohmann/json.hpp>

#include "support/temporary_directory.hpp"
#include "unit/c/c_interface.hpp"

using namespace persist::test;
using Json = nlohmann::json;

namespace {

const std::string sound_log = PERSIST_TESTDATA_DIR "/engine-1.1/log-every-fsync-4-writers/aol.bin";

// A database whose log has a flipped byte in the middle of a commit.
void write_damaged(const TemporaryDirectory& directory) {
  std::string log = read_file(sound_log);
  log[log.size() / 2] ^= 1;
  write_file(directory / "aol.bin", log);
}

// What a call that fills a text gave.
class Text {
 public:
  Text() = default;
  Text(const Text&) = delete;
  Text& operator=(const Text&) = delete;
  ~Text() { persist_text_free(text_); }
  [[nodiscard]] char** slot() { return &text_; }
  [[nodiscard]] std::string str() const { return text_ == nullptr ? "(null)" : text_; }
  [[nodiscard]] Json json() const { return Json::parse(str()); }

 private:
  char* text_ = nullptr;
};

struct FreePlan {
  void operator()(persist_repair_plan* plan) const { persist_repair_plan_free(plan); }
};
using Plan = std::unique_ptr<persist_repair_plan, FreePlan>;

Plan plan_of(const TemporaryDirectory& directory, const persist_repair_options* options = nullptr) {
  persist_repair_plan* plan = nullptr;
  must([&](auto e) {
    return persist_repair_plan_make(directory.path().c_str(), options, &plan, e);
  });
  return Plan(plan);
}

persist_repair_summary summary_of(const Plan& plan) {
  auto summary = sized<persist_repair_summary>();
  must([&](auto e) { return persist_repair_plan_summary(plan.get(), &summary, e); });
  return summary;
}

persist_verify_summary verify(const std::string& directory, Text* json = nullptr) {
  auto summary = sized<persist_verify_summary>();
  must([&](auto e) {
    return persist_verify(directory.c_str(), nullptr, &summary,
                          json == nullptr ? nullptr : json->slot(), e);
  });
  return summary;
}

}  // namespace

TEST_CASE("verify finds a sound log clean, in numbers and in JSON") {
  const TemporaryDirectory directory;
  write_file(directory / "aol.bin", read_file(sound_log));
  Text json;
  const persist_verify_summary summary = verify(directory.path(), &json);
  CHECK(summary.verdict == PERSIST_VERDICT_CLEAN);
  CHECK(summary.errors == 0);
  CHECK(summary.live == 0);
  CHECK(summary.bytes == read_file(sound_log).size());
  const Json report = json.json();
  CHECK(report["schema"] == "persist.verify/1");
  CHECK(report["verdict"] == "clean");
  CHECK(report["files"][0]["commits"] == summary.commits);
  CHECK(report["engines"].size() == 4);
}

TEST_CASE("verify tells a torn tail from damage") {
  const TemporaryDirectory directory;
  const std::string log = read_file(sound_log);
  write_file(directory / "aol.bin", log.substr(0, log.size() - 1));
  CHECK(verify(directory.path()).verdict == PERSIST_VERDICT_TORN_TAIL);
  write_damaged(directory);
  const persist_verify_summary damaged = verify(directory.path());
  CHECK(damaged.verdict == PERSIST_VERDICT_DAMAGED);
  CHECK(damaged.errors == 1);
}

TEST_CASE("verify stops when the caller's progress function says so") {
  const TemporaryDirectory directory;
  write_file(directory / "aol.bin", read_file(sound_log));
  auto options = sized<persist_verify_options>();
  int calls = 0;
  options.context = &calls;
  options.progress = [](void* context, uint64_t) { return ++*static_cast<int*>(context); };
  Text json;
  CHECK(persist_verify(directory.path().c_str(), &options, nullptr, json.slot(), nullptr) ==
        PERSIST_INTERRUPTED);
  CHECK(calls == 1);
  CHECK(json.str() == "(null)");
}

TEST_CASE("what is no database is not found") {
  const TemporaryDirectory directory;
  Text text;
  persist_repair_plan* plan = nullptr;
  const char* const path = directory.path().c_str();
  CHECK(persist_verify(path, nullptr, nullptr, text.slot(), nullptr) == PERSIST_NOT_FOUND);
  CHECK(persist_fingerprint(path, nullptr, text.slot(), nullptr, nullptr) == PERSIST_NOT_FOUND);
  CHECK(persist_repair_plan_make(path, nullptr, &plan, nullptr) == PERSIST_NOT_FOUND);
  CHECK(persist_repair_undo(path, nullptr, nullptr, nullptr) == PERSIST_NOT_FOUND);
  CHECK(plan == nullptr);
}

TEST_CASE("the tools refuse NULL where something must be") {
  const TemporaryDirectory directory;
  write_damaged(directory);
  const char* const path = directory.path().c_str();
  const Plan plan = plan_of(directory);
  Text text;
  persist_repair_plan* made = nullptr;
  auto summary = sized<persist_repair_summary>();
  persist_verify_summary unsized{};
  CHECK(persist_verify(nullptr, nullptr, nullptr, nullptr, nullptr) == PERSIST_INVALID_ARGUMENT);
  CHECK(persist_verify(path, nullptr, &unsized, nullptr, nullptr) == PERSIST_INVALID_ARGUMENT);
  CHECK(persist_fingerprint(nullptr, nullptr, text.slot(), nullptr, nullptr) ==
        PERSIST_INVALID_ARGUMENT);
  CHECK(persist_fingerprint(path, nullptr, nullptr, nullptr, nullptr) == PERSIST_INVALID_ARGUMENT);
  CHECK(persist_transaction_fingerprint(nullptr, text.slot(), nullptr, nullptr) ==
        PERSIST_INVALID_ARGUMENT);
  CHECK(persist_repair_plan_make(nullptr, nullptr, &made, nullptr) == PERSIST_INVALID_ARGUMENT);
  CHECK(persist_repair_plan_make(path, nullptr, nullptr, nullptr) == PERSIST_INVALID_ARGUMENT);
  CHECK(persist_repair_plan_summary(nullptr, &summary, nullptr) == PERSIST_INVALID_ARGUMENT);
  CHECK(persist_repair_plan_summary(plan.get(), nullptr, nullptr) == PERSIST_INVALID_ARGUMENT);
  CHECK(persist_repair_plan_json(nullptr, text.slot(), nullptr) == PERSIST_INVALID_ARGUMENT);
  CHECK(persist_repair_plan_json(plan.get(), nullptr, nullptr) == PERSIST_INVALID_ARGUMENT);
  CHECK(persist_repair_plan_apply(nullptr, nullptr, nullptr, nullptr) == PERSIST_INVALID_ARGUMENT);
  CHECK(persist_repair_plan_apply(plan.get(), "", nullptr, nullptr) == PERSIST_INVALID_ARGUMENT);
  CHECK(persist_repair_undo(nullptr, nullptr, nullptr, nullptr) == PERSIST_INVALID_ARGUMENT);
  persist_repair_plan_free(nullptr);
}

TEST_CASE("files and an open database have the same fingerprint") {
  const TemporaryDirectory directory;
  const auto database = open(directory.path());
  write(database, "a", "1");
  write(database, "b", "2");
  Text from_files;
  Text from_memory;
  uint64_t keys_in_files = 0;
  uint64_t keys_in_memory = 0;
  must([&](auto e) {
    return persist_fingerprint(directory.path().c_str(), nullptr, from_files.slot(), &keys_in_files,
                               e);
  });
  const auto reader = begin(database, PERSIST_TRANSACTION_READ);
  must([&](auto e) {
    return persist_transaction_fingerprint(reader.get(), from_memory.slot(), &keys_in_memory, e);
  });
  CHECK(from_files.str().substr(0, 9) == "xxh3-128:");
  CHECK(from_files.str() == from_memory.str());
  CHECK(keys_in_files == 2);
  CHECK(keys_in_memory == 2);
}

TEST_CASE("a damaged database has no fingerprint, one with a torn tail has") {
  const TemporaryDirectory directory;
  const std::string log = read_file(sound_log);
  Text text;
  write_damaged(directory);
  const char* const path = directory.path().c_str();
  CHECK(persist_fingerprint(path, nullptr, text.slot(), nullptr, nullptr) == PERSIST_DAMAGED);
  CHECK(text.str() == "(null)");
  write_file(directory / "aol.bin", log.substr(0, log.size() - 1));
  CHECK(persist_fingerprint(path, nullptr, text.slot(), nullptr, nullptr) == PERSIST_OK);
}

TEST_CASE("a repair in place brings back all but the damaged commit, and can be undone") {
  const TemporaryDirectory directory;
  write_damaged(directory);
  const std::string damaged = read_file(directory / "aol.bin");
  const uint64_t sound_commits = [] {
    const TemporaryDirectory sound;
    write_file(sound / "aol.bin", read_file(sound_log));
    return verify(sound.path()).commits;
  }();

  const Plan plan = plan_of(directory);
  const persist_repair_summary summary = summary_of(plan);
  CHECK(summary.needed == 1);
  CHECK(summary.lost_commits == 1);
  CHECK(summary.recovered_commits == sound_commits - 1);
  CHECK(summary.commits_behind_damage > 0);
  CHECK(read_file(directory / "aol.bin") == damaged);

  Text report;
  must([&](auto e) { return persist_repair_plan_apply(plan.get(), nullptr, report.slot(), e); });
  CHECK(report.json()["applied"] == true);
  const std::string originals = report.json()["originals"];
  CHECK(Json::parse(read_file(originals + "/report.json"))["schema"] == "persist.repair/1");
  CHECK(verify(directory.path()).verdict == PERSIST_VERDICT_CLEAN);
  Text fingerprint;
  must([&](auto e) {
    return persist_fingerprint(directory.path().c_str(), nullptr, fingerprint.slot(), nullptr, e);
  });
  CHECK(report.json()["fingerprint"] == fingerprint.str());

  Text from;
  must([&](auto e) {
    return persist_repair_undo(directory.path().c_str(), nullptr, from.slot(), e);
  });
  CHECK(from.str() == originals);
  CHECK(read_file(directory / "aol.bin") == damaged);
}

TEST_CASE("a repair into another directory leaves the damaged one alone") {
  const TemporaryDirectory directory;
  const TemporaryDirectory other;
  write_damaged(directory);
  const std::string damaged = read_file(directory / "aol.bin");
  const Plan plan = plan_of(directory);
  Text json;
  must([&](auto e) { return persist_repair_plan_json(plan.get(), json.slot(), e); });
  CHECK(json.json()["applied"] == false);
  const std::string output = other / "repaired";
  must([&](auto e) { return persist_repair_plan_apply(plan.get(), output.c_str(), nullptr, e); });
  CHECK(verify(output).verdict == PERSIST_VERDICT_CLEAN);
  CHECK(read_file(directory / "aol.bin") == damaged);
  CHECK(directory.names() == std::vector<std::string>{"aol.bin"});
  CHECK(persist_repair_plan_apply(plan.get(), output.c_str(), nullptr, nullptr) == PERSIST_EXISTS);
}

TEST_CASE("a repair keeps to the limits it was given, zero too") {
  const TemporaryDirectory directory;
  write_damaged(directory);
  auto options = sized<persist_repair_options>();
  options.has_max_lost_commits = 1;
  const Plan plan = plan_of(directory, &options);
  CHECK(persist_repair_plan_apply(plan.get(), nullptr, nullptr, nullptr) == PERSIST_LIMIT);
  CHECK(directory.names() == std::vector<std::string>{"aol.bin"});
}

TEST_CASE("a plan is bound to the files that it was made for") {
  const TemporaryDirectory directory;
  write_damaged(directory);
  const Plan plan = plan_of(directory);
  write_file(directory / "aol.bin", read_file(sound_log));
  CHECK(persist_repair_plan_apply(plan.get(), nullptr, nullptr, nullptr) == PERSIST_CHANGED);
}

TEST_CASE("a database that is open is not repaired under its owner") {
  const TemporaryDirectory directory;
  const auto database = open(directory.path());
  write(database, "k", "v");
  const Plan plan = plan_of(directory);
  CHECK(summary_of(plan).live == 1);
}

TEST_CASE("adopting what is no leftover, or nothing, is an invalid argument") {
  const TemporaryDirectory directory;
  write_damaged(directory);
  auto options = sized<persist_repair_options>();
  options.adopt_count = 1;
  persist_repair_plan* plan = nullptr;
  CHECK(persist_repair_plan_make(directory.path().c_str(), &options, &plan, nullptr) ==
        PERSIST_INVALID_ARGUMENT);
  const char* const path = "/no/such/leftover";
  options.adopt = &path;
  CHECK(persist_repair_plan_make(directory.path().c_str(), &options, &plan, nullptr) ==
        PERSIST_INVALID_ARGUMENT);
}
