// The whole of open: the engine's start, a commit, a snapshot, close and another start. What cannot
// be opened stays as it is.
#include <persist/database.hpp>

#include "fuzz/database.hpp"

using namespace persist;
using namespace persist::fuzz;

namespace {

Options options_of(std::uint8_t choices) {
  Options options;
  options.aol_mode =
      (choices & 1U) != 0 ? AolMode::asynchronous_after_commit : AolMode::synchronous_on_commit;
  options.fsync_mode = (choices & 2U) != 0 ? FsyncMode::never : FsyncMode::every_append;
  options.compression = (choices & 4U) != 0 ? Compression::lz4 : Compression::none;
  options.release_line = all_release_lines[(choices >> 3U) % all_release_lines.size()];
  if ((choices & 32U) != 0) options.history_versions = keep_all_history;
  return options;
}

bool may_refuse(ErrorCode code) {
  return code == ErrorCode::damaged || code == ErrorCode::newer_format || code == ErrorCode::limit;
}

using Rows = std::vector<Row>;

Rows rows_of(Database& database) {
  auto transaction = must(database.begin_read(), "a reader begins");
  return must(transaction.scan({}), "rows can be scanned");
}

Rows rows_in_files(FileSystem& files) {
  const auto state = load(files, "/db");
  Rows rows;
  if (!state) return rows;  // neither file is there
  must(state->for_each([&rows](const KeyState& key) {
    rows.push_back({std::string(key.key), std::string(*key.versions.back().value)});
    return true;
  }),
       "a state can be visited");
  return rows;
}

// False when versions have run out.
bool commit(Database& database, const std::string& key) {
  auto transaction = must(database.begin(), "a transaction begins");
  must(transaction.set(key, "value"), "a key is set");
  const auto committed = transaction.commit();
  if (committed) return true;
  require(committed.error().code == ErrorCode::limit, "only versions run out");
  return false;
}

void start(simulation::MemoryFileSystem& files, const Options& options, bool takes_snapshot) {
  const Rows before = rows_in_files(files);
  const auto state = load(files, "/db");
  const bool was_damaged = state && state->summary().was_damaged;
  const bool is_legacy = state && has_legacy_part(*state);
  const std::uint64_t image = files.image().hash();
  auto database = Database::open("/db", options, files);
  if (!database) {
    require(may_refuse(database.error().code), database.error(),
            "only files that are at fault are refused");
    return require(files.image().hash() == image, "what is refused stays as it is");
  }
  // Behind a torn write, the engine also cuts what was written with it and is whole.
  require(was_damaged || rows_of(*database) == before, "the engine has the files' rows");
  if (!commit(*database, "first")) return;
  if (takes_snapshot) {
    must(database->snapshot(), "a snapshot is taken");
    if (!commit(*database, "second")) return;
  }
  const Rows after = rows_of(*database);
  must(database->close(), "the database is closed");
  auto again = Database::open("/db", options, files);
  // Legacy records have no checksum: that more follows can change what looks odd among them.
  if (is_legacy && !again && again.error().code == ErrorCode::damaged) return;
  require(again.has_value(), "the database opens again");
  require(rows_in_files(files) == after, "the files have the engine's rows");
  require(rows_of(*again) == after, "another start finds the same rows");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const DatabaseInput input = split(view_of(data, size));
  simulation::MemoryFileSystem files(image_of(input));
  start(files, options_of(input.choices), (input.choices & 64U) != 0);
  return 0;
}
