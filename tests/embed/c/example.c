/* libpersist from C: opens a database in the directory it is given, works with it in every way that
 * the interface has, and checks what comes back.
 *
 *   cc example.c $(pkg-config --cflags --libs persist) && ./a.out DIRECTORY
 */
#include <persist/persist.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Ends the program with the error's own words. */
static void must(persist_code code, persist_error *error, const char *call) {
  if (code == PERSIST_OK) return;
  fprintf(stderr, "%s: %s: %s\n", call, persist_code_name((int)code), persist_error_message(error));
  persist_error_free(error);
  exit(EXIT_FAILURE);
}
static void check(int holds, const char *what) {
  if (holds) return;
  fprintf(stderr, "does not hold: %s\n", what);
  exit(EXIT_FAILURE);
}

#define MUST(call)                          \
  do {                                      \
    persist_error *error = NULL;            \
    const persist_code code = (call);       \
    must(code, error, #call);               \
  } while (0)
#define CHECK(condition) check((condition), #condition)

static persist_transaction *begin(persist_database *database, int kind) {
  persist_transaction *transaction = NULL;
  MUST(persist_database_begin(database, kind, &transaction, &error));
  return transaction;
}

static void set(persist_transaction *transaction, const char *key, const char *value) {
  MUST(persist_transaction_set(transaction, key, strlen(key), value, strlen(value), &error));
}

/* Whether the key has that value; NULL: no value. */
static int has(persist_transaction *transaction, const char *key, const char *value) {
  const void *found = NULL;
  size_t found_size = 0;
  MUST(persist_transaction_get(transaction, key, strlen(key), &found, &found_size, &error));
  if (found == NULL || value == NULL) return found == NULL && value == NULL;
  return found_size == strlen(value) && memcmp(found, value, found_size) == 0;
}

static uint64_t commit(persist_transaction *transaction) {
  uint64_t version = 0;
  MUST(persist_transaction_commit(transaction, &version, &error));
  persist_transaction_free(transaction);
  return version;
}

/* The keys of a scan, each followed by a space. */
static void join_keys(persist_transaction *transaction, const persist_scan_options *options,
                      char *text, size_t text_size) {
  persist_cursor *cursor = NULL;
  persist_row row;
  persist_error *error = NULL;
  persist_code code;
  size_t used = 0;
  MUST(persist_transaction_scan(transaction, options, &cursor, &error));
  while ((code = persist_cursor_next(cursor, &row, &error)) == PERSIST_OK) {
    CHECK(used + row.key_size + 2 <= text_size);
    memcpy(text + used, row.key, row.key_size);
    used += row.key_size;
    text[used++] = ' ';
  }
  if (code != PERSIST_END) must(code, error, "persist_cursor_next");
  text[used] = '\0';
  persist_cursor_free(cursor);
}

static void use_conditions_and_savepoints(persist_database *database) {
  persist_transaction *writer = begin(database, PERSIST_TRANSACTION_WRITE);
  /* Error slots are optional: NULL where only the code matters. */
  CHECK(persist_transaction_put(writer, "apple", 5, "x", 1, NULL) == PERSIST_EXISTS);
  CHECK(persist_transaction_putc(writer, "apple", 5, "x", 1, "blue", 4, NULL) == PERSIST_MISMATCH);
  MUST(persist_transaction_putc(writer, "apple", 5, "green", 5, "red", 3, &error));
  MUST(persist_transaction_putc(writer, "quince", 6, "gold", 4, NULL, 0, &error)); /* no value yet */
  MUST(persist_transaction_set_savepoint(writer, &error));
  MUST(persist_transaction_delc(writer, "apple", 5, "green", 5, &error));
  CHECK(has(writer, "apple", NULL));
  MUST(persist_transaction_rollback_to_savepoint(writer, &error));
  CHECK(has(writer, "apple", "green"));
  commit(writer);
}

static void use_scans(persist_database *database) {
  persist_transaction *reader = begin(database, PERSIST_TRANSACTION_READ);
  persist_scan_options options = {.struct_size = sizeof options};
  char keys[100];
  uint64_t count = 0;
  join_keys(reader, &options, keys, sizeof keys);
  CHECK(strcmp(keys, "apple banana cherry quince ") == 0);
  options.descending = 1;
  options.skip = 1;
  options.limit = 2;
  join_keys(reader, &options, keys, sizeof keys);
  CHECK(strcmp(keys, "cherry banana ") == 0);
  MUST(persist_transaction_count(reader, NULL, &count, &error));
  CHECK(count == 4);
  persist_transaction_free(reader);
}

static void look_back(persist_database *database, uint64_t version) {
  persist_transaction *past = NULL;
  MUST(persist_database_begin_read_at(database, version, &past, &error));
  CHECK(has(past, "apple", "red"));
  CHECK(has(past, "quince", NULL));
  persist_transaction_free(past);
}

/* Two transactions write one key: the second to commit is told to try again. */
static void lose_a_race(persist_database *database) {
  persist_transaction *first = begin(database, PERSIST_TRANSACTION_WRITE);
  persist_transaction *second = begin(database, PERSIST_TRANSACTION_WRITE);
  set(first, "banana", "ripe");
  set(second, "banana", "brown");
  commit(first);
  CHECK(persist_transaction_commit(second, NULL, NULL) == PERSIST_CONFLICT);
  CHECK(persist_transaction_commit(second, NULL, NULL) == PERSIST_CLOSED);
  persist_transaction_free(second);
}

static void take_stock(persist_database *database) {
  persist_stats stats = {.struct_size = sizeof stats};
  uint64_t covered = 0;
  MUST(persist_database_snapshot(database, &covered, &error));
  MUST(persist_database_stats(database, &stats, &error));
  CHECK(stats.newest_version == covered && stats.snapshot_version == covered);
  CHECK(stats.open_transactions == 0);
  MUST(persist_database_health(database, &error)); /* the log has not failed */
}

static void work(const char *directory) {
  persist_open_options options = {.struct_size = sizeof options,
                                  .aol_mode = PERSIST_AOL_SYNCHRONOUS,
                                  .fsync_mode = PERSIST_FSYNC_EVERY_APPEND,
                                  .history_versions = PERSIST_KEEP_ALL_HISTORY};
  persist_database *database = NULL;
  persist_database *second = NULL;
  persist_transaction *writer = NULL;
  uint64_t version = 0;
  MUST(persist_database_open(directory, &options, &database, &error));
  CHECK(persist_database_open(directory, &options, &second, NULL) == PERSIST_BUSY);
  writer = begin(database, PERSIST_TRANSACTION_SERIALIZABLE);
  set(writer, "apple", "red");
  set(writer, "banana", "yellow");
  set(writer, "cherry", "");
  version = commit(writer);

  use_conditions_and_savepoints(database);
  use_scans(database);
  look_back(database, version);
  lose_a_race(database);
  take_stock(database);
  writer = begin(database, PERSIST_TRANSACTION_WRITE);
  set(writer, "damson", "blue");
  commit(writer);
  MUST(persist_database_close(database, &error));
  persist_database_free(database);
}

/* Copies the log and changes a byte in its middle on the way. */
static void damage_a_copy(const char *from, const char *to) {
  FILE *in = fopen(from, "rb");
  FILE *out = fopen(to, "wb");
  long middle;
  long at = 0;
  int byte;
  CHECK(in != NULL && out != NULL);
  CHECK(fseek(in, 0, SEEK_END) == 0);
  middle = ftell(in) / 2;
  rewind(in);
  while ((byte = fgetc(in)) != EOF) {
    CHECK(fputc(at++ == middle ? byte ^ 1 : byte, out) != EOF);
  }
  CHECK(fclose(in) == 0 && fclose(out) == 0);
}

/* A database whose log has many commits, so that one that is damaged has others behind it. */
static void write_many(const char *directory) {
  persist_open_options options = {.struct_size = sizeof options,
                                  .aol_mode = PERSIST_AOL_SYNCHRONOUS,
                                  .fsync_mode = PERSIST_FSYNC_EVERY_APPEND};
  persist_database *database = NULL;
  MUST(persist_database_open(directory, &options, &database, &error));
  for (int i = 0; i < 9; ++i) {
    const char key[] = {(char)('1' + i), '\0'};
    persist_transaction *writer = begin(database, PERSIST_TRANSACTION_WRITE);
    set(writer, key, "a value so long that most of the log's bytes, and its middle one, are values");
    commit(writer);
  }
  MUST(persist_database_close(database, &error));
  persist_database_free(database);
}

static int verdict_of(const char *directory) {
  persist_verify_summary summary = {.struct_size = sizeof summary};
  MUST(persist_verify(directory, NULL, &summary, NULL, &error));
  return summary.verdict;
}

/* Paths below the directory that the program was given. */
static const char *below(const char *directory, const char *name) {
  static char paths[8][4096];
  static int next;
  char *path = paths[next++ % 8];
  CHECK(snprintf(path, sizeof paths[0], "%s/%s", directory, name) < (int)sizeof paths[0]);
  return path;
}

static void rescue(const char *directory) {
  const char *sound = below(directory, "sound");
  const char *damaged = below(directory, "damaged");
  const char *repaired = below(directory, "repaired");
  persist_open_options options = {.struct_size = sizeof options,
                                  .aol_mode = PERSIST_AOL_SYNCHRONOUS};
  persist_database *database = NULL;
  persist_repair_plan *plan = NULL;
  persist_repair_summary summary = {.struct_size = sizeof summary};
  char *fingerprint = NULL;
  char *report = NULL;
  uint64_t live_keys = 0;
  write_many(sound);
  CHECK(verdict_of(sound) == PERSIST_VERDICT_CLEAN);
  /* Opening what is not there makes an empty database: here only for its directory. */
  MUST(persist_database_open(damaged, &options, &database, &error));
  persist_database_free(database);
  damage_a_copy(below(sound, "aol.bin"), below(damaged, "aol.bin"));
  CHECK(verdict_of(damaged) == PERSIST_VERDICT_DAMAGED);
  CHECK(persist_database_open(damaged, &options, &database, NULL) == PERSIST_DAMAGED);

  MUST(persist_repair_plan_make(damaged, NULL, &plan, &error));
  MUST(persist_repair_plan_summary(plan, &summary, &error));
  CHECK(summary.needed && summary.lost_commits == 1 && summary.recovered_commits == 8);
  MUST(persist_repair_plan_apply(plan, repaired, &report, &error));
  CHECK(strstr(report, "\"schema\":\"persist.repair/1\"") != NULL);
  persist_text_free(report);
  persist_repair_plan_free(plan);
  CHECK(verdict_of(repaired) == PERSIST_VERDICT_CLEAN);
  MUST(persist_fingerprint(repaired, NULL, &fingerprint, &live_keys, &error));
  CHECK(live_keys == 8);
  persist_text_free(fingerprint);
}

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
    return 64;
  }
  work(below(argv[1], "work"));
  rescue(argv[1]);
  printf("libpersist %s: all well\n", persist_version());
  return EXIT_SUCCESS;
}
