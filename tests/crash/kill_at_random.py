#!/usr/bin/env python3
"""Kills each command that replaces a database's files at random points.

    kill_at_random.py MAKE_LOG

Half of the kills are strace's, before a random system call of the run; half come after a random time,
wherever the program is then. Each time the directory must load to the state from before, in the real
engine too where judges are at hand, and the next run must succeed and leave nothing of the killed one.
"""

import pathlib
import random
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from program import *  # noqa: F403

KILLS = 200 if IS_LONG else 4  # of each command
JUDGED_EVERY = 10
# Looking for writers in /proc takes thousands of these, of which none can be the wrong moment.
CALLS = "!newfstatat,getdents64,readlink,close"
COMMANDS = [["snapshot"], ["compact"], ["convert", "--in-place", "--to", "0.27"], ["repair", "--apply"]]


class Trial:
    """One command on one database, killed again and again."""

    def __init__(self, command, database, work, rng):
        self.command, self.database, self.rng = command, database, rng
        self.directory, self.trace = work / "db", work / "trace"
        self.fingerprint = fingerprint_of(database)
        self.rows = judged_rows("1.1", database) if JUDGES and command[0] != "repair" else None
        self.calls, self.seconds = self.measure()

    def arguments(self):
        return [PERSIST, *self.command, "--quiet", str(self.directory)]

    def measure(self):
        copy_database(self.database, self.directory)
        begun = time.monotonic()
        run(self.arguments(), allowed=(0, 3))
        seconds = time.monotonic() - begun
        copy_database(self.database, self.directory)
        run(["strace", "-qq", "-e", f"trace={CALLS}", "-o", self.trace, *self.arguments()], allowed=(0, 3))
        return self.trace.read_text(errors="replace").count("\n"), seconds

    def kill_at_call(self):
        call = self.rng.randrange(1, self.calls + 1)
        inject = f"inject={CALLS}:signal=SIGKILL:when={call}"
        strace = ["strace", "-f", "-qq", "-e", f"trace={CALLS}", "-e", inject, "-o", self.trace]
        run([*strace, *self.arguments()], allowed=range(-64, 256))
        return f"at call {call}"

    def kill_after_a_time(self):
        delay = self.rng.random() * self.seconds
        process = subprocess.Popen(self.arguments(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait()
        return f"after {delay:.6f} s"

    def run(self, number):
        copy_database(self.database, self.directory)
        where = self.kill_at_call() if number % 2 == 0 else self.kill_after_a_time()
        label = f"{self.command}, killed {where}"
        check(fingerprint_of(self.directory) == self.fingerprint, f"{label}: another state")
        if self.rows is not None and number % JUDGED_EVERY < 2:
            lines = {"1.1", *self.command[3:4]}
            check(any(judged(line, self.directory) == self.rows for line in lines), f"{label}: the engine's rows")
        left = {item.name for item in self.directory.iterdir()} - {"aol.bin", "snapshot.bin"}
        persist(*self.command, "--quiet", self.directory, allowed=(0, 3))
        check(fingerprint_of(self.directory) == self.fingerprint, f"{label}, and again: another state")
        if self.command[0] == "repair":  # which only names what others left, until all is well
            persist("compact", "--quiet", self.directory)
        still = {item.name for item in self.directory.iterdir() if not item.name.startswith("repair-")}
        check(still <= {"aol.bin", "snapshot.bin"}, f"{label}: left behind for ever: {still}")
        return bool(left)


def judged(line, directory):
    done = judge(line, "dump", directory, allowed=range(-64, 256))
    return rows_from(done.stdout) if done.returncode == 0 else None


def make_database(make_log, work):
    """A snapshot and a log of a few thousand commits, line 1.1."""
    database = work / "source"
    database.mkdir()
    run([make_log, database / "aol.bin", "framed-2", 3, 4000, 100])
    persist("snapshot", "--quiet", database)
    run([make_log, database / "aol.bin", "framed-2", 3, 4000, 100, 100_000])
    return database


def damage(database, work):
    damaged = copy_database(database, work / "damaged")
    for name, at in (("snapshot.bin", 100_000), ("aol.bin", 1_000_000)):
        content = bytearray((damaged / name).read_bytes())
        content[at : at + 50] = b"\xee" * 50
        (damaged / name).write_bytes(content)
    return damaged


def main():
    if shutil.which("strace") is None or subprocess.run(["strace", "-qq", "-o", "/dev/null", "true"], check=False).returncode:
        skip("strace cannot trace here")
    with temporary_directory() as name:
        work = pathlib.Path(name)
        database = make_database(sys.argv[1], work)
        damaged = damage(database, work)
        for command in COMMANDS:
            trial = Trial(command, damaged if command[0] == "repair" else database, work, random.Random(str(command)))
            met_leftovers = sum(trial.run(number) for number in range(KILLS))
            print(f"ok {' '.join(command)}: {KILLS} kills over {trial.calls} calls, {met_leftovers} left files behind")
    print(f"tally: kills: {KILLS * len(COMMANDS)}")


if __name__ == "__main__":
    main()
