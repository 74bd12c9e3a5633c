// What the engine's tests share: opening, and calls that must succeed.
#pragma once

#include <persist/database.hpp>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.hpp"

namespace persist::test {

// The value of a call that must succeed; says why when it does not.
template <class T>
T must(Result<T> result) {
  if (!result) FAIL(result.error().to_string());
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

template <class T>
ErrorCode code_of(const Result<T>& result) {
  REQUIRE_FALSE(result.has_value());
  return result.error().code;
}

inline Options synchronous(FsyncMode fsync = FsyncMode::never) {
  Options options;
  options.aol_mode = AolMode::synchronous_on_commit;
  options.fsync_mode = fsync;
  return options;
}

inline Options asynchronous(FsyncMode fsync = FsyncMode::never) {
  Options options = synchronous(fsync);
  options.aol_mode = AolMode::asynchronous_after_commit;
  return options;
}

inline Version set(Database& database, ByteView key, ByteView value) {
  Transaction transaction = must(database.begin());
  must(transaction.set(key, value));
  return must(transaction.commit());
}

inline Version del(Database& database, ByteView key) {
  Transaction transaction = must(database.begin());
  must(transaction.del(key));
  return must(transaction.commit());
}

inline std::optional<std::string> get(Database& database, ByteView key) {
  return must(must(database.begin_read()).get(key));
}

inline std::vector<Row> rows_of(Database& database) {
  return must(must(database.begin_read()).scan({}));
}

}  // namespace persist::test
