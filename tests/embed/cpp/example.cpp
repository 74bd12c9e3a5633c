#include <iostream>
#include <persist/database.hpp>

persist::Result<> greet(const std::string& directory) {
  PERSIST_TRY_ASSIGN(
      auto database,
      persist::Database::open(directory, {.aol_mode = persist::AolMode::synchronous_on_commit,
                                          .fsync_mode = persist::FsyncMode::every_append}));
  PERSIST_TRY_ASSIGN(auto writer, database.begin());
  PERSIST_TRY(writer.set("greeting", "hello"));
  PERSIST_TRY(writer.commit());  // on the disk once it returns
  PERSIST_TRY_ASSIGN(const auto reader, database.begin_read());
  PERSIST_TRY_ASSIGN(const auto greeting, reader.get("greeting"));
  std::cout << greeting.value_or("nothing") << '\n';
  return database.close();
}

int main(int, char** argv) {
  const auto done = greet(argv[1]);
  if (!done) std::cerr << done.error().to_string() << '\n';
  return done ? 0 : 1;
}
