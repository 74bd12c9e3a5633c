// Somebody else's program: writes with the engine, then asks the tools about the files.
#include <cstdio>
#include <persist/database.hpp>
#include <persist/verify.hpp>

namespace {

persist::Result<> write_greeting(const std::string& directory) {
  persist::Options options;
  options.aol_mode = persist::AolMode::synchronous_on_commit;
  PERSIST_TRY_ASSIGN(persist::Database database, persist::Database::open(directory, options));
  PERSIST_TRY_ASSIGN(persist::Transaction transaction, database.begin());
  PERSIST_TRY(transaction.set("greeting", "hello"));
  PERSIST_TRY(transaction.commit());
  return database.close();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 64;
  if (const auto written = write_greeting(argv[1]); !written) {
    std::fprintf(stderr, "%s\n", written.error().to_string().c_str());
    return 1;
  }
  const auto report =
      persist::verify(persist::posix_file_system(), persist::database_files(argv[1], {}), {});
  if (!report) return 1;
  std::printf("%s, %d commit\n", std::string(persist::name_of(report->verdict)).c_str(),
              static_cast<int>(report->files.front().commits));
  return 0;
}
