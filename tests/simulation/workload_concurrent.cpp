// The steps of a workload in which several threads are in the database at once. Which of them gets
// how far is decided by the gate, so that a workload leaves the same trace in every run.
#include <fmt/format.h>

#include <deque>

#include "simulation/workload.hpp"

namespace persist::simulation {
namespace {

constexpr std::size_t group_writers = 3;

// Keys of their own: writers in one group that change the same ones would be in conflict.
std::vector<Change> changes_of_writer(std::size_t writer, std::size_t number) {
  const std::size_t length = 100 + 450 * ((number + writer) % 3);
  return {{fmt::format("counter of {}", writer), std::to_string(number)},
          {fmt::format("long of {}", writer),
           std::string(length, static_cast<char>('a' + number % 26))}};
}

// A transaction that is open, and the result of its commit in another thread.
struct Writer {
  Transaction transaction;
  std::size_t state;  // of the model
  Result<Version> version = Version{0};
};

// The next commit, to be carried out by a thread; its rows may be found from now on.
Result<Writer> begin_writer(Database& database, Model& model, std::size_t number) {
  PERSIST_TRY_ASSIGN(Transaction transaction, database.begin());
  const auto changes = changes_of_writer(number, model.newest() + 1);
  for (const Change& change : changes) PERSIST_TRY(transaction.set(change.key, *change.value));
  model.begin(changes);
  return Writer{std::move(transaction), model.newest()};
}

}  // namespace

Result<> Workload::keep_promise(std::size_t state, const Result<Version>& version) {
  PERSIST_TRY(version);
  model_.acknowledge(state, *version);
  model_.promise();
  note_promise();
  return {};
}

// While the first of the writers writes, the others gather: they become one group, in one write and
// with one sync.
Result<> Workload::commit_group() {
  PERSIST_TRY(open(Mode::synced));
  std::deque<Writer> writers;
  for (std::size_t number = 0; number < group_writers; ++number) {
    PERSIST_TRY_ASSIGN(Writer writer, begin_writer(*database_, model_, number));
    writers.push_back(std::move(writer));
  }
  note_promise();
  // Until its one sync any part of a group may be lost, also in front of a whole commit.
  has_unsynced_commits_ = true;
  has_unmarked_commits_ |= setting_.line != ReleaseLine::v1_1;
  gate_.close(paths_.log);
  std::deque<Companion> companions;
  const auto start = [&](Writer& writer) -> Companion& {
    return companions.emplace_back(gate_, [&] { writer.version = writer.transaction.commit(); });
  };
  Companion& first = start(writers.front());
  first.wait_until_at_gate();
  for (std::size_t i = 1; i < writers.size(); ++i) start(writers[i]).wait_until_asleep();
  gate_.admit(first.id());
  first.join();
  const std::size_t writes_before = log_writes_;
  const Result<> kept = keep_promise(writers.front().state, writers.front().version);
  gate_.open();
  for (Companion& companion : companions) companion.join();
  PERSIST_TRY(kept);
  for (const Writer& writer : writers) {
    PERSIST_TRY(keep_promise(writer.state, writer.version));
  }
  if (log_writes_ != writes_before + 1) {
    return fail(ErrorCode::mismatch, paths_.log, "the writers that waited are not one group");
  }
  return compare();
}

// One commit is acknowledged while the snapshot is being written, another while the log is cut.
Result<> Workload::commit_beside_snapshot() {
  PERSIST_TRY(commit(Mode::synced));
  Result<Version> covered = Version{0};
  gate_.close(paths_.snapshot + ".");
  Companion snapshot(gate_, [&] { covered = database_->snapshot(); });
  snapshot.wait_until_at_gate();
  Result<> done = snapshot.has_ended()
                      ? fail(ErrorCode::mismatch, paths_.snapshot, "no snapshot was written")
                      : commit(Mode::synced);
  gate_.close(paths_.log + ".");
  snapshot.wait_until_at_gate();
  if (done && snapshot.has_ended()) done = fail(ErrorCode::mismatch, paths_.log, "it was not cut");
  if (done) done = commit(Mode::synced);
  gate_.open();
  snapshot.join();
  PERSIST_TRY(done);
  PERSIST_TRY(covered);
  return compare();
}

}  // namespace persist::simulation
