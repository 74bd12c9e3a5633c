/* The C interface of libpersist: an in-memory transactional key-value store whose log and snapshots
 * are the files of the SurrealMX engine, and the tools for such files. Made for programs in C and for
 * bindings of other languages; it is all that libpersist.so exports.
 *
 *   persist_database *database = NULL;
 *   persist_open_options options = {.struct_size = sizeof options,
 *                                   .aol_mode = PERSIST_AOL_SYNCHRONOUS,
 *                                   .fsync_mode = PERSIST_FSYNC_EVERY_APPEND};
 *   persist_error *error = NULL;
 *   if (persist_database_open("data", &options, &database, &error) != PERSIST_OK) {
 *     fprintf(stderr, "%s\n", persist_error_message(error));
 *     persist_error_free(error);
 *   }
 *
 * Errors. A call that can fail returns a persist_code and takes a `persist_error **error` last, which
 * may be NULL. On failure *error receives an object that the caller frees with persist_error_free();
 * on success it is set to NULL; what it held before is overwritten, not freed. On failure the other
 * results are NULL or 0. Nothing aborts, prints or throws, not even when memory runs out.
 *
 * Arguments. A result (`persist_x **out`, `char **text`) must not be NULL unless "may be NULL" is
 * said. NULL where a handle belongs is PERSIST_INVALID_ARGUMENT, but every _free() takes NULL. Paths
 * and other text are NUL-terminated; keys and values are any bytes, with their length in bytes beside
 * them, and NULL with length 0 is an empty one. What is handed in is copied before the call returns.
 *
 * Ownership. Whatever a call hands out through a `**` belongs to the caller, who frees it with the
 * function of its type; texts with persist_text_free(). A `const` pointer is borrowed and lives as
 * long as the function says. Handles may be freed in any order: a transaction keeps what it needs of
 * its database, a cursor what it needs of its transaction.
 *
 * Threads. Any number of threads may use one persist_database at once, closing included; only
 * persist_database_free() must be the last call that is given it. All other handles are used by one
 * thread at a time, which need not be the one that made them. The only global state is a list of the
 * files that databases of this process have open, which any thread may use: it makes a second open
 * PERSIST_BUSY. After fork() the child must not use the parent's handles.
 *
 * Structures. Set `struct_size` to the structure's size and all else to zero: zero means the default
 * everywhere. A later version of the library only appends members, so a program that was built for
 * an older one goes on working; a member that this version does not know must be zero, else the call
 * fails with PERSIST_UNSUPPORTED. No enumerator ever changes its value; new error codes may come.
 */
#ifndef PERSIST_PERSIST_H
#define PERSIST_PERSIST_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define PERSIST_API __attribute__((visibility("default")))
#define PERSIST_CHECKED __attribute__((warn_unused_result))
#else
#define PERSIST_API
#define PERSIST_CHECKED
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* The library's version, "1.2.3"; lives for ever. */
PERSIST_API const char *persist_version(void);

/* ---- Errors ---------------------------------------------------------------------------------- */

typedef enum persist_code {
  PERSIST_OK = 0,
  PERSIST_NOT_FOUND = 1,         /* the file, directory, version or savepoint is not there */
  PERSIST_PERMISSION = 2,        /* it is there and may not be touched */
  PERSIST_EXISTS = 3,            /* put: the key has a value; an output is already there */
  PERSIST_NO_SPACE = 4,          /* the disk is full */
  PERSIST_IO = 5,                /* any other error of the file system */
  PERSIST_DAMAGED = 6,           /* bytes that no release writes */
  PERSIST_NOT_A_DATABASE = 7,    /* the target is no such file at all */
  PERSIST_NEWER_FORMAT = 8,      /* written by a newer release */
  PERSIST_BUSY = 9,              /* another process, or another handle of this one, writes there */
  PERSIST_CHANGED = 10,          /* the files are not those a plan was made for */
  PERSIST_LIMIT = 11,            /* a limit of the caller's, of the format's or on threads */
  PERSIST_INVALID_ARGUMENT = 12, /* the call itself is wrong */
  PERSIST_INTERRUPTED = 13,      /* the caller's progress function asked to stop */
  PERSIST_CONFLICT = 14,         /* a transaction lost to one that committed first: try it again */
  PERSIST_CLOSED = 15,           /* the transaction or database is closed */
  PERSIST_READ_ONLY = 16,        /* a write in a read transaction */
  PERSIST_MISMATCH = 17,         /* a conditional write met another value */
  PERSIST_QUEUE_FULL = 18,       /* the asynchronous queue has no room; nothing was applied */
  PERSIST_POISONED = 19,         /* the log failed earlier; nothing more is accepted */
  PERSIST_UNSUPPORTED = 20,      /* the target cannot hold what was asked for; an unknown option */
  PERSIST_NO_MEMORY = 21,        /* memory ran out */
  PERSIST_INTERNAL = 22,         /* a defect of this library */
  PERSIST_END = 23               /* persist_cursor_next: no more rows; makes no persist_error */
} persist_code;

/* "not_found", "busy"; "unknown" for a number that is no code. Lives for ever. */
PERSIST_API const char *persist_code_name(int code);

typedef struct persist_error persist_error;

/* Each takes NULL, which stands for no error. Texts live as long as the error. */
PERSIST_API persist_code persist_error_code(const persist_error *error);
/* The whole of it for people: file, offset, what is wrong, the system's words, what to do next. */
PERSIST_API const char *persist_error_message(const persist_error *error);
/* The file concerned, or NULL. */
PERSIST_API const char *persist_error_path(const persist_error *error);
/* What to do next, or NULL. */
PERSIST_API const char *persist_error_advice(const persist_error *error);
/* The place in that file in bytes, or -1. */
PERSIST_API int64_t persist_error_offset(const persist_error *error);
/* errno where the system failed, else 0. */
PERSIST_API int persist_error_os_error(const persist_error *error);
PERSIST_API void persist_error_free(persist_error *error);

PERSIST_API void persist_text_free(char *text);

/* ---- Databases ------------------------------------------------------------------------------- */

typedef struct persist_database persist_database;

/* What the append-only log (AOL) promises. */
enum {
  PERSIST_AOL_NEVER = 0,       /* no log: only snapshots survive */
  PERSIST_AOL_SYNCHRONOUS = 1, /* a commit returns once it is in the log */
  PERSIST_AOL_ASYNCHRONOUS = 2 /* a commit returns at once; the log follows in its order */
};
/* When the log is brought to stable storage. Closing always does it. */
enum { PERSIST_FSYNC_NEVER = 0, PERSIST_FSYNC_EVERY_APPEND = 1, PERSIST_FSYNC_INTERVAL = 2 };
/* When snapshots are taken without being asked for; by interval, without a log, also at close. */
enum { PERSIST_SNAPSHOT_NEVER = 0, PERSIST_SNAPSHOT_INTERVAL = 1 };
enum { PERSIST_COMPRESSION_NONE = 0, PERSIST_COMPRESSION_LZ4 = 1 };
/* The engine releases whose files are written. */
enum {
  PERSIST_LINE_NEWEST = 0,
  PERSIST_LINE_0_18 = 1,
  PERSIST_LINE_0_27 = 2,
  PERSIST_LINE_1_0 = 3,
  PERSIST_LINE_1_1 = 4
};
#define PERSIST_KEEP_ALL_HISTORY UINT64_MAX

typedef struct persist_open_options {
  size_t struct_size;
  const char *log_path;      /* relative to the directory, or absolute; NULL: aol.bin */
  const char *snapshot_path; /* the same; NULL: snapshot.bin. One outside the directory must not be
                              * another process's: only this one's databases are refused it */
  int aol_mode;              /* PERSIST_AOL_... */
  int fsync_mode;            /* PERSIST_FSYNC_... */
  uint64_t fsync_interval_ms; /* 0: 1000 */
  int snapshot_mode;         /* PERSIST_SNAPSHOT_... */
  int compression;           /* of snapshots; PERSIST_COMPRESSION_... */
  uint64_t snapshot_interval_ms; /* 0: 60000 */
  int compression_level;     /* 0: the library's choice */
  int release_line;          /* PERSIST_LINE_... */
  /* The asynchronous queue's limits, 0: none. A commit that would pass one fails with
   * PERSIST_QUEUE_FULL and stays open, to be tried again. It counts as key bytes + value bytes + 16
   * for each record. */
  uint64_t max_queued_commits;
  uint64_t max_queued_bytes;
  /* How far back a transaction may look: commits behind the newest (line 0.18: nanoseconds). After a
   * reopen no further than the files do: from line 0.27 on, to the last snapshot. */
  uint64_t history_versions;
} persist_open_options;

/* Opens the database in `directory`, which is created when it is not there. `options` may be NULL:
 * then nothing is logged. Sound files of the chosen line are left as they are; a torn tail of the log
 * is copied aside, then cut; an older line's files are taken over. Errors: PERSIST_BUSY at once when
 * somebody else writes there; PERSIST_DAMAGED when more than a torn tail is wrong (see
 * persist_repair_plan_make()); PERSIST_NEWER_FORMAT; PERSIST_LIMIT; those of the file system. */
PERSIST_API PERSIST_CHECKED persist_code persist_database_open(const char *directory,
                                                               const persist_open_options *options,
                                                               persist_database **database,
                                                               persist_error **error);

/* Writes what is queued, syncs, stops all workers and gives the directory free. Waits for calls that
 * run; those that begin meanwhile fail with PERSIST_CLOSED. Returns the first failure of any of it,
 * or why the log failed earlier; a second call returns the same. Open transactions can still read;
 * all else fails with PERSIST_CLOSED afterwards. The handle has to be freed all the same. */
PERSIST_API persist_code persist_database_close(persist_database *database, persist_error **error);

/* Frees the handle. Without persist_database_close() the last of the database and its transactions to
 * go does what that does, and nobody hears of a failure. */
PERSIST_API void persist_database_free(persist_database *database);

/* Writes a snapshot and cuts the log behind it, while transactions go on. `version` (may be NULL)
 * receives the version that it covers. */
PERSIST_API PERSIST_CHECKED persist_code persist_database_snapshot(persist_database *database,
                                                                   uint64_t *version,
                                                                   persist_error **error);
/* Returns when every commit that returned is in the log. */
PERSIST_API PERSIST_CHECKED persist_code persist_database_drain(persist_database *database,
                                                                persist_error **error);
/* Brings every commit that returned to stable storage, whatever the modes. */
PERSIST_API PERSIST_CHECKED persist_code persist_database_sync(persist_database *database,
                                                               persist_error **error);

/* PERSIST_OK while the log works. Once a write or sync of it has failed, the reason: reads go on,
 * every commit fails, until the database is opened anew. */
PERSIST_API PERSIST_CHECKED persist_code persist_database_health(persist_database *database,
                                                                 persist_error **error);

typedef enum persist_worker {
  PERSIST_WORKER_FSYNC = 0,
  PERSIST_WORKER_SNAPSHOT = 1,
  PERSIST_WORKER_APPENDER = 2 /* of the asynchronous mode */
} persist_worker;

/* The background worker's last failure, PERSIST_OK when it succeeded since or does not run. */
PERSIST_API PERSIST_CHECKED persist_code persist_database_worker_health(persist_database *database,
                                                                        persist_worker worker,
                                                                        persist_error **error);

/* Numbers of one moment each, not of one moment together. */
typedef struct persist_stats {
  size_t struct_size;
  uint64_t keys; /* in memory, deleted ones included until no reader needs them */
  uint64_t versions;
  uint64_t data_bytes;     /* of those keys and values */
  uint64_t newest_version; /* what a transaction that begins now reads */
  uint64_t oldest_readable_version;
  uint64_t open_transactions; /* and one more while a snapshot is taken */
  uint64_t oldest_pinned_version; /* newest_version when none is open, and no snapshot is taken */
  uint64_t logged_version;        /* the newest version in the log file */
  uint64_t log_bytes;
  uint64_t log_synced_bytes; /* of those, on stable storage for certain */
  uint64_t queued_commits;   /* asynchronous mode */
  uint64_t queued_bytes;
  uint64_t refused_commits;  /* for want of room in the queue */
  uint64_t snapshot_version; /* of the newest one written here, or found at open when the log adds
                                nothing to it; 0 else */
  uint64_t fsync_runs;       /* of each worker: runs that had something to do */
  uint64_t fsync_last_ns;
  uint64_t snapshot_runs;
  uint64_t snapshot_last_ns;
  uint64_t appender_runs;
  uint64_t appender_last_ns;
} persist_stats;

/* Fills `stats`, whose struct_size is set; members that this version does not know become 0. */
PERSIST_API PERSIST_CHECKED persist_code persist_database_stats(persist_database *database,
                                                                persist_stats *stats,
                                                                persist_error **error);

/* ---- Transactions ---------------------------------------------------------------------------- */

/* A view of the database as it was when the transaction began, with its own writes on top. After
 * commit or cancel every call but _free() fails with PERSIST_CLOSED. */
typedef struct persist_transaction persist_transaction;

enum {
  /* Commit fails with PERSIST_CONFLICT when another transaction wrote one of the same keys. */
  PERSIST_TRANSACTION_WRITE = 0,
  /* ... and when a key that was read, or any key of a range that was scanned, was written: what the
   * Rust engine's transactions do where nothing is chosen. */
  PERSIST_TRANSACTION_SERIALIZABLE = 1,
  PERSIST_TRANSACTION_READ = 2 /* writes fail with PERSIST_READ_ONLY */
};

PERSIST_API PERSIST_CHECKED persist_code persist_database_begin(persist_database *database,
                                                                int kind,
                                                                persist_transaction **transaction,
                                                                persist_error **error);
/* Reads the past. Errors: PERSIST_NOT_FOUND when that version is not kept any more
 * (history_versions), PERSIST_INVALID_ARGUMENT when it is above the newest. */
PERSIST_API PERSIST_CHECKED persist_code persist_database_begin_read_at(
    persist_database *database, uint64_t version, persist_transaction **transaction,
    persist_error **error);

/* *value is NULL when there is no such key; an empty value is not NULL. The bytes live until the
 * next call that writes to, rolls back, or ends this transaction. */
PERSIST_API PERSIST_CHECKED persist_code persist_transaction_get(persist_transaction *transaction,
                                                                 const void *key, size_t key_size,
                                                                 const void **value,
                                                                 size_t *value_size,
                                                                 persist_error **error);
/* *exists becomes 1 or 0. */
PERSIST_API PERSIST_CHECKED persist_code
persist_transaction_exists(persist_transaction *transaction, const void *key, size_t key_size,
                           int *exists, persist_error **error);

PERSIST_API PERSIST_CHECKED persist_code persist_transaction_set(persist_transaction *transaction,
                                                                 const void *key, size_t key_size,
                                                                 const void *value,
                                                                 size_t value_size,
                                                                 persist_error **error);
/* PERSIST_EXISTS when the key has a value. */
PERSIST_API PERSIST_CHECKED persist_code persist_transaction_put(persist_transaction *transaction,
                                                                 const void *key, size_t key_size,
                                                                 const void *value,
                                                                 size_t value_size,
                                                                 persist_error **error);
/* Sets when the present value equals `expected`, else PERSIST_MISMATCH. `expected` NULL: the key has
 * no value; an empty value is expected by any other pointer with length 0. */
PERSIST_API PERSIST_CHECKED persist_code persist_transaction_putc(
    persist_transaction *transaction, const void *key, size_t key_size, const void *value,
    size_t value_size, const void *expected, size_t expected_size, persist_error **error);
/* Deleting what is not there is no error. */
PERSIST_API PERSIST_CHECKED persist_code persist_transaction_del(persist_transaction *transaction,
                                                                 const void *key, size_t key_size,
                                                                 persist_error **error);
/* Deletes when the present value equals `expected`, as with putc. */
PERSIST_API PERSIST_CHECKED persist_code persist_transaction_delc(
    persist_transaction *transaction, const void *key, size_t key_size, const void *expected,
    size_t expected_size, persist_error **error);

/* Savepoints nest. Rollback undoes every write since the newest one and removes it; release removes
 * it and keeps the writes. PERSIST_NOT_FOUND when there is none. */
PERSIST_API PERSIST_CHECKED persist_code
persist_transaction_set_savepoint(persist_transaction *transaction, persist_error **error);
PERSIST_API PERSIST_CHECKED persist_code
persist_transaction_rollback_to_savepoint(persist_transaction *transaction, persist_error **error);
PERSIST_API PERSIST_CHECKED persist_code
persist_transaction_release_savepoint(persist_transaction *transaction, persist_error **error);

/* Makes all writes visible at one version, which `version` (may be NULL) receives, once the log holds
 * them as the modes promise. The transaction is over, whatever comes back, but for
 * PERSIST_QUEUE_FULL. Errors: PERSIST_CONFLICT, PERSIST_LIMIT when a frame cannot hold them,
 * PERSIST_NO_MEMORY, PERSIST_POISONED, PERSIST_CLOSED; one of the file system says that the commit is
 * not visible, and may or may not survive a crash. */
PERSIST_API PERSIST_CHECKED persist_code persist_transaction_commit(
    persist_transaction *transaction, uint64_t *version, persist_error **error);
PERSIST_API persist_code persist_transaction_cancel(persist_transaction *transaction,
                                                    persist_error **error);
/* The version that is read; 0 for NULL. */
PERSIST_API uint64_t persist_transaction_version(const persist_transaction *transaction);
/* 1 until commit or cancel; 0 for NULL. */
PERSIST_API int persist_transaction_is_open(const persist_transaction *transaction);
/* Cancels when that is still to do. */
PERSIST_API void persist_transaction_free(persist_transaction *transaction);

/* ---- Scans ----------------------------------------------------------------------------------- */

typedef struct persist_scan_options {
  size_t struct_size;
  const void *from; /* inclusive, in either direction; NULL: from the first key */
  size_t from_size;
  const void *to; /* exclusive; NULL: to the last key */
  size_t to_size;
  const void *prefix; /* only keys that begin so; not together with from or to; NULL: all */
  size_t prefix_size;
  uint64_t skip;  /* rows to leave out first */
  uint64_t limit; /* rows after those; 0: no limit */
  int descending; /* not 0: from the greatest key down */
  int keys_only;  /* not 0: values are not copied; each is NULL */
} persist_scan_options;

typedef struct persist_row {
  const void *key; /* never NULL */
  size_t key_size;
  const void *value;
  size_t value_size;
} persist_row;

/* Rows in the order of their keys' bytes. */
typedef struct persist_cursor persist_cursor;

/* `options` may be NULL: everything. The cursor shows the transaction's own writes up to now; of
 * writes made while it is used it may show some. In a serializable transaction the rows that it reads
 * ahead count as read. */
PERSIST_API PERSIST_CHECKED persist_code
persist_transaction_scan(persist_transaction *transaction, const persist_scan_options *options,
                         persist_cursor **cursor, persist_error **error);
/* PERSIST_OK with a row, whose bytes live until the next call with this cursor; PERSIST_END behind
 * the last; PERSIST_CLOSED when the transaction is over. */
PERSIST_API PERSIST_CHECKED persist_code persist_cursor_next(persist_cursor *cursor,
                                                             persist_row *row,
                                                             persist_error **error);
PERSIST_API void persist_cursor_free(persist_cursor *cursor);

/* How many rows such a scan has. `options` may be NULL. */
PERSIST_API PERSIST_CHECKED persist_code
persist_transaction_count(persist_transaction *transaction, const persist_scan_options *options,
                          uint64_t *count, persist_error **error);

/* Says whether two databases hold the same data, as `persist load` prints it: "xxh3-128:" and 32
 * hexadecimal digits over what this transaction sees. `live_keys` may be NULL. */
PERSIST_API PERSIST_CHECKED persist_code
persist_transaction_fingerprint(persist_transaction *transaction, char **fingerprint,
                                uint64_t *live_keys, persist_error **error);

/* ---- Tools for the files of a database, open or not -------------------------------------------- */

/* Called at the start and then now and then with the number of bytes read so far; anything but 0 ends the call with
 * PERSIST_INTERRUPTED. It may be called on a thread of the library's, never twice at once, and must
 * neither throw nor jump out. */
typedef int (*persist_progress)(void *context, uint64_t bytes_read);

typedef struct persist_verify_options {
  size_t struct_size;
  const char *log_path;      /* as in persist_open_options */
  const char *snapshot_path;
  const char *temp_dir; /* looked into for log ends that releases up to 0.27 left; NULL: not looked for */
  int skip_forecast;    /* not 0: says nothing of what each engine release would do */
  int reserved;         /* 0 */
  persist_progress progress; /* may be NULL */
  void *context;             /* handed to it */
} persist_verify_options;

enum {
  PERSIST_VERDICT_CLEAN = 0,
  PERSIST_VERDICT_TORN_TAIL = 1, /* what an interrupted write leaves at the end of a sound file */
  PERSIST_VERDICT_DAMAGED = 2    /* committed data is or may be gone, or hidden from the engine */
};

typedef struct persist_verify_summary {
  size_t struct_size;
  int verdict; /* PERSIST_VERDICT_... */
  int live;    /* 1: somebody writes there; the log was read up to the length it had */
  uint64_t errors;
  uint64_t warnings;
  uint64_t bytes;   /* of both files */
  uint64_t commits; /* whole ones in the log */
  uint64_t records;
} persist_verify_summary;

/* Reads every byte of the database in `directory` and changes none. Whatever is wrong with the
 * contents is a finding and no error. `options`, `summary` and `json` may be NULL; `json` receives
 * what `persist verify --json` prints (schema persist.verify/1), without "seconds". */
PERSIST_API PERSIST_CHECKED persist_code persist_verify(const char *directory,
                                                        const persist_verify_options *options,
                                                        persist_verify_summary *summary,
                                                        char **json, persist_error **error);

typedef struct persist_fingerprint_options {
  size_t struct_size;
  const char *log_path; /* as in persist_open_options */
  const char *snapshot_path;
  const char *temp_dir;      /* for what does not fit into memory; NULL: /tmp */
  uint64_t max_memory_bytes; /* 0: 1 GiB */
  persist_progress progress; /* may be NULL */
  void *context;             /* handed to it */
} persist_fingerprint_options;

/* The fingerprint of the database in `directory`, read from its files. `options` and `live_keys` may
 * be NULL. PERSIST_DAMAGED when more than a torn tail is wrong. */
PERSIST_API PERSIST_CHECKED persist_code persist_fingerprint(
    const char *directory, const persist_fingerprint_options *options, char **fingerprint,
    uint64_t *live_keys, persist_error **error);

typedef struct persist_repair_options {
  size_t struct_size;
  const char *log_path; /* as in persist_open_options */
  const char *snapshot_path;
  int strict;            /* not 0: leave out commits and entries that only look whole */
  int distrust_snapshot; /* not 0: apply the log's commits that the snapshot says it covers */
  /* Applying a plan that loses more than this fails with PERSIST_LIMIT. */
  int has_max_lost_commits; /* not 0: max_lost_commits counts */
  int has_max_lost_bytes;   /* not 0: max_lost_bytes counts */
  uint64_t max_lost_commits;
  uint64_t max_lost_bytes;
  const char *const *adopt; /* leftovers (paths that a plan's JSON offers) whose commits are added */
  size_t adopt_count;
  const char *truncation_dir; /* looked into for log ends that releases up to 0.27 left; NULL: none */
  const char *temp_dir;       /* for what does not fit into memory; NULL: /tmp */
  uint64_t max_memory_bytes;  /* 0: 1 GiB */
  persist_progress progress;  /* may be NULL; called by planning and by applying */
  void *context;              /* handed to it */
} persist_repair_options;

/* What could be brought back, bound to the files as they were. */
typedef struct persist_repair_plan persist_repair_plan;

typedef struct persist_repair_summary {
  size_t struct_size;
  int needed; /* 0: nothing is to be repaired, and applying does nothing. 1 also where snapshot and log
               * contradict each other (an error in the JSON's `lineage`): only distrust_snapshot
               * settles that */
  int live;   /* 1: somebody writes there; applying in place will say PERSIST_BUSY */
  uint64_t recovered_commits;     /* that the repaired log has */
  uint64_t commits_behind_damage; /* of those: what stopping at the first damage would have lost */
  uint64_t recovered_entries;     /* that a repaired snapshot has */
  uint64_t uncertain_commits;     /* recovered, but nothing proves that they are whole; entries, too */
  uint64_t lost_commits;          /* at least; a torn tail does not count */
  uint64_t lost_bytes;
  uint64_t live_keys; /* of the repaired database */
} persist_repair_summary;

/* Reads the database in `directory`, changes nothing, and says what a repair would bring back.
 * `options` may be NULL. Errors: PERSIST_NOT_FOUND, PERSIST_NOT_A_DATABASE, PERSIST_NEWER_FORMAT,
 * PERSIST_INTERRUPTED, PERSIST_INVALID_ARGUMENT when `adopt` names what is no leftover, or log and
 * snapshot are one file. */
PERSIST_API PERSIST_CHECKED persist_code
persist_repair_plan_make(const char *directory, const persist_repair_options *options,
                         persist_repair_plan **plan, persist_error **error);
/* Fills `summary`, whose struct_size is set. */
PERSIST_API PERSIST_CHECKED persist_code
persist_repair_plan_summary(const persist_repair_plan *plan, persist_repair_summary *summary,
                            persist_error **error);
/* What `persist repair --decode surrealdb --json` prints of it (schema persist.repair/1). */
PERSIST_API PERSIST_CHECKED persist_code persist_repair_plan_json(const persist_repair_plan *plan,
                                                                  char **json,
                                                                  persist_error **error);
/* Carries the plan out. `output_directory` NULL: in place; the originals and a report are kept in
 * repair-<UTC time>/ beside the new files. Else the repaired database is written there, into a
 * directory that is empty or missing, and the damaged one is left alone. `json` (may be NULL) receives
 * what that prints after `--apply` or `--output`. Errors: PERSIST_BUSY; PERSIST_CHANGED when the files
 * are not those of the plan; PERSIST_LIMIT; PERSIST_EXISTS; those of the file system. Whatever it is,
 * the directory holds the old files or the new ones. */
PERSIST_API PERSIST_CHECKED persist_code persist_repair_plan_apply(persist_repair_plan *plan,
                                                                   const char *output_directory,
                                                                   char **json,
                                                                   persist_error **error);
PERSIST_API void persist_repair_plan_free(persist_repair_plan *plan);

/* Puts the newest originals back that a repair in place kept. `options` may be NULL; only its paths
 * count. `originals` (may be NULL) receives the directory that they came from. PERSIST_NOT_FOUND when
 * there are none; PERSIST_CHANGED when the database was written to since; PERSIST_DAMAGED when an
 * original is not any more what the repair kept. */
PERSIST_API PERSIST_CHECKED persist_code persist_repair_undo(const char *directory,
                                                             const persist_repair_options *options,
                                                             char **originals,
                                                             persist_error **error);

#ifdef __cplusplus
}
#endif

#endif
