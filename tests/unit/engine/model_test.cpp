// Random histories against a model: a map for every version there was.
#include <map>
#include <random>

#include "support/temporary_directory.hpp"
#include "unit/engine/open_database.hpp"

using namespace persist;
using namespace persist::test;

namespace {

using Model = std::map<std::string, std::string>;

class Simulation {
 public:
  Simulation(const Options& options, std::uint64_t seed) : options_(options), random_(seed) {
    past_[0] = {};
  }

  void run(int steps) {
    for (int step = 0; step < steps; ++step) {
      const auto dice = random_() % 100;
      if (dice < 70) {
        commit();
      } else if (dice < 75) {
        must(database_->snapshot());
      } else if (dice < 80) {
        reopen();
      } else if (dice < 90) {
        check_range();
      } else {
        check_past();
      }
    }
    reopen();
    check_everything();
  }

 private:
  std::string any_key() { return "key" + std::to_string(random_() % 40); }

  void write(Transaction& transaction, Model& model) {
    const std::string key = any_key();
    if (random_() % 3 == 0) {
      must(transaction.del(key));
      model.erase(key);
    } else {
      const std::string value(random_() % 20, static_cast<char>('a' + random_() % 26));
      must(transaction.set(key, value));
      model[key] = value;
    }
  }

  void commit() {
    Transaction transaction =
        must(database_->begin(random_() % 2 == 0 ? Isolation::snapshot : Isolation::serializable));
    Model model = newest();
    for (auto writes = 1 + random_() % 5; writes > 0; --writes) write(transaction, model);
    if (random_() % 4 == 0) {
      must(transaction.set_savepoint());
      Model undone = model;
      for (auto writes = 1 + random_() % 3; writes > 0; --writes) write(transaction, undone);
      must(transaction.rollback_to_savepoint());
    }
    past_[must(transaction.commit())] = model;
  }

  void reopen() {
    must(database_->close());
    database_ = must(Database::open(directory_.path(), options_));
    // Snapshots of the lines without a header show nowhere that the last commits were deletes, nor
    // their versions: these are given again.
    const Model model = newest();
    const Version newest_version = database_->stats().newest_version;
    past_.erase(past_.upper_bound(newest_version), past_.end());
    past_[newest_version] = model;
  }

  void check_range() {
    const std::string from = any_key();
    const std::string to = any_key();
    const ScanOptions options{
        .range = {from, to},
        .direction = random_() % 2 == 0 ? Direction::ascending : Direction::descending,
        .skip = random_() % 3,
        .limit = random_() % 10};
    std::vector<Row> expected;
    for (const auto& [key, value] : newest()) {
      if (from <= key && key < to) expected.push_back({key, value});
    }
    if (options.direction == Direction::descending) std::ranges::reverse(expected);
    expected.erase(expected.begin(),
                   expected.begin() + static_cast<std::ptrdiff_t>(
                                          std::min<std::uint64_t>(options.skip, expected.size())));
    if (expected.size() > *options.limit) expected.resize(*options.limit);
    REQUIRE(must(must(database_->begin_read()).scan(options)) == expected);
  }

  void check_past() {
    auto at = past_.begin();
    std::advance(at, static_cast<std::ptrdiff_t>(random_() % past_.size()));
    if (at->first < database_->stats().oldest_readable_version) return;
    const Transaction reader = must(database_->begin_read_at(at->first));
    INFO("at version " << at->first << ", readable from "
                       << database_->stats().oldest_readable_version << " to "
                       << database_->stats().newest_version);
    REQUIRE(rows(reader) == at->second);
  }

  void check_everything() {
    const Transaction reader = must(database_->begin_read());
    REQUIRE(rows(reader) == newest());
  }

  [[nodiscard]] static Model rows(const Transaction& reader) {
    Model found;
    for (Row& row : must(reader.scan({}))) found.emplace(std::move(row.key), std::move(row.value));
    return found;
  }
  [[nodiscard]] const Model& newest() const { return past_.rbegin()->second; }

  Options options_;
  std::mt19937_64 random_;
  TemporaryDirectory directory_;
  std::optional<Database> database_ = must(Database::open(directory_.path(), options_));
  std::map<Version, Model> past_;
};

}  // namespace

TEST_CASE("random transactions, snapshots, reopens and looks into the past equal a model") {
  Options options = GENERATE(synchronous(), asynchronous());
  options.release_line = GENERATE(from_range(all_release_lines));
  options.history_versions = GENERATE(std::uint64_t{0}, keep_all_history);
  const auto seed = GENERATE(range(1, 3));
  INFO("line " << name_of(options.release_line) << ", seed " << seed << ", history "
               << options.history_versions);
  Simulation(options, static_cast<std::uint64_t>(seed)).run(150);
}
