// The C interface as the tests use it: handles that free themselves, and calls that must succeed.
#pragma once

#include <persist/persist.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/catch.hpp"

namespace persist::test {

struct FreeHandle {
  void operator()(persist_database* handle) const { persist_database_free(handle); }
  void operator()(persist_transaction* handle) const { persist_transaction_free(handle); }
  void operator()(persist_cursor* handle) const { persist_cursor_free(handle); }
  void operator()(persist_error* handle) const { persist_error_free(handle); }
};
template <class Handle>
using Owned = std::unique_ptr<Handle, FreeHandle>;

using OptionalText = std::optional<std::string>;

// An error slot, one for each call: `call(..., Failure())`.
class Failure {
 public:
  Failure() = default;
  Failure(const Failure&) = delete;
  Failure& operator=(const Failure&) = delete;
  ~Failure() { persist_error_free(error_); }
  [[nodiscard]] persist_error** slot() { return &error_; }
  [[nodiscard]] const persist_error* get() const { return error_; }
  [[nodiscard]] std::string message() const { return persist_error_message(error_); }

 private:
  persist_error* error_ = nullptr;
};

// Calls `call(error)` and says why when it does not succeed.
template <class Call>
void must(Call&& call) {
  Failure failure;
  const persist_code code = call(failure.slot());
  INFO(failure.message());
  REQUIRE(code == PERSIST_OK);
}

template <class Options>
Options sized() {
  Options options{};
  options.struct_size = sizeof options;
  return options;
}

inline persist_open_options logged() {
  auto options = sized<persist_open_options>();
  options.aol_mode = PERSIST_AOL_SYNCHRONOUS;
  return options;
}

inline Owned<persist_database> open(const std::string& directory,
                                    const persist_open_options& options = logged()) {
  persist_database* database = nullptr;
  must([&](auto error) {
    return persist_database_open(directory.c_str(), &options, &database, error);
  });
  return Owned<persist_database>(database);
}

inline Owned<persist_transaction> begin(const Owned<persist_database>& database,
                                        int kind = PERSIST_TRANSACTION_WRITE) {
  persist_transaction* transaction = nullptr;
  must([&](auto error) {
    return persist_database_begin(database.get(), kind, &transaction, error);
  });
  return Owned<persist_transaction>(transaction);
}

inline persist_code set(const Owned<persist_transaction>& transaction, std::string_view key,
                        std::string_view value, persist_error** error = nullptr) {
  return persist_transaction_set(transaction.get(), key.data(), key.size(), value.data(),
                                 value.size(), error);
}

inline persist_code commit(const Owned<persist_transaction>& transaction,
                           persist_error** error = nullptr) {
  return persist_transaction_commit(transaction.get(), nullptr, error);
}

inline uint64_t write(const Owned<persist_database>& database, std::string_view key,
                      std::string_view value) {
  const auto transaction = begin(database);
  uint64_t version = 0;
  must([&](auto error) { return set(transaction, key, value, error); });
  must([&](auto error) { return persist_transaction_commit(transaction.get(), &version, error); });
  return version;
}

inline OptionalText get(const Owned<persist_transaction>& transaction, std::string_view key) {
  const void* value = nullptr;
  size_t size_bytes = 0;
  must([&](auto error) {
    return persist_transaction_get(transaction.get(), key.data(), key.size(), &value, &size_bytes,
                                   error);
  });
  if (value == nullptr) return std::nullopt;
  return std::string(static_cast<const char*>(value), size_bytes);
}

inline OptionalText get(const Owned<persist_database>& database, std::string_view key) {
  return get(begin(database, PERSIST_TRANSACTION_READ), key);
}

using Rows = std::vector<std::pair<std::string, std::string>>;

inline std::string text(const void* bytes, size_t size_bytes) {
  return bytes == nullptr ? std::string("(null)")
                          : std::string(static_cast<const char*>(bytes), size_bytes);
}

inline Owned<persist_cursor> scan(const Owned<persist_transaction>& transaction,
                                  const persist_scan_options* options) {
  persist_cursor* cursor = nullptr;
  must([&](auto error) {
    return persist_transaction_scan(transaction.get(), options, &cursor, error);
  });
  return Owned<persist_cursor>(cursor);
}

inline Rows rows_of(const Owned<persist_transaction>& transaction,
                    const persist_scan_options* options = nullptr) {
  const auto cursor = scan(transaction, options);
  Rows rows;
  for (;;) {
    persist_row row;
    const persist_code code = persist_cursor_next(cursor.get(), &row, nullptr);
    if (code == PERSIST_END) return rows;
    REQUIRE(code == PERSIST_OK);
    rows.emplace_back(text(row.key, row.key_size), text(row.value, row.value_size));
  }
}

}  // namespace persist::test
