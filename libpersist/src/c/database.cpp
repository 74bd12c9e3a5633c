// Opening, beginning and closing.
#include <mutex>

#include "c/arguments.hpp"
#include "c/handles.hpp"
#include "c/open_options.hpp"

namespace persist::c {
namespace {

// Runs `call` on an open database, beside other such calls and never beside a close.
template <class Call>
persist_code on_database(persist_database* handle, persist_error** error, Call&& call) noexcept {
  return guarded(error, [&]() -> Result<> {
    PERSIST_TRY_ASSIGN(const auto lock, enter(handle));
    return call(handle->database);
  });
}

Result<persist_transaction*> handle_for(Result<Transaction> begun) {
  PERSIST_TRY_ASSIGN(Transaction transaction, std::move(begun));
  auto shared = std::make_shared<Transaction>(std::move(transaction));
  return new persist_transaction{std::move(shared)};
}

Result<Transaction> begin(Database& database, int kind) {
  switch (kind) {
    case PERSIST_TRANSACTION_WRITE:
      return database.begin(Isolation::snapshot);
    case PERSIST_TRANSACTION_SERIALIZABLE:
      return database.begin(Isolation::serializable);
    case PERSIST_TRANSACTION_READ:
      return database.begin_read();
    default:
      return invalid("kind is " + std::to_string(kind) + ", which is no kind of transaction");
  }
}

}  // namespace
}  // namespace persist::c

using namespace persist;
using namespace persist::c;

persist_code persist_database_open(const char* directory, const persist_open_options* options,
                                   persist_database** database, persist_error** error) {
  if (database != nullptr) *database = nullptr;
  return guarded(error, [&]() -> Result<> {
    PERSIST_TRY(require(directory, "directory"));
    PERSIST_TRY(require(database, "database"));
    PERSIST_TRY_ASSIGN(const Options chosen, open_options(options));
    PERSIST_TRY_ASSIGN(Database opened, Database::open(directory, chosen));
    *database = new persist_database(std::move(opened));
    return {};
  });
}

persist_code persist_database_close(persist_database* database, persist_error** error) {
  return guarded(error, [&]() -> Result<> {
    PERSIST_TRY(require(database, "database"));
    database->is_closing = true;
    const std::unique_lock lock(database->mutex);
    return database->database.close();
  });
}

void persist_database_free(persist_database* database) {
  static_cast<void>(guarded(nullptr, [&]() -> Result<> {
    delete database;
    return {};
  }));
}

persist_code persist_database_snapshot(persist_database* database, uint64_t* version,
                                       persist_error** error) {
  if (version != nullptr) *version = 0;
  return on_database(database, error, [&](Database& open) -> Result<> {
    PERSIST_TRY_ASSIGN(const Version covered, open.snapshot());
    if (version != nullptr) *version = covered;
    return {};
  });
}

persist_code persist_database_drain(persist_database* database, persist_error** error) {
  return on_database(database, error, [](Database& open) { return open.drain(); });
}

persist_code persist_database_sync(persist_database* database, persist_error** error) {
  return on_database(database, error, [](Database& open) { return open.sync(); });
}

persist_code persist_database_begin(persist_database* database, int kind,
                                    persist_transaction** transaction, persist_error** error) {
  if (transaction != nullptr) *transaction = nullptr;
  return on_database(database, error, [&](Database& open) -> Result<> {
    PERSIST_TRY(require(transaction, "transaction"));
    PERSIST_TRY_ASSIGN(*transaction, handle_for(begin(open, kind)));
    return {};
  });
}

persist_code persist_database_begin_read_at(persist_database* database, uint64_t version,
                                            persist_transaction** transaction,
                                            persist_error** error) {
  if (transaction != nullptr) *transaction = nullptr;
  return on_database(database, error, [&](Database& open) -> Result<> {
    PERSIST_TRY(require(transaction, "transaction"));
    PERSIST_TRY_ASSIGN(*transaction, handle_for(open.begin_read_at(version)));
    return {};
  });
}
