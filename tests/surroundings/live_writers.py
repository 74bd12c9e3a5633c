#!/usr/bin/env python3
"""A database that somebody is writing to: commands that write exit 75 and touch nothing."""

import pathlib
import sys
import threading
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


def repair_elsewhere(database, output, allowed):
    """A repair into a new directory takes what was there when it was planned."""
    report = json.loads(persist("repair", "--json", "--output", output, database, allowed=allowed).stdout)
    check(report["live"] is True, "a repair of a growing log does not say that it is live")
    persist("verify", "--quiet", "--strict", output)
    return (output / "aol.bin").read_bytes()


def beside_a_growing_log(work):
    database, log = work / "growing", work / "growing/aol.bin"
    database.mkdir()
    writer = subprocess.Popen(
        [PERSIST, "bench", "append", "--seconds", "600", "--fsync", "never", "--writers", "1", "--ops", "1",
         "--value-size", "500", "--acks", database],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def let_it_write():
        """Some ten thousand commits a second, which its full pipe holds back."""
        while writer.stdout.read1(1 << 12):
            time.sleep(0.005)

    reader = threading.Thread(target=let_it_write)
    reader.start()
    try:
        wait_for(lambda: log.exists() and log.stat().st_size > 1 << 20, "a log of some size")
        for i in range(10):
            size = log.stat().st_size
            copy = repair_elsewhere(database, work / f"sound{i}", allowed=(0,))
            check(len(copy) >= size // 2 and log.read_bytes().startswith(copy), "it is not what the log begins with")
            check(log.stat().st_size > size, "the log did not grow, which shows nothing")
        with log.open("r+b") as file:
            file.seek(300_000)
            file.write(b"damage")
        persist("repair", "--apply", database, allowed=(75,))
        for i in range(10):
            copy = repair_elsewhere(database, work / f"mended{i}", allowed=(0, 3))
            check(len(copy) > size // 2, "most of the log is gone")
    finally:
        writer.kill()
        reader.join()
        writer.wait()
    print("ok repair --output beside a growing log")


def beside_an_unfinished_commit(work):
    database = copy_database(TREE / "testdata/engine-1.1/log", work / "unfinished")
    log = database / "aol.bin"
    whole = log.read_bytes()
    with log.open("ab", buffering=0) as writer:
        writer.write(whole[8:30])
        copy = repair_elsewhere(database, work / "finished", allowed=(0,))
    check(copy == whole, "the copy is not the log up to its last commit")
    print("ok repair --output beside an unfinished commit")


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
        beside_a_growing_log(work)
        beside_an_unfinished_commit(work)
        for line in LINES if JUDGES else []:
            beside_the_engine(line, work)


if __name__ == "__main__":
    main()
