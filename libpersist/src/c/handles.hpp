// What the opaque handles of persist.h hold.
#pragma once

#include <persist/persist.h>

#include <atomic>
#include <memory>
#include <persist/database.hpp>
#include <shared_mutex>

#include "c/arguments.hpp"

struct persist_database {
  explicit persist_database(persist::Database opened) noexcept : database(std::move(opened)) {}

  // Shared by calls, exclusive for closing, which the C++ interface leaves to its caller.
  std::shared_mutex mutex;
  persist::Database database;
  // Set before the mutex is asked for: it lets calls in as long as others are, and of calls that
  // overlap there need be no end.
  std::atomic<bool> is_closing{false};
};

// Shared with the cursors of the transaction: what is freed first does not matter.
struct persist_transaction {
  std::shared_ptr<persist::Transaction> transaction;
};

namespace persist::c {

// To be held while a call uses the database.
[[nodiscard]] inline Result<std::shared_lock<std::shared_mutex>> enter(persist_database* handle) {
  PERSIST_TRY(require(handle, "database"));
  if (!handle->is_closing) {
    std::shared_lock lock(handle->mutex);
    if (!handle->is_closing) return lock;
  }
  return fail(ErrorCode::closed, {}, "the database is closed");
}

}  // namespace persist::c
