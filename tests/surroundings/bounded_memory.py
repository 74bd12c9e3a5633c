#!/usr/bin/env python3
"""A database larger than the memory that a command may take.

    bounded_memory.py MAKE_LOG

No command's peak lies more than 32 MiB above --max-memory: the program itself, the reader's buffers. The
long run takes 128 MiB for a directory of more than 2 GiB.
"""

import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from program import *  # noqa: F403

MIB = 1 << 20
ABOVE_MIB = 32
SNAPSHOT_MIB, LOG_MIB, MEMORY_MIB = (1500, 1500, 128) if IS_LONG else (24, 24, 16)


def state_of(directory):
    """Its fingerprint. A large dump in this process's memory would count as its children's."""
    return persist_json("load", directory)["fingerprint"]


def measured(work, *arguments):
    """Runs it, and checks its peak."""
    with open(os.devnull, "wb") as nowhere:
        begun = time.monotonic()
        process = subprocess.Popen(
            [PERSIST, *map(str, arguments), "--quiet", "--max-memory", f"{MEMORY_MIB}MiB", "--temp-dir", work / "temporary"],
            stdout=nowhere)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    peak_mib = usage.ru_maxrss / 1024
    name = " ".join(map(str, (a for a in arguments if not isinstance(a, pathlib.Path))))
    print(f"{name}: {time.monotonic() - begun:.1f} s, peak {peak_mib:.0f} MiB", flush=True)
    check(process.returncode == 0, f"{name}: exit {process.returncode}")
    check(peak_mib <= MEMORY_MIB + ABOVE_MIB, f"{name}: peak {peak_mib:.0f} MiB")


def make_database(make_log, work, log_format):
    database = work / "source"
    database.mkdir()
    keys = 3000 * SNAPSHOT_MIB
    run([make_log, database / "aol.bin", log_format, SNAPSHOT_MIB, keys, 230])
    persist("snapshot", "--quiet", "--compress", "none", database)
    run([make_log, database / "aol.bin", log_format, LOG_MIB, keys, 230, 100_000_000])
    return database


def check_all(database, log_format, work):
    fingerprint = state_of(database)
    measured(work, "dump", database)
    measured(work, "dump", "--history", database)
    measured(work, "load", "--get", "key:000000012345", database)
    measured(work, "verify", database)
    measured(work, "snapshot", "--output", work / "elsewhere.bin", database)
    to = "0.27" if log_format == "framed-2" else "1.1"
    measured(work, "convert", "--to", to, "--output", work / "converted", database)
    check(state_of(work / "converted") == fingerprint, "convert: another state")
    shutil.rmtree(work / "converted")
    for command in (["snapshot"], ["compact", "--log-only"], ["compact"]):
        copy = copy_database(database, work / "copy")
        measured(work, *command, copy)
        check(state_of(copy) == fingerprint, f"{command}: another state")
    measured(work, "diff", database, work / "copy")
    check(not list((work / "temporary").iterdir()), "temporary files were left")


def main():
    with tempfile.TemporaryDirectory(dir="/var/tmp") if IS_LONG else temporary_directory() as name:
        for log_format in ("framed-2", "legacy"):
            work = pathlib.Path(name) / log_format
            (work / "temporary").mkdir(parents=True)
            database = make_database(sys.argv[1], work, log_format)
            print(f"{log_format}: {sum(path.stat().st_size for path in database.iterdir()) / MIB:.0f} MiB")
            check_all(database, log_format, work)
            shutil.rmtree(work)


if __name__ == "__main__":
    main()
