// Lets the embedded engine carry out what the real one is told with `judge apply`:
//
//   engine_apply DIR LINE sync|async|never every|never|MS none|lz4 <<< COMMANDS
//
// A command a line: `snapshot`, `reopen`, or the writes of one transaction, `KEY=VALUE` or `KEY-`
// for a delete, in hexadecimal, separated by spaces. Prints the newest version; exits 1 with the
// error on standard error.
#include <cstdio>
#include <iostream>
#include <persist/database.hpp>
#include <sstream>

namespace {

using namespace persist;

std::string from_hex(std::string_view text) {
  std::string bytes;
  for (std::size_t at = 0; at + 1 < text.size(); at += 2) {
    bytes += static_cast<char>(std::stoi(std::string(text.substr(at, 2)), nullptr, 16));
  }
  return bytes;
}

std::optional<Options> options_from(char** arguments) {
  Options options;
  const auto line = release_line_from(arguments[0]);
  if (!line) return std::nullopt;
  options.release_line = *line;
  const std::string_view aol = arguments[1];
  options.aol_mode = aol == "sync"    ? AolMode::synchronous_on_commit
                     : aol == "async" ? AolMode::asynchronous_after_commit
                                      : AolMode::never;
  const std::string_view fsync = arguments[2];
  options.fsync_mode = fsync == "every"   ? FsyncMode::every_append
                       : fsync == "never" ? FsyncMode::never
                                          : FsyncMode::interval;
  if (options.fsync_mode == FsyncMode::interval) {
    options.fsync_interval = std::chrono::milliseconds(std::stoi(arguments[2]));
  }
  options.compression =
      std::string_view(arguments[3]) == "lz4" ? Compression::lz4 : Compression::none;
  return options;
}

Result<> commit(Database& database, const std::string& line) {
  PERSIST_TRY_ASSIGN(Transaction transaction, database.begin());
  std::istringstream writes(line);
  for (std::string write; writes >> write;) {
    const std::size_t end = write.find_first_of("=-");
    const std::string key = from_hex(write.substr(0, end));
    PERSIST_TRY(write[end] == '-' ? transaction.del(key)
                                  : transaction.set(key, from_hex(write.substr(end + 1))));
  }
  PERSIST_TRY(transaction.commit());
  return {};
}

Result<> apply(const std::string& directory, const Options& options) {
  PERSIST_TRY_ASSIGN(Database database, Database::open(directory, options));
  for (std::string line; std::getline(std::cin, line);) {
    if (line == "snapshot") {
      PERSIST_TRY(database.snapshot());
    } else if (line == "reopen") {
      PERSIST_TRY(database.close());
      PERSIST_TRY_ASSIGN(database, Database::open(directory, options));
    } else {
      PERSIST_TRY(commit(database, line));
    }
  }
  std::printf("%llu\n", static_cast<unsigned long long>(database.stats().newest_version));
  return database.close();
}

}  // namespace

int main(int count, char** arguments) {
  const auto options = count == 6 ? options_from(arguments + 2) : std::nullopt;
  if (!options) return 2;
  const auto applied = apply(arguments[1], *options);
  if (applied) return 0;
  std::fprintf(stderr, "%s\n", applied.error().to_string().c_str());
  return 1;
}
