#include <exception>
#include <persist/transaction.hpp>

#include "engine/scan.hpp"
#include "engine/transaction_state.hpp"

namespace persist {
namespace {

// What a writer kept that began so few commits ago goes with the next one: to collect at once takes
// a fifth of the time of a commit in memory.
constexpr Version few_versions = 64;

std::unexpected<Error> closed() {
  return fail(ErrorCode::closed, {}, "the transaction is closed");
}

}  // namespace

Transaction::Transaction(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
Transaction::Transaction(Transaction&&) noexcept = default;
Transaction& Transaction::operator=(Transaction&&) noexcept = default;
Transaction::~Transaction() = default;

bool Transaction::is_open() const noexcept {
  return state_ && state_->pin.is_held();
}
Version Transaction::version() const noexcept {
  return state_ ? state_->pin.version() : 0;
}

Result<> Transaction::check_writable() const {
  if (!is_open()) return closed();
  if (state_->is_writable) return {};
  return fail(ErrorCode::read_only, {}, "the transaction only reads");
}

Result<std::optional<ByteView>> Transaction::find(ByteView key) const {
  if (!is_open()) return closed();
  if (const engine::ValueVersion* written = state_->writes.find(key)) return written->value();
  if (state_->tracks_reads()) state_->reads.add_key(key);
  const engine::KeyNode* const node = state_->core->store().find(key);
  const engine::ValueVersion* const value = node ? node->at(state_->pin.version()) : nullptr;
  return value ? value->value() : std::nullopt;
}

Result<std::optional<std::string>> Transaction::get(ByteView key) const {
  PERSIST_TRY_ASSIGN(const auto value, find(key));
  if (!value) return std::nullopt;
  return std::string(*value);
}

Result<bool> Transaction::exists(ByteView key) const {
  PERSIST_TRY_ASSIGN(const auto value, find(key));
  return value.has_value();
}

Result<> Transaction::set(ByteView key, ByteView value) {
  PERSIST_TRY(check_writable());
  return state_->writes.put(key, value);
}

Result<> Transaction::put(ByteView key, ByteView value) {
  PERSIST_TRY(check_writable());
  PERSIST_TRY_ASSIGN(const bool is_there, exists(key));
  if (is_there) return fail(ErrorCode::exists, {}, "the key already has a value");
  return state_->writes.put(key, value);
}

Result<> Transaction::expect(ByteView key, std::optional<ByteView> expected) const {
  PERSIST_TRY(check_writable());
  PERSIST_TRY_ASSIGN(const auto present, find(key));
  if (present == expected) return {};
  return fail(ErrorCode::mismatch, {}, "the key does not have the expected value");
}

Result<> Transaction::putc(ByteView key, ByteView value, std::optional<ByteView> expected) {
  PERSIST_TRY(expect(key, expected));
  return state_->writes.put(key, value);
}

Result<> Transaction::del(ByteView key) {
  PERSIST_TRY(check_writable());
  return state_->writes.put(key, std::nullopt);
}

Result<> Transaction::delc(ByteView key, std::optional<ByteView> expected) {
  PERSIST_TRY(expect(key, expected));
  return state_->writes.put(key, std::nullopt);
}

Result<> Transaction::visit(const ScanOptions& options, const Visitor& visitor) const {
  if (!is_open()) return closed();
  if (!visitor) return fail(ErrorCode::invalid_argument, {}, "there is no visitor");
  const auto scan_with = [&](const Visitor& shown) {
    return engine::scan(state_->core->store(), state_->pin.version(), state_->writes, options,
                        shown);
  };
  if (!state_->tracks_reads()) {
    scan_with(visitor);
    return {};
  }
  // A visitor that throws has seen what it was shown, and stops there.
  std::exception_ptr thrown;
  const auto looked_at = scan_with([&](ByteView key, ByteView value) {
    try {
      return visitor(key, value);
    } catch (...) {
      thrown = std::current_exception();
      return false;
    }
  });
  state_->reads.add_range(looked_at.from, looked_at.to);
  if (thrown) std::rethrow_exception(thrown);
  return {};
}

Result<std::vector<Row>> Transaction::scan(const ScanOptions& options) const {
  std::vector<Row> rows;
  PERSIST_TRY(visit(options, [&rows](ByteView key, ByteView value) {
    rows.push_back({std::string(key), std::string(value)});
    return true;
  }));
  return rows;
}

Result<std::vector<std::string>> Transaction::keys(const ScanOptions& options) const {
  std::vector<std::string> keys;
  PERSIST_TRY(visit(options, [&keys](ByteView key, ByteView) {
    keys.emplace_back(key);
    return true;
  }));
  return keys;
}

Result<std::uint64_t> Transaction::count(const ScanOptions& options) const {
  std::uint64_t rows = 0;
  PERSIST_TRY(visit(options, [&rows](ByteView, ByteView) {
    ++rows;
    return true;
  }));
  return rows;
}

Result<> Transaction::set_savepoint() {
  PERSIST_TRY(check_writable());
  state_->writes.set_savepoint();
  return {};
}

Result<> Transaction::rollback_to_savepoint() {
  PERSIST_TRY(check_writable());
  return state_->writes.rollback_to_savepoint();
}

Result<> Transaction::release_savepoint() {
  PERSIST_TRY(check_writable());
  return state_->writes.release_savepoint();
}

Result<Version> Transaction::commit() {
  if (!is_open()) return closed();
  const Version read_version = state_->pin.version();
  if (state_->writes.is_empty()) {
    state_->end();
    return read_version;
  }
  const auto* const reads = state_->tracks_reads() ? &state_->reads : nullptr;
  if (reads != nullptr) state_->reads.settle();
  auto outcome = state_->core->commit(state_->writes, reads, read_version);
  const bool may_try_again = !outcome && outcome.error().code == ErrorCode::queue_full;
  if (may_try_again) return outcome;
  const bool was_quick = outcome && *outcome - read_version <= few_versions;
  if (was_quick) {
    state_->end_without_collecting();
  } else {
    state_->end();
  }
  return outcome;
}

Result<> Transaction::cancel() {
  if (!is_open()) return closed();
  state_->end();
  return {};
}

}  // namespace persist
