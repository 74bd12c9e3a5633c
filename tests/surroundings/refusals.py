#!/usr/bin/env python3
"""A machine that refuses memory, threads or room in a file.

    refusals.py MAKE_LOG

No command dies of it: it makes do with the threads that it gets, or it fails with 74, says what to do, and
leaves nothing but what was there.
"""

import pathlib
import resource
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from program import *  # noqa: F403

MIB = 1 << 20
VALUE_MIB = 12
# From what hardly starts the program to what a value needs a few times.
MEMORY_MIB = range(16, 176, 2 if IS_LONG else 32)
READING = [["verify"], ["info"], ["load"], ["dump"], ["dump", "--history"], ["log", "--records"], ["repair"],
           ["compact", "--dry-run"]]
WRITING = [["compact"], ["snapshot"], ["convert", "--in-place", "--to", "1.1"]]
ELSEWHERE = [["snapshot", "--output"], ["convert", "--to", "1.0", "--output"], ["dump", "--output"]]
TARGETS = 40


def limited(memory_mib, stack_mib=None):
    """A thread takes the room of its stack, used or not."""
    def limit():
        resource.setrlimit(resource.RLIMIT_AS, (memory_mib * MIB, memory_mib * MIB))
        if stack_mib:
            resource.setrlimit(resource.RLIMIT_STACK, (stack_mib * MIB, stack_mib * MIB))
    return limit


def large_record(key, version, value):
    """Of a legacy log: a length of 64 KiB and more is four bytes behind FC."""
    return bytes([len(key)]) + key + bytes([version, 1, 0xFC]) + len(value).to_bytes(4, "little") + value


def make_database(work):
    database = work / "database"
    database.mkdir()
    with (database / "aol.bin").open("wb") as log:
        for version in (1, 2):
            log.write(large_record(b"key", version, b"x" * (VALUE_MIB * MIB // version)))
    return database


def attempt(command, memory_mib):
    """False when the memory did not suffice; the failure is then as it should be."""
    label = f"{command} in {memory_mib} MiB"
    try:
        done = subprocess.run([PERSIST, *map(str, command)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              preexec_fn=limited(memory_mib), check=False)
    except OSError:
        return False
    if done.returncode == 127 and b"error while loading" in done.stderr:
        return False
    message = done.stderr.decode()
    check(done.returncode in (0, 1, 74), f"{label}: exit {done.returncode}, says {message}")
    if done.returncode == 74:
        check("memory" in message and "let it have more" in message, f"{label}: says {message}")
    return done.returncode != 74


def try_little_memory(work):
    temporary, new = work / "temporary", work / "new"
    temporary.mkdir()
    original = make_database(work)
    for command in READING + WRITING + ELSEWHERE:
        words, fits = [*command, new] if command in ELSEWHERE else command, 0
        for memory_mib in MEMORY_MIB:
            database = copy_database(original, work / "copy") if command in WRITING else original
            before = contents(database)
            if attempt([*words, "--temp-dir", temporary, database], memory_mib):
                fits += 1
            else:
                check(contents(database) == before, f"{words} in {memory_mib} MiB: left {list(database.iterdir())}")
            left = [*temporary.iterdir(), *work.glob("new?*")]
            check(not left, f"{words} in {memory_mib} MiB: left {left}")
            shutil.rmtree(new, ignore_errors=True)
            new.unlink(missing_ok=True)
        check(0 < fits < len(MEMORY_MIB), f"{command}: {fits} of {len(MEMORY_MIB)} sizes sufficed, which shows nothing")
        print(f"ok {' '.join(command)}: {len(MEMORY_MIB) - fits} sizes too small, {fits} large enough")


def try_values_that_no_memory_holds(work):
    for size in (99_999_999_999_999, 1 << 62, (1 << 64) - 1):
        done = persist("bench", "append", "--commits", 1, "--value-size", size, work / "bench", allowed=(74,))
        check(b"memory" in done.stderr, f"a value of {size} bytes: says {done.stderr}")
        # Without the floor in front of it, it is a writer's thread that lacks the memory.
        done = persist("bench", "append", "--acks", "--commits", 1, "--value-size", size, work / "bench", allowed=(74,))
        check(b"memory" in done.stderr, f"a value of {size} bytes in a thread: says {done.stderr}")
        shutil.rmtree(work / "bench")
    print("ok values that no memory holds")


def try_few_threads(make_log, work):
    """Stacks of 1 GiB, and room for three of them."""
    log = work / "aol.bin"
    run([make_log, log, "framed-2", 1, 4000, 60])
    targets = []
    for i in range(TARGETS):
        targets.append(work / f"log{i}.bin")
        targets[-1].symlink_to(log)
    few = {"preexec_fn": limited(4096, stack_mib=1024)}
    for command in ("info", "verify"):
        told = persist(command, *targets)
        done = persist(command, "-v", "--jobs", 100_000, *targets, **few)
        check(done.stdout == told.stdout, f"{command}: with few threads it says {done.stdout}")
        check(b"threads" in done.stderr, f"{command} got all threads, which shows nothing: {done.stderr}")
    done = persist("bench", "append", "--writers", 100, "--commits", 5, work / "bench", allowed=(74,), **few)
    check(b"thread" in done.stderr, f"bench append: says {done.stderr}")
    print("ok few threads")
    return log


def try_no_thread(log):
    """Stacks of 1 GiB, and no room for one: not even for the progress of what comes through a pipe."""
    none = {"preexec_fn": limited(512, stack_mib=1024)}
    read = log.read_bytes()
    for command in ("info", "dump", "log", "verify"):
        told = persist(command, "-", stdin=read)
        done = persist(command, "-", stdin=read, **none)
        check(done.stdout == told.stdout, f"{command}: without threads it says {done.stdout[:200]}")
    told = persist("verify", log, log)
    done = persist("verify", "--jobs", 2, log, log, **none)
    check(done.stdout == told.stdout, f"verify: without threads it says {done.stdout}")
    print("ok no thread")


def try_small_files(work, make_log):
    """`ulimit -f`: what passes it is refused, and the refusal is no signal that kills."""
    original, new, temporary = work / "to-shrink", work / "small", work / "temporary"
    original.mkdir()
    run([make_log, original / "aol.bin", "framed-2", 2, 4000, 200])
    small = {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))}
    for command in WRITING + ELSEWHERE:
        words, database = ([*command, new] if command in ELSEWHERE else command), copy_database(original, work / "copy")
        before = contents(database)
        done = persist(*words, "--temp-dir", temporary, database, allowed=(74,), **small)
        check(b"too large" in done.stderr, f"{words}: says {done.stderr}")
        check(contents(database) == before, f"{words}: left {list(database.iterdir())}")
        left = [*temporary.iterdir(), *work.glob("small*")]
        check(not left, f"{words}: left {left}")
    print("ok small files")


def main():
    with temporary_directory() as name:
        work = pathlib.Path(name)
        if run([PERSIST, "--version"], allowed=range(-64, 256), preexec_fn=limited(512)).returncode != 0:
            skip("the program does not start in little memory (sanitizers take more)")
        try_little_memory(work)
        try_values_that_no_memory_holds(work)
        log = try_few_threads(sys.argv[1], work)
        try_no_thread(log)
        try_small_files(work, sys.argv[1])


if __name__ == "__main__":
    main()
