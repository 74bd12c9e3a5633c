/* Somebody else's program, in C and in C++ alike: writes with the engine, then asks what it holds. */
#include <persist/persist.h>
#include <stdio.h>

static persist_code write_greeting(persist_database *database, persist_error **error) {
  persist_transaction *writer = NULL;
  persist_code code =
      persist_database_begin(database, PERSIST_TRANSACTION_WRITE, &writer, error);
  if (code == PERSIST_OK) {
    code = persist_transaction_set(writer, "greeting", 8, "hello", 5, error);
  }
  if (code == PERSIST_OK) code = persist_transaction_commit(writer, NULL, error);
  persist_transaction_free(writer);
  return code;
}

int main(int argc, char **argv) {
  persist_database *database = NULL;
  persist_error *error = NULL;
  persist_stats stats;
  persist_code code;
  if (argc != 2) return 64;
  stats.struct_size = sizeof stats;
  code = persist_database_open(argv[1], NULL, &database, &error);
  if (code == PERSIST_OK) code = write_greeting(database, &error);
  if (code == PERSIST_OK) code = persist_database_stats(database, &stats, &error);
  if (code == PERSIST_OK) {
    printf("clean, %d commit\n", (int)stats.newest_version);
  } else {
    fprintf(stderr, "%s\n", persist_error_message(error));
    persist_error_free(error);
  }
  persist_database_free(database);
  return code == PERSIST_OK ? 0 : 1;
}
