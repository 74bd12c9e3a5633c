#!/usr/bin/env python3
"""A database larger than the memory that a command may take.

    bounded_memory.py MAKE_LOG

No command's peak lies more than 32 MiB above --max-memory: the program itself, the reader's buffers. The
long run takes 128 MiB for a directory of more than 2 GiB. The engine, which holds everything in memory,
does not do so twice.
"""

import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from program import *  # noqa: F403

MIB = 1 << 20
ABOVE_MIB = 32
SNAPSHOT_MIB, LOG_MIB, MEMORY_MIB = (1500, 1500, 128) if IS_LONG else (24, 24, 16)
START_MIB = 24  # of what the engine reads
JOBS_MIB = 24  # of each file that is looked at beside others


def state_of(directory):
    """Its fingerprint. A large dump in this process's memory would count as its children's."""
    return persist_json("load", directory)["fingerprint"]


def peak_mib_of(*arguments, options=()):
    with open(os.devnull, "wb") as nowhere:
        begun = time.monotonic()
        process = subprocess.Popen([PERSIST, *map(str, arguments), "--quiet", *options], stdout=nowhere)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    peak_mib = usage.ru_maxrss / 1024
    name = " ".join(map(str, (a for a in arguments if not isinstance(a, pathlib.Path))))
    print(f"{name}: {time.monotonic() - begun:.1f} s, peak {peak_mib:.0f} MiB", flush=True)
    check(process.returncode == 0, f"{name}: exit {process.returncode}")
    return peak_mib


def measured(work, *arguments):
    """Runs it, and checks its peak."""
    options = ["--max-memory", f"{MEMORY_MIB}MiB", "--temp-dir", work / "temporary"]
    peak_mib = peak_mib_of(*arguments, options=options)
    check(peak_mib <= MEMORY_MIB + ABOVE_MIB, f"{arguments[0]}: peak {peak_mib:.0f} MiB")


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


def check_start(make_log, work):
    """The engine reads a log with a torn tail twice, and takes no more memory for it."""
    work.mkdir()
    log = work / "aol.bin"
    keys = 100  # what is written over takes memory while a log is read, and none afterwards
    run([make_log, log, "framed-2", START_MIB, keys, 230])
    sound_mib = peak_mib_of("bench", "append", "--commits", 1, work)
    with log.open("ab") as file:
        file.write(b"torn")
    torn_mib = peak_mib_of("bench", "append", "--commits", 1, work)
    check(torn_mib < sound_mib + START_MIB / 2, f"a torn log: peak {torn_mib:.0f} MiB, a sound one: {sound_mib:.0f} MiB")


def check_jobs(make_log, work):
    """Several at once share what one may take, and no more of them run than that is enough for."""
    work.mkdir()
    log = work / "aol.bin"
    run([make_log, log, "framed-2", JOBS_MIB, 4000 * JOBS_MIB, 230])
    for memory_mib, jobs in ((64, 4), (16, 1)):
        peak_mib = peak_mib_of("info", "--jobs", 4, log, log, log, log,
                               options=["--max-memory", f"{memory_mib}MiB", "--temp-dir", work])
        most_mib = memory_mib + 0.75 * ABOVE_MIB * jobs
        check(peak_mib <= most_mib, f"info --jobs 4 with {memory_mib} MiB: peak {peak_mib:.0f} MiB")


def main():
    with tempfile.TemporaryDirectory(dir="/var/tmp") if IS_LONG else temporary_directory() as name:
        for log_format in ("framed-2", "legacy"):
            work = pathlib.Path(name) / log_format
            (work / "temporary").mkdir(parents=True)
            database = make_database(sys.argv[1], work, log_format)
            print(f"{log_format}: {sum(path.stat().st_size for path in database.iterdir()) / MIB:.0f} MiB")
            check_all(database, log_format, work)
            shutil.rmtree(work)
        check_start(sys.argv[1], pathlib.Path(name) / "start")
        check_jobs(sys.argv[1], pathlib.Path(name) / "jobs")


if __name__ == "__main__":
    main()
