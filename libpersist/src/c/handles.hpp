// What the opaque handles of persist.h hold.
#pragma once

#include <persist/persist.h>

#include <memory>
#include <persist/database.hpp>
#include <shared_mutex>

struct persist_database {
  explicit persist_database(persist::Database opened) noexcept : database(std::move(opened)) {}

  // Shared by calls, exclusive for closing, which the C++ interface leaves to its caller.
  std::shared_mutex mutex;
  persist::Database database;
  bool is_closed = false;
};

// Shared with the cursors of the transaction: what is freed first does not matter.
struct persist_transaction {
  std::shared_ptr<persist::Transaction> transaction;
};
