// Scans row by row, on top of Transaction::visit: rows are copied in batches, each of which goes on
// where the last one ended. Batches start small, for callers that only want the first row.
#include <string>
#include <vector>

#include "c/arguments.hpp"
#include "c/handles.hpp"

namespace persist::c {

constexpr std::size_t first_batch_rows = 16;
constexpr std::size_t most_batch_rows = 1024;
constexpr std::size_t full_batch_bytes = 64 * 1024;

// persist_scan_options that own their bounds.
struct Scan {
  std::string from;
  std::optional<std::string> to;
  Direction direction = Direction::ascending;
  bool keys_only = false;
  std::uint64_t skip = 0;
  std::optional<std::uint64_t> limit;

  [[nodiscard]] ScanOptions options() const {
    ScanOptions options;
    options.range = {from, to ? std::optional<ByteView>(*to) : std::nullopt};
    options.direction = direction;
    options.skip = skip;
    options.limit = limit;
    return options;
  }
};

namespace {

Result<Scan> scan_of(const persist_scan_options* given) {
  PERSIST_TRY_ASSIGN(const persist_scan_options known, read_options(given, "options"));
  PERSIST_TRY_ASSIGN(const auto from, bytes_or_none(known.from, known.from_size, "from"));
  PERSIST_TRY_ASSIGN(const auto to, bytes_or_none(known.to, known.to_size, "to"));
  PERSIST_TRY_ASSIGN(const auto prefix, bytes_or_none(known.prefix, known.prefix_size, "prefix"));
  if (prefix && (from || to)) return invalid("prefix excludes from and to");
  Scan scan;
  if (prefix) {
    scan.from = *prefix;
    scan.to = prefix_end(*prefix);
  } else {
    scan.from = from.value_or(ByteView());
    if (to) scan.to = std::string(*to);
  }
  scan.direction = known.descending != 0 ? Direction::descending : Direction::ascending;
  scan.keys_only = known.keys_only != 0;
  scan.skip = known.skip;
  if (known.limit != 0) scan.limit = known.limit;
  return scan;
}

}  // namespace
}  // namespace persist::c

struct persist_cursor {
 public:
  persist_cursor(std::shared_ptr<persist::Transaction> transaction, persist::c::Scan scan)
      : transaction_(std::move(transaction)), scan_(std::move(scan)) {}

  // False: behind the last row.
  persist::Result<bool> next(persist_row& row) {
    if (!transaction_->is_open()) {
      return persist::fail(persist::ErrorCode::closed, {}, "the transaction is closed");
    }
    if (at_ == batch_.rows.size()) {
      if (is_finished_) return false;
      PERSIST_TRY(read_batch());
      if (batch_.rows.empty()) return false;
    }
    const Batch::Row& found = batch_.rows[at_++];
    const char* const key = batch_.bytes.data() + found.offset;
    row.key = key;
    row.key_size = found.key_size;
    row.value = scan_.keys_only ? nullptr : key + found.key_size;
    row.value_size = found.value_size;
    return true;
  }

 private:
  struct Batch {
    struct Row {
      std::size_t offset;  // of the key, which the value follows
      std::size_t key_size;
      std::size_t value_size;
    };
    std::string bytes;
    std::vector<Row> rows;
  };

  // Nothing changes when it fails, so that it may be tried again.
  persist::Result<> read_batch() {
    Batch batch;
    bool is_full = false;
    PERSIST_TRY(
        transaction_->visit(scan_.options(), [&](persist::ByteView key, persist::ByteView value) {
          if (scan_.keys_only) value = {};
          batch.rows.push_back({batch.bytes.size(), key.size(), value.size()});
          batch.bytes.append(key).append(value);
          is_full = batch.rows.size() == batch_rows_ ||
                    batch.bytes.size() >= persist::c::full_batch_bytes;
          return !is_full;
        }));
    if (is_full) go_behind(batch);
    if (scan_.limit) *scan_.limit -= batch.rows.size();
    scan_.skip = 0;
    is_finished_ = !is_full || scan_.limit == 0;
    batch_rows_ = std::min(4 * batch_rows_, persist::c::most_batch_rows);
    batch_ = std::move(batch);
    at_ = 0;
    return {};
  }

  void go_behind(const Batch& batch) {
    const Batch::Row& last = batch.rows.back();
    std::string key = batch.bytes.substr(last.offset, last.key_size);
    if (scan_.direction == persist::Direction::descending) {
      scan_.to = std::move(key);
    } else {
      key += '\0';  // the smallest key behind it
      scan_.from = std::move(key);
    }
  }

  std::shared_ptr<persist::Transaction> transaction_;
  persist::c::Scan scan_;  // of what is still to be read
  Batch batch_;
  std::size_t at_ = 0;  // the next row of the batch
  std::size_t batch_rows_ = persist::c::first_batch_rows;
  bool is_finished_ = false;
};

using namespace persist;
using namespace persist::c;

persist_code persist_transaction_scan(persist_transaction* transaction,
                                      const persist_scan_options* options, persist_cursor** cursor,
                                      persist_error** error) {
  if (cursor != nullptr) *cursor = nullptr;
  return guarded(error, [&]() -> Result<> {
    PERSIST_TRY(require(transaction, "transaction"));
    PERSIST_TRY(require(cursor, "cursor"));
    PERSIST_TRY_ASSIGN(Scan scan, scan_of(options));
    if (!transaction->transaction->is_open()) {
      return fail(ErrorCode::closed, {}, "the transaction is closed");
    }
    *cursor = new persist_cursor(transaction->transaction, std::move(scan));
    return {};
  });
}

persist_code persist_cursor_next(persist_cursor* cursor, persist_row* row, persist_error** error) {
  if (row != nullptr) *row = {};
  bool has_row = false;
  const persist_code code = guarded(error, [&]() -> Result<> {
    PERSIST_TRY(require(cursor, "cursor"));
    PERSIST_TRY(require(row, "row"));
    PERSIST_TRY_ASSIGN(has_row, cursor->next(*row));
    return {};
  });
  return code == PERSIST_OK && !has_row ? PERSIST_END : code;
}

void persist_cursor_free(persist_cursor* cursor) {
  delete cursor;
}

persist_code persist_transaction_count(persist_transaction* transaction,
                                       const persist_scan_options* options, uint64_t* count,
                                       persist_error** error) {
  if (count != nullptr) *count = 0;
  return guarded(error, [&]() -> Result<> {
    PERSIST_TRY(require(transaction, "transaction"));
    PERSIST_TRY(require(count, "count"));
    PERSIST_TRY_ASSIGN(const Scan scan, scan_of(options));
    PERSIST_TRY_ASSIGN(*count, transaction->transaction->count(scan.options()));
    return {};
  });
}
