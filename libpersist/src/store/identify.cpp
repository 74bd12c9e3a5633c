// Each thread takes the next part of the keys, gathers its rows, and hashes them when it is the
// part's turn. To gather takes longer than to hash: the rows come from cold memory.
#include "store/identify.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <persist/fingerprint.hpp>
#include <utility>

#include "platform/start_task.hpp"
#include "store/row_hash.hpp"

namespace persist::store {
namespace {

// Parts hash in order.
class Turns {
 public:
  // Passes the part's turn on when it goes, or the other thread would wait for ever.
  class Part {
   public:
    Part(Turns& turns, std::size_t number) noexcept : turns_(turns), number_(number) {}
    ~Part() {
      turns_.wait_for(number_);
      turns_.pass_on();
    }
    Part(const Part&) = delete;
    Part& operator=(const Part&) = delete;
    [[nodiscard]] std::size_t number() const noexcept { return number_; }

   private:
    Turns& turns_;
    const std::size_t number_;
  };

  void wait_for(std::size_t part) {
    std::unique_lock lock(mutex_);
    passed_.wait(lock, [&] { return part_ == part; });
  }

 private:
  void pass_on() {
    {
      const std::scoped_lock lock(mutex_);
      ++part_;
    }
    passed_.notify_one();
  }

  std::mutex mutex_;
  std::condition_variable passed_;
  std::size_t part_ = 0;
};

class Identification {
 public:
  Identification(const SortedRecords& records, std::vector<ByteView> starts)
      : records_(records), starts_(std::move(starts)) {}

  // Only the calling thread polls: what it calls need not be made for two. It does so before the
  // other begins, which may be done with everything while this one waits for a processor.
  [[nodiscard]] Result<StateIdentity> run() {
    PERSIST_TRY(check_stop(records_.should_stop()));
    auto helper = platform::start_task([this] { return add_parts({}); });
    const Result<> mine = add_parts(records_.should_stop());
    const Result<> others = helper.get();
    PERSIST_TRY(mine);
    PERSIST_TRY(others);
    return StateIdentity{hash_.text_with({}), live_keys_};
  }

 private:
  [[nodiscard]] static Result<> check_stop(const std::function<bool()>& should_stop) {
    if (should_stop && should_stop()) return fail(ErrorCode::interrupted, {}, "stopped as asked");
    return {};
  }

  [[nodiscard]] Result<> add_parts(const std::function<bool()>& should_stop) {
    std::string rows;
    rows.reserve(row_piece_bytes);
    Result<> status;
    for (std::size_t number = taken_++; number < starts_.size(); number = taken_++) {
      const Turns::Part part(turns_, number);
      if (!has_failed_) {
        status = gather(part, should_stop, rows);
        if (!status) has_failed_ = true;
      }
      hash(part, rows);
    }
    return status;
  }

  [[nodiscard]] Result<> gather(const Turns::Part& part, const std::function<bool()>& should_stop,
                                std::string& rows) {
    // A walk over few rows does not come to ask.
    PERSIST_TRY(check_stop(should_stop));
    KeyRange range{starts_[part.number()], {}};
    if (part.number() + 1 < starts_.size()) range.to = starts_[part.number() + 1];
    std::uint64_t live_keys = 0;
    const auto walked = records_.walk(range, should_stop, [&](const KeyState& key) {
      const auto& value = key.versions.back().value;
      if (!value) return true;
      ++live_keys;
      const std::size_t bytes = hashed_bytes(key.key, *value);
      if (bytes > row_piece_bytes - rows.size()) hash(part, rows);
      if (bytes <= row_piece_bytes) {
        append_hashed(rows, key.key, *value);
      } else {
        hash_.add(key.key, *value);
      }
      return true;
    });
    live_keys_ += live_keys;
    return walked;
  }

  // Returns in the part's turn, which then lasts until it is passed on.
  void hash(const Turns::Part& part, std::string& rows) {
    turns_.wait_for(part.number());
    hash_.add(rows);
    rows.clear();
  }

  const SortedRecords& records_;
  const std::vector<ByteView> starts_;
  std::atomic<std::size_t> taken_{0};  // parts
  std::atomic<bool> has_failed_{false};
  std::atomic<std::uint64_t> live_keys_{0};
  Turns turns_;
  RowHash hash_;  // of the thread whose turn it is
};

Result<StateIdentity> identify_by_walking(const SortedRecords& records) {
  Fingerprint fingerprint;
  StateIdentity identity;
  PERSIST_TRY(records.for_each({}, [&](const KeyState& key) {
    if (const auto& value = key.versions.back().value) {
      fingerprint.add(key.key, *value);
      ++identity.live_keys;
    }
    return true;
  }));
  identity.fingerprint = fingerprint.to_string();
  return identity;
}

}  // namespace

Result<StateIdentity> identify(const SortedRecords& records) {
  std::vector<ByteView> starts = records.part_starts(row_piece_bytes);
  if (starts.size() < 2) return identify_by_walking(records);
  return Identification(records, std::move(starts)).run();
}

}  // namespace persist::store
