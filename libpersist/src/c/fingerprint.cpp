#include <persist/fingerprint.hpp>
#include <persist/state.hpp>
#include <persist/verify.hpp>

#include "c/arguments.hpp"
#include "c/handles.hpp"
#include "c/progress.hpp"
#include "c/text.hpp"

namespace persist::c {
namespace {

Result<StateIdentity> identity_of(const Transaction& transaction) {
  Fingerprint fingerprint;
  StateIdentity identity;
  PERSIST_TRY(transaction.visit({}, [&](ByteView key, ByteView value) {
    fingerprint.add(key, value);
    ++identity.live_keys;
    return true;
  }));
  identity.fingerprint = fingerprint.to_string();
  return identity;
}

// A fingerprint of what is left of a database would be taken for that of the database.
class DamageWatch {
 public:
  void see(const std::string& path, const Damage& damage) {
    if (worst_ || damage.is_torn_tail || !damage.may_hold_commits) return;
    worst_ = Error{
        ErrorCode::damaged, damage.message, path, damage.offset, "repair the database first", 0};
  }
  [[nodiscard]] Result<> outcome() const {
    return worst_ ? Result<>(std::unexpected(*worst_)) : Result<>{};
  }

 private:
  std::optional<Error> worst_;
};

Result<StateIdentity> identity_of(const char* directory, const persist_fingerprint_options& given) {
  Progress progress(given.progress, given.context);
  PERSIST_TRY(progress.start());
  DamageWatch watch;
  StateOptions options;
  if (given.max_memory_bytes != 0) options.max_memory_bytes = given.max_memory_bytes;
  if (given.temp_dir != nullptr) options.temp_dir = given.temp_dir;
  options.progress = progress.bytes();
  options.should_stop = progress.should_stop();
  options.on_damage = [&](const std::string& path, const Damage& damage) {
    watch.see(path, damage);
  };
  FileSystem& files = posix_file_system();
  const DatabaseFiles database = database_files(
      directory, {text_or_empty(given.log_path), text_or_empty(given.snapshot_path)});
  if (const auto log = files.info(database.log)) options.log_end_offset = log->size_bytes;
  PERSIST_TRY_ASSIGN(const State state, State::load(files, database, options));
  PERSIST_TRY(watch.outcome());
  return state.identity();
}

void hand_over(const StateIdentity& identity, const TextResult& text, std::uint64_t* live_keys) {
  text.set(identity.fingerprint);
  if (live_keys != nullptr) *live_keys = identity.live_keys;
}

}  // namespace
}  // namespace persist::c

using namespace persist;
using namespace persist::c;

persist_code persist_transaction_fingerprint(persist_transaction* transaction, char** fingerprint,
                                             uint64_t* live_keys, persist_error** error) {
  const TextResult text(fingerprint);
  if (live_keys != nullptr) *live_keys = 0;
  return guarded(error, [&]() -> Result<> {
    PERSIST_TRY(require(transaction, "transaction"));
    PERSIST_TRY(require(fingerprint, "fingerprint"));
    PERSIST_TRY_ASSIGN(const StateIdentity identity, identity_of(*transaction->transaction));
    hand_over(identity, text, live_keys);
    return {};
  });
}

persist_code persist_fingerprint(const char* directory, const persist_fingerprint_options* options,
                                 char** fingerprint, uint64_t* live_keys, persist_error** error) {
  const TextResult text(fingerprint);
  if (live_keys != nullptr) *live_keys = 0;
  return guarded(error, [&]() -> Result<> {
    PERSIST_TRY(require(directory, "directory"));
    PERSIST_TRY(require(fingerprint, "fingerprint"));
    PERSIST_TRY_ASSIGN(const auto known, read_options(options, "options"));
    PERSIST_TRY_ASSIGN(const StateIdentity identity, identity_of(directory, known));
    hand_over(identity, text, live_keys);
    return {};
  });
}
