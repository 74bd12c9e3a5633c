#!/usr/bin/env python3
"""A disk with ever more room, from none to enough, under each command that writes.

    full_disk.py MAKE_LOG

The disk is a small tmpfs, which takes root to mount. Each command must either succeed or fail with 74,
say that the room is short, and leave every file as it was, with nothing beside them.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from program import *  # noqa: F403

PAGE = 4096
STEPS = 200 if IS_LONG else 6  # of each command
DISK_BYTES = 64 << 20
IN_PLACE = [
    ["snapshot", "--compress", "none"],
    ["compact"],
    ["compact", "--log-only"],
    ["convert", "--in-place", "--to", "0.18"],
    ["repair", "--apply"],
]
TO_A_NEW_PLACE = [
    ["convert", "--to", "1.0", "--output"],
    ["replay", "--output"],
    ["snapshot", "--output"],
    ["dump", "--output"],
    ["import", "--output"],
    ["repair", "--output"],
]
MAKES_DIRECTORIES = ("convert", "replay", "import", "repair")


class Disk:
    """A tmpfs on which nothing is free but what is asked for."""

    def __init__(self, at):
        self.at = at
        at.mkdir()
        self.is_mounted = False

    def __enter__(self):
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", self.at],
                                 capture_output=True, check=False)
        if mounted.returncode != 0:
            skip(f"no file system can be mounted here: {mounted.stderr.decode().strip()}")
        self.is_mounted = True
        return self

    def __exit__(self, *_):
        run(["umount", self.at])

    def leave_free(self, size_bytes):
        filler = self.at / "filler"
        filler.unlink(missing_ok=True)
        free = os.statvfs(self.at).f_bavail * os.statvfs(self.at).f_bsize
        with filler.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, free - size_bytes)
        now = os.statvfs(self.at).f_bavail * os.statvfs(self.at).f_bsize
        check(now <= size_bytes, f"{now} bytes are free instead of {size_bytes}")


def rooms(database):
    """From none to more than any command takes, close to each other where the room is small."""
    most = 2 * sum(len(content) for content in contents(database).values()) + 64 * PAGE
    return [int(most * (step / (STEPS - 1)) ** 2) // PAGE * PAGE for step in range(STEPS)]


def attempt(disk, command, label):
    """False when the room did not suffice; the failure is then as it should be."""
    done = persist(*command, "--quiet", "--temp-dir", disk.at, allowed=(0, 3, 74))
    if done.returncode != 74:
        return True
    message = done.stderr.decode()
    words = ("No space left", "are free", "not enough room", "no room")
    check(any(word in message for word in words), f"{label}: says {message}")
    return False


def try_in_place(disk, command, database):
    directory = disk.at / "db"
    fingerprint, fits = fingerprint_of(database), 0
    for free in rooms(database):
        (disk.at / "filler").unlink(missing_ok=True)
        copy_database(database, directory)
        before = contents(directory)
        disk.leave_free(free)
        label = f"{command} with {free} bytes free"
        done = attempt(disk, [*command, directory], label)
        check(fingerprint_of(directory) == fingerprint, f"{label}: another state")
        if done:
            fits += 1
        else:
            check(contents(directory) == before, f"{label}: a file was changed, or one left: {list(directory.iterdir())}")
            check(not [p for p in directory.iterdir() if p.is_dir()], f"{label}: a directory was left")
    check(0 < fits < STEPS, f"{command}: {fits} of {STEPS} sizes sufficed, which shows nothing")
    print(f"ok {' '.join(command)}: {STEPS - fits} sizes too small, {fits} large enough")


def try_new_place(disk, command, database, work):
    fits = 0
    target = disk.at / ("new/and/deep" if command[0] in MAKES_DIRECTORIES else "new")
    source = [database] if command[0] != "import" else [work / "rows.ndjson"]
    if command[0] == "import":
        source[0].write_bytes(persist("dump", database).stdout)
    for free in rooms(database):
        (disk.at / "filler").unlink(missing_ok=True)
        disk.leave_free(free)
        label = f"{command} with {free} bytes free"
        done = attempt(disk, [*command, target, *source], label)
        left = [item.name for item in disk.at.iterdir() if item.name != "filler"]
        check(left == (["new"] if done else []), f"{label}: {left} are left")
        fits += done
        if target.is_dir():
            check(fingerprint_of(target) == fingerprint_of(database), f"{label}: another state")
            shutil.rmtree(disk.at / "new")
        target.unlink(missing_ok=True)
    check(0 < fits < STEPS, f"{command}: {fits} of {STEPS} sizes sufficed, which shows nothing")
    print(f"ok {' '.join(command)}: {STEPS - fits} sizes too small, {fits} large enough")


def try_temporary_data(disk, make_log, work):
    """Only the temporary directory is full."""
    disk.leave_free(PAGE)
    database = work / "large"
    database.mkdir()
    run([make_log, database / "aol.bin", "framed-2", 32, 1_000_000, 200])
    before = contents(database)
    for command in (["compact"], ["snapshot"], ["dump"]):
        done = persist(*command, "--max-memory", "16MiB", "--temp-dir", disk.at, database, allowed=(74,))
        message = done.stderr.decode()
        check(str(disk.at) in message and "temporary" in message, f"{command}: says {message}")
        check(contents(database) == before, f"{command}: a file was changed")
    print("ok a full temporary directory")


def make_databases(make_log, work):
    database = work / "source"
    database.mkdir()
    run([make_log, database / "aol.bin", "framed-2", 2, 4000, 60])
    persist("snapshot", "--quiet", database)
    run([make_log, database / "aol.bin", "framed-2", 4, 4000, 60, 100_000])
    damaged = copy_database(database, work / "damaged")
    content = bytearray((damaged / "aol.bin").read_bytes())
    content[1_000_000:1_000_050] = b"\xee" * 50
    (damaged / "aol.bin").write_bytes(content)
    return database, damaged


def main():
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        skip("only root can mount a file system")
    with temporary_directory() as name, Disk(pathlib.Path(name) / "disk") as disk:
        work = pathlib.Path(name)
        database, damaged = make_databases(sys.argv[1], work)
        for command in IN_PLACE:
            try_in_place(disk, command, damaged if command[0] == "repair" else database)
        shutil.rmtree(disk.at / "db")
        for command in TO_A_NEW_PLACE:
            try_new_place(disk, command, damaged if command[0] == "repair" else database, work)
        try_temporary_data(disk, sys.argv[1], work)
    print(f"tally: faults: {STEPS * (len(IN_PLACE) + len(TO_A_NEW_PLACE))}")


if __name__ == "__main__":
    main()
