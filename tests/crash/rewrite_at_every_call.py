#!/usr/bin/env python3
"""Kills each command that replaces a database's files, or lets the system fail it, at every call.

    rewrite_at_every_call.py PERSIST TESTDATA [JUDGES]

As repair_at_every_call.py, with strace. After a kill the directory must load to the state from
before, in the real engine of its line too where judges are at hand, and the command must succeed when
it is run again, leaving nothing beside the files. After a failure that the process survived the files
must be what they were, with nothing beside them.
"""
import itertools
import json
import os
import pathlib
import shutil
import sys
import tempfile

from repair_at_every_call import CALLS, ERRORS, SKIPPED, can_trace, run

LINES = ["0.18", "0.27", "1.0", "1.1"]
# Each on the line whose files put it to the hardest test: a log out of order, history, a header.
CASES = [
    ("0.18", "log-every-fsync-4-writers", ["compact"]),
    ("0.18", "snapshot-lz4-and-log", ["snapshot"]),
    ("0.18", "snapshot-and-log", ["convert", "--in-place", "--to", "1.1"]),
    ("0.27", "log-every-fsync-4-writers", ["snapshot"]),
    ("0.27", "snapshot-and-log", ["compact"]),
    ("0.27", "snapshot-lz4-and-log", ["convert", "--in-place", "--to", "1.0"]),
    ("1.0", "log-every-fsync-4-writers", ["compact"]),
    ("1.0", "snapshot-and-log", ["compact", "--log-only"]),
    ("1.0", "snapshot-and-log", ["convert", "--in-place", "--to", "0.18"]),
    ("1.1", "snapshot-and-log", ["compact"]),
    ("1.1", "snapshot-lz4-and-log", ["snapshot"]),
    ("1.1", "snapshot-and-log", ["convert", "--in-place", "--to", "0.27"]),
]


QUICK = CASES[7:8] + CASES[9:10]


class Checker:
    def __init__(self, persist, testdata, judges, work):
        self.persist, self.testdata, self.judges, self.work = persist, testdata, judges, work
        self.cases = self.kills = self.wrong = 0

    def expect(self, holds, what):
        if not holds:
            print(f"{self.label}: {what}")
            self.wrong += 1

    def fingerprint_of(self, directory):
        lines = run(self.persist, "dump", directory).stdout.splitlines()
        return json.loads(lines[-1])["fingerprint"] if lines else "nothing"

    def rows_of(self, line, directory):
        judged = run(self.judges / f"judge-{line}", "dump", directory)
        return sorted(judged.stdout.splitlines()) if judged.returncode == 0 else None

    def fresh(self, case):
        line, name, _ = case
        directory = self.work / "db"
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir()
        for file in ("aol.bin", "snapshot.bin"):
            source = self.testdata / f"engine-{line}" / name / file
            if source.exists():
                shutil.copyfile(source, directory / file)
        return directory

    def attempt(self, case, call, inject):
        directory = self.fresh(case)
        trace = self.work / "trace"
        ended = run("strace", "-f", "-qq", "-e", f"trace={call}", "-e", inject, "-o", trace, self.persist,
                    *case[2], "--quiet", "--temp-dir", self.work, directory)
        was_injected = ended.returncode < 0 or "INJECTED" in trace.read_text()
        return directory, ended.returncode if was_injected else None

    def names(self, directory):
        return sorted(item.name for item in directory.iterdir() if not item.name.startswith("repair-"))

    def check_killed(self, case, directory, before):
        self.expect(self.fingerprint_of(directory) == before["fingerprint"], "another state")
        if self.judges:
            lines = {case[0], *case[2][3:4]}  # of a conversion: the old line or the new one
            seen = [self.rows_of(line, directory) for line in lines]
            self.expect(before["rows"] in seen, f"the engine reads other rows")
            self.expect(all(rows in (None, before["rows"]) for rows in seen), "an engine reads other rows")
        again = run(self.persist, *case[2], "--quiet", directory)
        self.expect(again.returncode == 0, f"again: {again.stderr}")
        self.expect(self.fingerprint_of(directory) == before["fingerprint"], "again: another state")
        left = set(self.names(directory)) - {"aol.bin", "snapshot.bin"}
        self.expect(not left, f"again: left behind: {left}")

    def check_failed(self, directory, status, before):
        if status == 0:  # a failure that does not matter
            self.expect(self.fingerprint_of(directory) == before["fingerprint"], "another state")
            return
        self.expect(status in (73, 74), f"exits {status}")
        now = {name: (directory / name).read_bytes() for name in self.names(directory)}
        self.expect(now == before["files"], f"the directory is not what it was: {list(now)}")

    def run_case(self, case):
        directory = self.fresh(case)
        before = {
            "fingerprint": self.fingerprint_of(directory),
            "files": {name: (directory / name).read_bytes() for name in self.names(directory)},
            "rows": self.rows_of(case[0], directory) if self.judges else None,
        }
        injections = [(call, "signal=SIGKILL") for call in CALLS]
        injections += [(call, f"error={error}") for call, error in ERRORS]
        for call, what in injections:
            for nth in itertools.count(1):
                inject = f"inject={call}:{what}:when={nth}"
                self.label = f"{case}: {inject}"
                directory, status = self.attempt(case, call, inject)
                if status is None:
                    break
                self.cases += 1
                if "SIGKILL" in what:
                    self.kills += 1
                    self.check_killed(case, directory, before)
                else:
                    self.check_failed(directory, status, before)


def judges_at(arguments):
    for place in (*arguments, os.environ.get("PERSIST_JUDGE_DIR")):
        if place and all((pathlib.Path(place) / f"judge-{line}").exists() for line in LINES):
            return pathlib.Path(place)
    return None


def main():
    persist, testdata = (pathlib.Path(item).resolve() for item in sys.argv[1:3])
    if not can_trace():
        print("skipped: strace cannot trace here")
        return SKIPPED
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None) as work:
        checker = Checker(persist, testdata, judges_at(sys.argv[3:]), pathlib.Path(work))
        for case in CASES if os.environ.get("PERSIST_LONG") else QUICK:
            checker.run_case(case)
    print(f"{checker.cases} interruptions, {checker.wrong} wrong")
    print(f"tally: kills: {checker.kills}")
    print(f"tally: faults: {checker.cases - checker.kills}")
    return 0 if checker.cases and not checker.wrong else 1


if __name__ == "__main__":
    sys.exit(main())
