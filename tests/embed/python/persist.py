"""A small binding of libpersist by ctypes alone: enough to show what one looks like.

Handles free themselves, in whatever order Python likes; errors are exceptions; bytes are copied out
before the next call can change them.
"""
import ctypes
import json
from ctypes import byref, c_char_p, c_int, c_int64, c_size_t, c_uint64, c_void_p

OK, END = 0, 23
WRITE, SERIALIZABLE, READ = 0, 1, 2
AOL_SYNCHRONOUS = 1
FSYNC_EVERY_APPEND = 1
KEEP_ALL_HISTORY = 2**64 - 1


class Structure(ctypes.Structure):
    """One of persist.h's structures: its size is set, and all else is zero but what is given."""

    def __init__(self, **members):
        super().__init__(struct_size=ctypes.sizeof(type(self)), **members)


class OpenOptions(Structure):
    _fields_ = [("struct_size", c_size_t), ("log_path", c_char_p), ("snapshot_path", c_char_p),
                ("aol_mode", c_int), ("fsync_mode", c_int), ("fsync_interval_ms", c_uint64),
                ("snapshot_mode", c_int), ("compression", c_int),
                ("snapshot_interval_ms", c_uint64), ("compression_level", c_int),
                ("release_line", c_int), ("max_queued_commits", c_uint64),
                ("max_queued_bytes", c_uint64), ("history_versions", c_uint64)]


class ScanOptions(Structure):
    _fields_ = [("struct_size", c_size_t), ("start", c_char_p), ("start_size", c_size_t),
                ("end", c_char_p), ("end_size", c_size_t), ("prefix", c_char_p),
                ("prefix_size", c_size_t), ("skip", c_uint64), ("limit", c_uint64),
                ("descending", c_int), ("keys_only", c_int)]


class Stats(Structure):
    _fields_ = [("struct_size", c_size_t)] + [(name, c_uint64) for name in (
        "keys", "versions", "data_bytes", "newest_version", "oldest_readable_version",
        "open_transactions", "oldest_pinned_version", "logged_version", "log_bytes",
        "log_synced_bytes", "queued_commits", "queued_bytes", "refused_commits",
        "snapshot_version", "fsync_runs", "fsync_last_ns", "snapshot_runs", "snapshot_last_ns",
        "appender_runs", "appender_last_ns")]


PROGRESS = ctypes.CFUNCTYPE(c_int, c_void_p, c_uint64)


class VerifyOptions(Structure):
    _fields_ = [("struct_size", c_size_t), ("log_path", c_char_p), ("snapshot_path", c_char_p),
                ("temp_dir", c_char_p), ("skip_forecast", c_int), ("reserved", c_int),
                ("progress", PROGRESS), ("context", c_void_p)]


class RepairOptions(Structure):
    _fields_ = [("struct_size", c_size_t), ("log_path", c_char_p), ("snapshot_path", c_char_p),
                ("strict", c_int), ("distrust_snapshot", c_int), ("has_max_lost_commits", c_int),
                ("has_max_lost_bytes", c_int), ("max_lost_commits", c_uint64),
                ("max_lost_bytes", c_uint64), ("adopt", c_void_p), ("adopt_count", c_size_t),
                ("truncation_dir", c_char_p), ("temp_dir", c_char_p),
                ("max_memory_bytes", c_uint64), ("progress", PROGRESS), ("context", c_void_p)]


class Row(ctypes.Structure):
    _fields_ = [("key", c_void_p), ("key_size", c_size_t),
                ("value", c_void_p), ("value_size", c_size_t)]


class Error(Exception):
    """What went wrong; `code` is the name, such as "conflict"."""

    def __init__(self, code, message, path, offset):
        super().__init__(message)
        self.code, self.path, self.offset = code, path, offset


class Library:
    """The shared library, with the types of its functions."""

    SIGNATURES = {
        "persist_version": (c_char_p, []),
        "persist_code_name": (c_char_p, [c_int]),
        "persist_error_message": (c_char_p, [c_void_p]),
        "persist_error_path": (c_char_p, [c_void_p]),
        "persist_error_offset": (c_int64, [c_void_p]),
        "persist_error_free": (None, [c_void_p]),
        "persist_database_free": (None, [c_void_p]),
        "persist_transaction_free": (None, [c_void_p]),
        "persist_cursor_free": (None, [c_void_p]),
        "persist_repair_plan_free": (None, [c_void_p]),
        "persist_text_free": (None, [c_void_p]),
    }

    def __init__(self, path):
        self._library = ctypes.CDLL(path)
        for name, (result, arguments) in self.SIGNATURES.items():
            function = getattr(self._library, name)
            function.restype, function.argtypes = result, arguments

    def __getattr__(self, name):
        return getattr(self._library, "persist_" + name)

    def version(self):
        return self._library.persist_version().decode()

    def call(self, name, *arguments):
        """Calls a function that can fail; returns OK or END, and raises anything else."""
        error = c_void_p()
        code = getattr(self._library, "persist_" + name)(*arguments, byref(error))
        if code in (OK, END):
            return code
        path = self.error_path(error)
        raised = Error(self.code_name(code).decode(), self.error_message(error).decode(),
                       path and path.decode(), self.error_offset(error))
        self.error_free(error)
        raise raised


    def text(self, name, *arguments, after=()):
        """Calls a function that fills a text, and frees that."""
        text = c_void_p()
        self.call(name, *arguments, byref(text), *after)
        try:
            return ctypes.string_at(text.value).decode()
        finally:
            self.text_free(text)

    def verify(self, directory, **options):
        """What `persist verify --json` prints."""
        if "progress" in options:
            options["progress"] = PROGRESS(options["progress"])
        return json.loads(self.text("verify", directory.encode(), byref(VerifyOptions(**options)),
                                    None))

    def fingerprint(self, directory):
        return self.text("fingerprint", directory.encode(), None, after=[None])

    def undo_repair(self, directory):
        return self.text("repair_undo", directory.encode(), None)


def sized(data):
    """Bytes as the pair of arguments that stands for them; None is NULL."""
    return c_char_p(data), c_size_t(0 if data is None else len(data))


class Handle:
    """Owns one opaque handle."""

    free = ""  # the function that frees it

    def __init__(self, library, pointer):
        self.library, self.pointer = library, pointer

    def __del__(self):
        if hasattr(self, "pointer"):  # else it could not be made
            getattr(self.library, self.free)(self.pointer)

    def call(self, name, *arguments):
        return self.library.call(name, self.pointer, *arguments)


class Database(Handle):
    free = "database_free"

    def __init__(self, library, directory, **options):
        pointer = c_void_p()
        library.call("database_open", directory.encode(), byref(OpenOptions(**options)),
                     byref(pointer))
        super().__init__(library, pointer)

    def begin(self, kind=WRITE):
        pointer = c_void_p()
        self.call("database_begin", c_int(kind), byref(pointer))
        return Transaction(self.library, pointer)

    def at(self, version):
        pointer = c_void_p()
        self.call("database_begin_read_at", c_uint64(version), byref(pointer))
        return Transaction(self.library, pointer)

    def snapshot(self):
        version = c_uint64()
        self.call("database_snapshot", byref(version))
        return version.value

    def stats(self):
        stats = Stats()
        self.call("database_stats", byref(stats))
        return stats

    def check_health(self):
        self.call("database_health")

    def close(self):
        self.call("database_close")


class Transaction(Handle):
    free = "transaction_free"

    def __getitem__(self, key):
        value, size = c_void_p(), c_size_t()
        self.call("transaction_get", *sized(key), byref(value), byref(size))
        if value.value is None:
            raise KeyError(key)
        return ctypes.string_at(value.value, size.value)

    def __contains__(self, key):
        exists = c_int()
        self.call("transaction_exists", *sized(key), byref(exists))
        return exists.value == 1

    def __setitem__(self, key, value):
        self.call("transaction_set", *sized(key), *sized(value))

    def __delitem__(self, key):
        self.call("transaction_del", *sized(key))

    def put(self, key, value):
        self.call("transaction_put", *sized(key), *sized(value))

    def putc(self, key, value, expected):
        self.call("transaction_putc", *sized(key), *sized(value), *sized(expected))

    def delc(self, key, expected):
        self.call("transaction_delc", *sized(key), *sized(expected))

    def set_savepoint(self):
        self.call("transaction_set_savepoint")

    def rollback_to_savepoint(self):
        self.call("transaction_rollback_to_savepoint")

    def scan(self, **options):
        """Yields (key, value); the options are those of ScanOptions."""
        for name in ("start", "end", "prefix"):
            if name in options:
                options[name + "_size"] = len(options[name])
        pointer = c_void_p()
        self.call("transaction_scan", byref(ScanOptions(**options)), byref(pointer))
        cursor, row = Cursor(self.library, pointer), Row()
        while cursor.call("cursor_next", byref(row)) == OK:
            yield (ctypes.string_at(row.key, row.key_size),
                   None if row.value is None else ctypes.string_at(row.value, row.value_size))

    def commit(self):
        version = c_uint64()
        self.call("transaction_commit", byref(version))
        return version.value


class Cursor(Handle):
    free = "cursor_free"


class RepairPlan(Handle):
    free = "repair_plan_free"

    def __init__(self, library, directory, **options):
        pointer = c_void_p()
        library.call("repair_plan_make", directory.encode(), byref(RepairOptions(**options)),
                     byref(pointer))
        super().__init__(library, pointer)

    def report(self):
        return json.loads(self.library.text("repair_plan_json", self.pointer))

    def apply(self, output=None):
        """In place, or into another directory."""
        return json.loads(self.library.text("repair_plan_apply", self.pointer,
                                            None if output is None else output.encode()))
