// A transaction: a view of the database as it was when the transaction began, with its own writes
// on top.
//
// Isolation. Every transaction reads one version. With `Isolation::snapshot` a commit fails with
// `conflict` when another transaction that began to commit earlier wrote one of the same keys since
// then (the first committer wins). With `Isolation::serializable` it also fails when a key it read,
// or any key of a range it scanned, was written: all commits then are as if run one after the other
// in the order of their versions. A transaction that writes nothing never fails.
//
// One thread at a time uses a transaction. Several transactions may be open in one thread, and
// readers never wait for writers. What a database promises holds for a transaction that outlives
// the Database object; after Database::close() a commit fails with `closed`.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <persist/result.hpp>
#include <persist/state.hpp>
#include <string>
#include <vector>

namespace persist {

enum class Isolation { snapshot, serializable };
enum class Direction { ascending, descending };

struct ScanOptions {
  KeyRange range = {};  // from inclusive, to exclusive, in either direction; default: everything
  Direction direction = Direction::ascending;
  std::uint64_t skip = 0;
  std::optional<std::uint64_t> limit = std::nullopt;  // rows after the skipped ones
};

struct Row {
  std::string key;
  std::string value;
  friend bool operator==(const Row&, const Row&) = default;
};

// Errors that every call can give: `closed` after commit or cancel. Calls that write: `read_only`;
// `limit` when the key is longer than 4 GiB; `no_memory`.
class Transaction {
 public:
  Transaction(Transaction&&) noexcept;
  Transaction& operator=(Transaction&&) noexcept;
  ~Transaction();  // cancels

  // None: not there, or deleted.
  [[nodiscard]] Result<std::optional<std::string>> get(ByteView key) const;
  [[nodiscard]] Result<bool> exists(ByteView key) const;
  // Without a copy: the view holds until this transaction writes the key, rolls back, or ends.
  [[nodiscard]] Result<std::optional<ByteView>> find(ByteView key) const;

  [[nodiscard]] Result<> set(ByteView key, ByteView value);
  // Error `exists` when the key has a value.
  [[nodiscard]] Result<> put(ByteView key, ByteView value);
  // Sets when the present value equals `expected` (none: there is no value). Error `mismatch`.
  [[nodiscard]] Result<> putc(ByteView key, ByteView value, std::optional<ByteView> expected);
  // Deleting what is not there is no error; it is logged all the same, as the engine does.
  [[nodiscard]] Result<> del(ByteView key);
  // Deletes when the present value equals `expected` (none: there is no value). Error `mismatch`.
  [[nodiscard]] Result<> delc(ByteView key, std::optional<ByteView> expected);

  // Visits rows in order; the views hold until the visitor returns, which must not use this
  // transaction to write. Returning false stops; so does throwing, and the exception passes on.
  // Error `invalid_argument` for an empty visitor.
  using Visitor = std::function<bool(ByteView key, ByteView value)>;
  [[nodiscard]] Result<> visit(const ScanOptions& options, const Visitor& visitor) const;
  [[nodiscard]] Result<std::vector<Row>> scan(const ScanOptions& options) const;
  [[nodiscard]] Result<std::vector<std::string>> keys(const ScanOptions& options) const;
  [[nodiscard]] Result<std::uint64_t> count(const ScanOptions& options) const;

  // Savepoints nest. rollback undoes every write since the newest one and removes it; release
  // removes it and keeps the writes. Error `not_found` when there is none.
  [[nodiscard]] Result<> set_savepoint();
  [[nodiscard]] Result<> rollback_to_savepoint();
  [[nodiscard]] Result<> release_savepoint();

  // Makes all writes visible at one version, which is returned (the version read at when nothing
  // was written), once the log holds them as the mode promises. Errors: `conflict`; `limit` when a
  // frame cannot hold them; `no_memory`; `queue_full` (only after this one the transaction stays
  // open, to try again); `poisoned`; `closed`. An error of the file system says that the commit is
  // not visible; whether it survives a crash is then not known.
  Result<Version> commit();
  Result<> cancel();

  // The version that is read.
  [[nodiscard]] Version version() const noexcept;
  [[nodiscard]] bool is_open() const noexcept;

 private:
  friend class Database;
  struct State;
  explicit Transaction(std::unique_ptr<State> state) noexcept;
  [[nodiscard]] Result<> check_writable() const;
  [[nodiscard]] Result<> expect(ByteView key, std::optional<ByteView> expected) const;

  std::unique_ptr<State> state_;
};

}  // namespace persist
