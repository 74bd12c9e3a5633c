#include <persist/database.hpp>

#include "engine/core.hpp"
#include "engine/transaction_state.hpp"

namespace persist {

using engine::Core;

namespace {

std::unexpected<Error> moved_from() {
  return fail(ErrorCode::closed, {}, "the database is closed: the object was moved from");
}

}  // namespace

Result<Database> Database::open(const std::string& directory, const Options& options,
                                FileSystem& files) {
  PERSIST_TRY_ASSIGN(auto core, Core::open(directory, options, files));
  return Database(std::move(core));
}

Database::Database(std::shared_ptr<Core> core) noexcept : core_(std::move(core)) {}
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;
Database::~Database() = default;

Result<Transaction> Database::begin(Isolation isolation) {
  if (!core_) return moved_from();
  PERSIST_TRY_ASSIGN(auto pin, core_->pin_newest());
  return Transaction(std::make_unique<Transaction::State>(core_, std::move(pin), true, isolation));
}

Result<Transaction> Database::begin_read() {
  if (!core_) return moved_from();
  PERSIST_TRY_ASSIGN(auto pin, core_->pin_newest());
  return Transaction(
      std::make_unique<Transaction::State>(core_, std::move(pin), false, Isolation::snapshot));
}

Result<Transaction> Database::begin_read_at(Version version) {
  if (!core_) return moved_from();
  PERSIST_TRY_ASSIGN(auto pin, core_->pin_at(version));
  return Transaction(
      std::make_unique<Transaction::State>(core_, std::move(pin), false, Isolation::snapshot));
}

Result<Version> Database::snapshot() {
  if (!core_) return moved_from();
  return core_->snapshot();
}
Result<> Database::drain() {
  if (!core_) return moved_from();
  return core_->drain();
}
Result<> Database::sync() {
  if (!core_) return moved_from();
  return core_->sync();
}
Stats Database::stats() const {
  return core_ ? core_->stats() : Stats{};
}
Result<> Database::close() {
  if (!core_) return moved_from();
  return core_->close();
}

}  // namespace persist
