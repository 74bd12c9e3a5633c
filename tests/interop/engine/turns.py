#!/usr/bin/env python3
"""The real engine and the embedded one take turns with one directory; the end equals a model.

    turns.py [ROUNDS [SEED]]
"""

import pathlib
import random
import sys

from driver import *  # noqa: F403


def take_turns(line, rounds, rng):
    with temporary_directory() as work:
        directory = pathlib.Path(work) / "database"
        directory.mkdir()
        writer = Writer(rng)
        newest = 0
        for number in range(rounds):
            items = writer.transactions(rng.randrange(1, 20))
            if rng.random() < 0.3:
                items.insert(rng.randrange(len(items) + 1), "snapshot")
            fsync = rng.choice(["never", "every", "3"])
            compress = rng.choice(["none", "lz4"])
            # The crate's line 1.0 writes its header twice in asynchronous mode; 0.27 drops commits.
            aol = rng.choice(["sync", "async"]) if line == "1.1" or number % 2 else "sync"
            if number % 2:
                version = engine_apply(directory, line, aol, fsync, compress, items)
                check(version > newest, f"round {number}: the clock went from {newest} to {version}")
                newest = version
            else:
                judge(line, "apply", directory, "--ops", "-", "--aol", aol, "--fsync", fsync,
                      "--compress", compress, stdin=told_to_theirs(items))
            check(judged_rows(line, directory) == writer.rows, f"line {line}, round {number}: other rows")
        check(dumped_rows(directory) == writer.rows, f"line {line}: persist reads other rows")
        check_verify(line, directory)
        no_leftovers(directory)


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    rng = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    for line in LINES:
        take_turns(line, rounds, rng)
        print(f"line {line}: {rounds} rounds of taking turns")


if __name__ == "__main__":
    main()
