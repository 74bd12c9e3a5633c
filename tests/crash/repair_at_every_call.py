#!/usr/bin/env python3
"""Kills `persist repair --apply`, or lets the system fail it, at each call that changes anything.

    repair_at_every_call.py PERSIST TESTDATA

strace does the killing (SIGKILL before the n-th call of a kind) and the failing (ENOSPC, EIO).
Afterwards the directory must load to the state from before, which is also the planned one; each file
must be the old or the new one; a repair must then succeed. After a failure that the process
survived, the old files must be what they were, with nothing left beside them.
"""
import hashlib
import itertools
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77
CALLS = ["mkdir", "pwrite64", "fchmod", "fdatasync", "fsync", "link", "rename", "unlink"]
ERRORS = [("pwrite64", "ENOSPC"), ("fdatasync", "EIO"), ("fsync", "EIO"), ("link", "EIO"),
          ("rename", "EIO"), ("mkdir", "EACCES"), ("fchmod", "EPERM")]


def run(*arguments):
    return subprocess.run([str(item) for item in arguments], capture_output=True, text=True, check=False)


def can_trace():
    if shutil.which("strace") is None:
        return False
    return run("strace", "-qq", "-o", "/dev/null", "true").returncode == 0


def make_database(testdata, at):
    at.mkdir()
    for name, damaged_at in (("snapshot.bin", 2000), ("aol.bin", 3000)):
        content = bytearray((testdata / "engine-1.1/snapshot-and-log" / name).read_bytes())
        content[damaged_at:damaged_at + 50] = b"\xee" * 50
        (at / name).write_bytes(content)


def digests(directory):
    return tuple(hashlib.sha256((directory / name).read_bytes()).hexdigest()
                 for name in ("snapshot.bin", "aol.bin"))


class Checker:
    def __init__(self, persist, testdata, work):
        self.persist, self.testdata, self.work = persist, testdata, work
        self.cases, self.wrong = 0, 0
        clean = work / "clean"
        make_database(testdata, clean)
        self.old = digests(clean)
        applied = run(persist, "repair", "--apply", "--json", clean)
        self.fingerprint = json.loads(applied.stdout)["fingerprint"]
        self.new = digests(clean)

    def fingerprint_of(self, directory):
        last = run(self.persist, "dump", directory).stdout.splitlines()[-1]
        return json.loads(last)["fingerprint"]

    def attempt(self, call, inject):
        """Repairs a fresh copy with the injection. Its directory, and how the process ended."""
        directory = self.work / "db"
        shutil.rmtree(directory, ignore_errors=True)
        make_database(self.testdata, directory)
        trace = self.work / "trace"
        ended = run("strace", "-f", "-qq", "-e", f"trace={call}", "-e", inject, "-o", trace,
                    self.persist, "repair", "--quiet", "--apply", directory)
        # Otherwise the program has no n-th call of that kind, and all is said.
        was_injected = ended.returncode < 0 or "INJECTED" in trace.read_text()
        return directory, ended.returncode if was_injected else None

    def expect(self, holds, inject, what):
        if not holds:
            print(f"{inject}: {what}")
            self.wrong += 1

    def check_killed(self, inject, directory):
        snapshot, log = digests(directory)
        possible = [self.old, self.new, (self.new[0], self.old[1])]
        self.expect((snapshot, log) in possible, inject, "a file is neither the old nor the new one")
        self.expect(self.fingerprint_of(directory) == self.fingerprint, inject, "another state")
        again = run(self.persist, "repair", "--quiet", "--apply", directory)
        self.expect(again.returncode in (0, 3), inject, f"repair again: {again.stderr}")
        self.expect(digests(directory) == self.new, inject, "repaired again, other files")

    def check_failed(self, inject, directory, status):
        if status in (0, 3):
            # A failure that does not matter, e.g. of a second name: the repair is complete.
            self.expect(digests(directory) == self.new, inject, "not repaired, and exits 0 or 3")
            return
        self.expect(status in (73, 74), inject, f"exits {status}")
        self.expect(digests(directory) == self.old, inject, "the old files were changed")
        left = sorted(item.name for item in directory.iterdir())
        self.expect(left == ["aol.bin", "snapshot.bin"], inject, f"left behind: {left}")

    def kill_everywhere(self):
        for call in CALLS:
            for nth in itertools.count(1):
                inject = f"inject={call}:signal=SIGKILL:when={nth}"
                directory, status = self.attempt(call, inject)
                if status is None:
                    break
                self.cases += 1
                self.check_killed(inject, directory)

    def fail_everywhere(self):
        for call, error in ERRORS:
            for nth in itertools.count(1):
                inject = f"inject={call}:error={error}:when={nth}"
                directory, status = self.attempt(call, inject)
                if status is None:
                    break
                self.check_failed(inject, directory, status)
                self.cases += 1


def main():
    persist, testdata = (pathlib.Path(item).resolve() for item in sys.argv[1:3])
    if not can_trace():
        print("skipped: strace cannot trace here")
        return SKIPPED
    with tempfile.TemporaryDirectory() as work:
        checker = Checker(persist, testdata, pathlib.Path(work))
        checker.kill_everywhere()
        kills = checker.cases
        checker.fail_everywhere()
    print(f"{checker.wrong} of {checker.cases} interruptions ended wrong")
    print(f"tally: kills: {kills}")
    print(f"tally: faults: {checker.cases - kills}")
    return 0 if checker.cases and not checker.wrong else 1


if __name__ == "__main__":
    sys.exit(main())
