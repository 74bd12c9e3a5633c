#!/usr/bin/env python3
"""Where a database may lie, and whose it may be: other file systems, links, rights, owners."""

import pathlib
import stat
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from program import *  # noqa: F403

SOURCE = TREE / "testdata/engine-1.1/snapshot-and-log"
REWRITES = [["snapshot"], ["compact"], ["compact", "--log-only"], ["convert", "--in-place", "--to", "1.0"]]
NOBODY = 65534
notes = []  # what this machine does not let be tried


def another_file_system(work, make_log):
    """Temporary data lies on one file system, the database on another one."""
    elsewhere = pathlib.Path(tempfile.mkdtemp(dir="/tmp"))
    try:
        if elsewhere.stat().st_dev == work.stat().st_dev:
            notes.append("/tmp and the test's directory are on one file system")
        database = work / "large"
        database.mkdir()
        run([make_log, database / "aol.bin", "framed-2", 24, 1_000_000, 200])
        fingerprint = fingerprint_of(database)
        for command in (["compact"], ["convert", "--in-place", "--to", "0.27"]):
            report = persist_json(*command, "--max-memory", "16MiB", "--temp-dir", elsewhere, database)
            check(report["fingerprint"] == fingerprint == fingerprint_of(database), f"{command}: another state")
        check(not list(elsewhere.iterdir()), "temporary data was left")
    finally:
        shutil.rmtree(elsewhere)


def symbolic_links(work):
    """What a link points to is replaced, the link stays."""
    for command in REWRITES:
        real = copy_database(SOURCE, work / "real")
        linked = work / "linked"
        shutil.rmtree(linked, ignore_errors=True)
        linked.mkdir()
        (linked / "aol.bin").symlink_to("../real/aol.bin")
        (linked / "snapshot.bin").symlink_to(real / "snapshot.bin")
        fingerprint = fingerprint_of(linked)
        persist(*command, "--quiet", linked)
        check((linked / "aol.bin").is_symlink() and (linked / "snapshot.bin").is_symlink(), f"{command}: a link is gone")
        check(fingerprint_of(linked) == fingerprint == fingerprint_of(real), f"{command}: another state")
        left = {p.name for d in (real, linked) for p in d.iterdir() if not p.name.startswith("repair-")}
        check(left == {"aol.bin", "snapshot.bin"}, f"{command}: left behind: {left}")
    (work / "door").symlink_to(copy_database(SOURCE, work / "behind"))
    persist("compact", "--quiet", work / "door")
    check((work / "door").is_symlink(), "a link to a directory is gone")


def files_apart(work):
    """Log and snapshot in other directories than the database's own."""
    real = copy_database(SOURCE, work / "apart")
    (work / "logs").mkdir()
    (real / "aol.bin").rename(work / "logs/a.log")
    (real / "snapshot.bin").rename(real / "s.snap")
    where = ["--aol-path", work / "logs/a.log", "--snapshot-path", "s.snap"]
    end = json.loads(persist("dump", real, *where).stdout.splitlines()[-1])
    for command in REWRITES:
        report = persist_json(*command, real, *where)
        check(report["fingerprint"] == end["fingerprint"], f"{command} with files apart: another state")
    left = sorted(p.name for d in (real, work / "logs") for p in d.iterdir() if not p.name.startswith("repair-"))
    check(left == ["a.log", "s.snap"], f"left behind: {left}")


def as_nobody():
    """Options that make a child a user whom rights bind."""
    if os.geteuid() != 0:
        return {}
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []}


def run_as_nobody(work, *arguments, allowed):
    program = work / "persist"
    if not program.exists():
        shutil.copy(PERSIST, program)
    return run([program, *arguments], allowed, cwd="/", **as_nobody())


def read_only_directory(work):
    """Nothing can be created there: 73, and nothing changes; reading still works."""
    work.chmod(0o755)
    database = copy_database(SOURCE, work / "read-only")
    rows = dumped_rows(database)
    before = contents(database)
    if os.geteuid() == 0:
        for path in (database, *database.iterdir()):
            os.chown(path, NOBODY, NOBODY)
    database.chmod(0o555)
    for command in [*REWRITES, ["repair", "--apply"]]:
        expected = (0,) if command[0] == "repair" else (73,)  # a repair finds nothing to do there
        done = run_as_nobody(work, *command, database, allowed=expected)
        check(command[0] == "repair" or b"ermission" in done.stderr, f"{command}: says {done.stderr}")
        check(contents(database) == before, f"{command}: a file was changed")
        done = run_as_nobody(work, *command, "--dry-run", database, allowed=expected)
        check(command[0] == "repair" or b"ermission" in done.stderr, f"{command} --dry-run: says {done.stderr}")
    text = run_as_nobody(work, "dump", database, allowed=(0,)).stdout
    check(rows_from(text) == rows, "a dump from a read-only directory differs")
    database.chmod(0o755)
    for path in database.iterdir():
        path.chmod(0o000)
    for command in (["compact"], ["dump"], ["verify"]):
        done = run_as_nobody(work, *command, database, allowed=(66,))
        check(b"ermission" in done.stderr, f"{command} of an unreadable file: says {done.stderr}")


def dry_runs_end_as_runs(work):
    """Where a run could not create its files its dry run says so, too."""
    work.chmod(0o755)
    damaged = copy_database(TREE / "testdata/damaged/1.1/0004-flip", work / "damaged")
    sound = copy_database(SOURCE, work / "sound")
    log = copy_database(SOURCE.parent / "log", work / "log")
    new = work / "no-outputs/new"
    for directory in (damaged, sound, new.parent):
        directory.mkdir(exist_ok=True)
        directory.chmod(0o555)
    rows = work / "rows.ndjson"
    rows.write_bytes(persist("dump", sound).stdout)
    for command in (["repair", "--apply", damaged], ["repair", "--output", new, damaged],
                    ["repair", "--output", sound, damaged], ["convert", "--to", "1.0", "--output", new, sound],
                    ["replay", "--output", new, sound], ["replay", "--apply-to", sound, log],
                    ["import", "--output", new, rows], ["snapshot", "--output", new, sound],
                    ["snapshot", "--output", work / "nowhere/new", sound]):
        for words in (command, [*command, "--dry-run"]):
            done = run_as_nobody(work, *words, allowed=(73,))
            check(done.stdout == b"", f"{words}: prints {done.stdout[:200]}")


def owners_and_modes(work):
    """Root compacts what is another user's: it stays that user's, with its modes."""
    owner, group = (1234, 4321) if os.geteuid() == 0 else (os.geteuid(), os.getegid())
    if os.geteuid() != 0:
        notes.append("only root can give files away: modes were tried, owners were not")
    modes = {"aol.bin": 0o640, "snapshot.bin": 0o604}
    for command in REWRITES:
        database = copy_database(SOURCE, work / "owned")
        for name, mode in modes.items():
            os.chown(database / name, owner, group)
            (database / name).chmod(mode)
        persist(*command, "--quiet", database)
        for name, mode in modes.items():
            now = (database / name).stat()
            found = (now.st_uid, now.st_gid, now.st_mode & 0o7777)
            check(found == (owner, group, mode), f"{command}: {name} is {found[0]}:{found[1]} {found[2]:o}")


def modes_of(*paths):
    return {path.name: f"{path.stat().st_mode & 0o7777:o}" for path in paths}


def private_files(work):
    """What is made of files that nobody else may read is nobody else's either."""
    for command in (["snapshot"], ["compact"], ["convert", "--in-place", "--to", "1.0"]):
        database = copy_database(SOURCE.parent / "log", work / "private")
        (database / "aol.bin").chmod(0o600)
        persist(*command, "--quiet", database)
        found = modes_of(*(path for path in database.iterdir() if path.is_file()))
        check(set(found.values()) == {"600"}, f"{command} of a private log: {found}")
    database = copy_database(SOURCE, work / "private")
    (database / "aol.bin").unlink()
    (database / "snapshot.bin").chmod(0o600)
    persist("replay", "--quiet", "--apply-to", database, SOURCE.parent / "log")
    found = modes_of(*database.iterdir())
    check(found == {"aol.bin": "600", "snapshot.bin": "600"}, f"replay onto a private snapshot: {found}")
    for name in ("aol.bin", "snapshot.bin"):  # the new files may each hold what either did
        database = copy_database(SOURCE, work / "private")
        (database / name).chmod(0o600)
        for command in (["convert", "--to", "1.0"], ["replay"], ["snapshot"], ["repair"]):
            new = work / "copied"
            persist(*command, "--quiet", "--output", new, database)
            found = modes_of(*(new.iterdir() if new.is_dir() else [new]))
            check(set(found.values()) == {"600"}, f"{command} of a private {name}: {found}")
            shutil.rmtree(new) if new.is_dir() else new.unlink()


def somebody_elses_files(work):
    """Who may write there but cannot give the new files to the old ones' owner changes nothing."""
    if os.geteuid() != 0:
        notes.append("another user's files: only root can make some")
        return
    database = copy_database(SOURCE, work / "shared")
    damaged = copy_database(TREE / "testdata/damaged/1.1/0004-flip", work / "shared-and-damaged")
    for path in (*database.iterdir(), *damaged.iterdir()):
        os.chown(path, 1234, NOBODY)
        path.chmod(0o660)
    for directory in (database, damaged):
        directory.chmod(0o777)
    for command, directory in [*((command, database) for command in REWRITES), (["repair", "--apply"], damaged)]:
        before = contents(directory)
        done = run_as_nobody(work, *command, directory, allowed=(73,))
        check(b"owner" in done.stderr, f"{command}: says {done.stderr}")
        check(contents(directory) == before, f"{command}: a file was changed, or one left")
        check(not list(directory.glob("repair-*")), f"{command}: originals were left")


def owners_that_have_no_name(work):
    """Where the old files' owner is none of the system's own, as in a container: the same."""
    if os.geteuid() != 0 or subprocess.run(["unshare", "-Ur", "true"], capture_output=True, check=False).returncode:
        notes.append("another user's files in a user namespace: there can be none here")
        return
    for source, commands in ((SOURCE, REWRITES), (TREE / "testdata/damaged/1.1/0004-flip", [["repair", "--apply"]])):
        database = copy_database(source, work / "nameless")
        database.chmod(0o777)
        for path in database.iterdir():
            os.chown(path, 1234, 1234)
            path.chmod(0o666)
        before = contents(database)
        for command in commands:
            done = run(["unshare", "-Ur", PERSIST, *command, database], allowed=(73,))
            check(b"owner" in done.stderr, f"{command} in a user namespace: says {done.stderr}")
            check(contents(database) == before, f"{command}: a file was changed, or one left")


def devices_and_pipes(work):
    """What is no file is written to, and stays what it is."""
    whole = persist("dump", SOURCE).stdout
    pipe = work / "pipe"
    os.mkfifo(pipe)
    for command in (["dump", SOURCE, "--output"], ["report", SOURCE, "--output"], ["verify", SOURCE, "--metrics"]):
        reader = subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE)
        persist(*command, pipe)
        text = reader.communicate()[0]
        check(pipe.is_fifo(), f"{command[0]}: the pipe was replaced")
        check(text == whole if command[0] == "dump" else text, f"{command[0]}: the pipe got {len(text)} bytes")
    if os.geteuid() != 0:
        return
    null = work / "null"
    os.mknod(null, 0o666 | stat.S_IFCHR, os.makedev(1, 3))
    persist("dump", SOURCE, "--output", null)
    check(null.is_char_device(), "a device was replaced by a file")


def names_that_are_no_text(work):
    """A path goes onto no terminal as it is, and into JSON so that a program can open it."""
    database = work / os.fsdecode(b"evil\x1b[31m\xff\nX")
    damaged = TREE / "testdata/damaged/1.1/0004-flip"
    for command in (["repair"], ["repair", "--apply"], ["repair", "--undo", "--dry-run"], ["repair", "--undo"],
                    ["compact"], ["convert", "--in-place", "--to", "1.0"], ["verify"], ["info"], ["load"],
                    ["bench", "append", "--dry-run"], ["snapshot", "--output", work / os.fsdecode(b"o\x1b\xff")]):
        if "--undo" not in command:
            copy_database(damaged if command[0] == "repair" else SOURCE, database)
        (database / "aol.bin.1_2.new").write_bytes(b"")
        done = persist(*command, database, allowed=(0, 1, 2, 3))
        bad = [byte for byte in (b"\x1b", b"\nX") if byte in done.stdout + done.stderr]
        check(not bad, f"{command}: prints {bad} of a path: {done.stdout + done.stderr}")
    copy_database(SOURCE, database)
    leftover = database / "aol.bin.1_2.new"
    leftover.write_bytes(b"")
    with (database / "aol.bin").open("ab"):
        done = persist_json("verify", database)
    check(done["live"] is True, "a database with such a name is not seen to be live")
    done = persist_json("compact", database)
    paths = [base64.b64decode(path) for path in done.get("leftovers_removed_b64", [])]
    check(paths == [os.fsencode(leftover)], f"compact: removed {paths}")


EVERY_COMMAND = [["verify"], ["info"], ["load"], ["dump"], ["log"], ["repair"], ["repair", "--apply"], *REWRITES]


def no_file_in_its_place(work):
    """A pipe where a file should be is refused at once, a link to nothing names what is missing."""
    for name in ("aol.bin", "snapshot.bin"):
        database = copy_database(SOURCE, work / "no-file")
        (database / name).unlink()
        os.mkfifo(database / name)
        for command in EVERY_COMMAND:
            done = persist(*command, database, allowed=(2,), timeout=60)
            check(b"a pipe, and no file" in done.stderr, f"{command} of a pipe: says {done.stderr}")
        (database / name).unlink()
        (database / name).symlink_to("unmounted/file")
        before = sorted(path.name for path in database.iterdir())
        for command in EVERY_COMMAND:
            done = persist(*command, database, allowed=(66,))
            check(b"a link to unmounted/file" in done.stderr and str(database / name).encode() in done.stderr,
                  f"{command} of a dangling link: says {done.stderr}")
            check(sorted(path.name for path in database.iterdir()) == before, f"{command}: something was made")
        check((database / name).is_symlink(), f"the link {name} is gone")


def main():
    with temporary_directory() as name:
        work = pathlib.Path(name)
        another_file_system(work, sys.argv[1])
        symbolic_links(work)
        files_apart(work)
        read_only_directory(work)
        dry_runs_end_as_runs(work)
        owners_and_modes(work)
        private_files(work)
        somebody_elses_files(work)
        owners_that_have_no_name(work)
        devices_and_pipes(work)
        no_file_in_its_place(work)
        names_that_are_no_text(work)
    for note in notes:
        print(f"not tried: {note}")
    print("ok places")


if __name__ == "__main__":
    main()
