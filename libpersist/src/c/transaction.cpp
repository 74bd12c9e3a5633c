#include "c/arguments.hpp"
#include "c/handles.hpp"

namespace persist::c {
namespace {

template <class Call>
persist_code on_transaction(persist_transaction* handle, persist_error** error,
                            Call&& call) noexcept {
  return guarded(error, [&]() -> Result<> {
    PERSIST_TRY(require(handle, "transaction"));
    return call(*handle->transaction);
  });
}

// Runs `call` with the key and the value that the caller gave.
template <class Call>
persist_code on_row(persist_transaction* handle, const void* key, std::size_t key_size,
                    const void* value, std::size_t value_size, persist_error** error,
                    Call&& call) noexcept {
  return on_transaction(handle, error, [&](Transaction& transaction) -> Result<> {
    PERSIST_TRY_ASSIGN(const ByteView key_bytes, bytes(key, key_size, "key"));
    PERSIST_TRY_ASSIGN(const ByteView value_bytes, bytes(value, value_size, "value"));
    return call(transaction, key_bytes, value_bytes);
  });
}

}  // namespace
}  // namespace persist::c

using namespace persist;
using namespace persist::c;

persist_code persist_transaction_get(persist_transaction* transaction, const void* key,
                                     size_t key_size, const void** value, size_t* value_size,
                                     persist_error** error) {
  if (value != nullptr) *value = nullptr;
  if (value_size != nullptr) *value_size = 0;
  return on_transaction(transaction, error, [&](Transaction& open) -> Result<> {
    PERSIST_TRY(require(value, "value"));
    PERSIST_TRY(require(value_size, "value_size"));
    PERSIST_TRY_ASSIGN(const ByteView key_bytes, bytes(key, key_size, "key"));
    PERSIST_TRY_ASSIGN(const auto found, open.find(key_bytes));
    if (!found) return {};
    *value = found->empty() ? "" : found->data();
    *value_size = found->size();
    return {};
  });
}

persist_code persist_transaction_exists(persist_transaction* transaction, const void* key,
                                        size_t key_size, int* exists, persist_error** error) {
  if (exists != nullptr) *exists = 0;
  return on_transaction(transaction, error, [&](Transaction& open) -> Result<> {
    PERSIST_TRY(require(exists, "exists"));
    PERSIST_TRY_ASSIGN(const ByteView key_bytes, bytes(key, key_size, "key"));
    PERSIST_TRY_ASSIGN(const bool is_there, open.exists(key_bytes));
    *exists = is_there ? 1 : 0;
    return {};
  });
}

persist_code persist_transaction_set(persist_transaction* transaction, const void* key,
                                     size_t key_size, const void* value, size_t value_size,
                                     persist_error** error) {
  return on_row(transaction, key, key_size, value, value_size, error,
                [](Transaction& open, ByteView k, ByteView v) { return open.set(k, v); });
}

persist_code persist_transaction_put(persist_transaction* transaction, const void* key,
                                     size_t key_size, const void* value, size_t value_size,
                                     persist_error** error) {
  return on_row(transaction, key, key_size, value, value_size, error,
                [](Transaction& open, ByteView k, ByteView v) { return open.put(k, v); });
}

persist_code persist_transaction_putc(persist_transaction* transaction, const void* key,
                                      size_t key_size, const void* value, size_t value_size,
                                      const void* expected, size_t expected_size,
                                      persist_error** error) {
  return on_row(transaction, key, key_size, value, value_size, error,
                [&](Transaction& open, ByteView k, ByteView v) -> Result<> {
                  PERSIST_TRY_ASSIGN(const auto present,
                                     bytes_or_none(expected, expected_size, "expected"));
                  return open.putc(k, v, present);
                });
}

persist_code persist_transaction_del(persist_transaction* transaction, const void* key,
                                     size_t key_size, persist_error** error) {
  return on_transaction(transaction, error, [&](Transaction& open) -> Result<> {
    PERSIST_TRY_ASSIGN(const ByteView key_bytes, bytes(key, key_size, "key"));
    return open.del(key_bytes);
  });
}

persist_code persist_transaction_delc(persist_transaction* transaction, const void* key,
                                      size_t key_size, const void* expected, size_t expected_size,
                                      persist_error** error) {
  return on_transaction(transaction, error, [&](Transaction& open) -> Result<> {
    PERSIST_TRY_ASSIGN(const ByteView key_bytes, bytes(key, key_size, "key"));
    PERSIST_TRY_ASSIGN(const auto present, bytes_or_none(expected, expected_size, "expected"));
    return open.delc(key_bytes, present);
  });
}

persist_code persist_transaction_set_savepoint(persist_transaction* transaction,
                                               persist_error** error) {
  return on_transaction(transaction, error, [](Transaction& open) { return open.set_savepoint(); });
}

persist_code persist_transaction_rollback_to_savepoint(persist_transaction* transaction,
                                                       persist_error** error) {
  return on_transaction(transaction, error,
                        [](Transaction& open) { return open.rollback_to_savepoint(); });
}

persist_code persist_transaction_release_savepoint(persist_transaction* transaction,
                                                   persist_error** error) {
  return on_transaction(transaction, error,
                        [](Transaction& open) { return open.release_savepoint(); });
}

persist_code persist_transaction_commit(persist_transaction* transaction, uint64_t* version,
                                        persist_error** error) {
  if (version != nullptr) *version = 0;
  return on_transaction(transaction, error, [&](Transaction& open) -> Result<> {
    PERSIST_TRY_ASSIGN(const Version committed, open.commit());
    if (version != nullptr) *version = committed;
    return {};
  });
}

persist_code persist_transaction_cancel(persist_transaction* transaction, persist_error** error) {
  return on_transaction(transaction, error, [](Transaction& open) { return open.cancel(); });
}

uint64_t persist_transaction_version(const persist_transaction* transaction) {
  return transaction == nullptr ? 0 : transaction->transaction->version();
}

int persist_transaction_is_open(const persist_transaction* transaction) {
  return transaction != nullptr && transaction->transaction->is_open() ? 1 : 0;
}

void persist_transaction_free(persist_transaction* transaction) {
  static_cast<void>(guarded(nullptr, [&]() -> Result<> {
    const std::unique_ptr<persist_transaction> owned(transaction);
    if (!owned) return {};
    // A cursor may still hold the object; what that holds of the database goes all the same.
    const Transaction last = std::move(*owned->transaction);
    return {};
  }));
}
