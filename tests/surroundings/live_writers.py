#!/usr/bin/env python3
"""A database that somebody is writing to: commands that write exit 75 and touch nothing."""

import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from program import *  # noqa: F403

REWRITES = [
    ["snapshot"],
    ["compact"],
    ["compact", "--log-only"],
    ["convert", "--in-place", "--to", "0.27"],
    ["repair", "--apply"],
]


def wait_for(condition, what):
    for _ in range(1000):
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError(f"waited in vain for {what}")


def check_refused(database, writer, is_still):
    """`is_still`: whether the writer is idle, so that the log must not change at all."""
    before = contents(database)
    for command in REWRITES:
        label = f"{command} beside {writer}"
        done = persist(*command, database, allowed=(75,))
        check(b"process" in done.stderr, f"{label}: says {done.stderr}")
        now = contents(database)
        check(now.keys() == before.keys(), f"{label}: files came or went: {list(now)}")
        for name, content in before.items():
            is_the_log = name == "aol.bin" and not is_still
            same = now[name].startswith(content) if is_the_log else now[name] == content
            check(same, f"{label}: {name} was changed")
    rows = json.loads(persist("dump", database).stdout.splitlines()[0])
    check(rows["live"] is True, f"a dump beside {writer} does not say that the log is live")


def beside_our_writer(work):
    database = work / "ours"
    database.mkdir()
    writer = subprocess.Popen(
        [PERSIST, "bench", "append", "--seconds", "600", "--fsync", "never", "--writers", "1", "--ops", "1",
         "--value-size", "50", "--acks", database],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        check(writer.stdout.readline().startswith(b"{"), "bench append acknowledges nothing")
        # Its pipe fills, and it waits: a writer that is alive and does not cost the machine anything.
        wait_for(lambda: is_quiet(database), "the writer to stop at its full pipe")
        check_refused(database, "bench append", is_still=True)
    finally:
        writer.kill()
        writer.wait()
    persist("compact", "--quiet", database)
    print("ok beside bench append")


def is_quiet(database):
    size = (database / "aol.bin").stat().st_size
    time.sleep(0.1)
    return (database / "aol.bin").stat().st_size == size


def beside_the_engine(line, work):
    database = copy_database(TREE / f"testdata/engine-{line}/snapshot-and-log", work / f"engine-{line}")
    ops = b'{"ops":[{"key_b64":"bmV3","value_b64":"bmV3"}]}\n'
    size = (database / "aol.bin").stat().st_size
    engine = subprocess.Popen([JUDGES / f"judge-{line}", "apply", database, "--ops", "-", "--aol", "sync"],
                              stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    try:
        engine.stdin.write(ops)
        engine.stdin.flush()
        wait_for(lambda: (database / "aol.bin").stat().st_size > size, f"a commit of engine {line}")
        check_refused(database, f"engine {line}", is_still=True)
        check(dumped_rows(database)[b"new"] == b"new", "a dump of a live log lacks what was committed")
    finally:
        engine.stdin.close()
        engine.wait()
    persist("compact", "--quiet", database)
    check(dumped_rows(database)[b"new"] == b"new", "the engine's commit was lost")
    print(f"ok beside engine {line}")


def main():
    with temporary_directory() as name:
        work = pathlib.Path(name)
        beside_our_writer(work)
        for line in LINES if JUDGES else []:
            beside_the_engine(line, work)


if __name__ == "__main__":
    main()
