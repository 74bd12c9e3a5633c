#!/usr/bin/env python3
"""What the embedded engine writes, in every combination of modes and for every line, is what the real
engine of that line, and of every younger one, reads.

    modes.py [SEED]
"""

import itertools
import pathlib
import random
import sys

from driver import *  # noqa: F403

LOG_MODES = ["sync", "async", "never"]
FSYNC_MODES = ["never", "every", "5"]
COMPRESSIONS = ["none", "lz4"]
SNAPSHOTS = ["none", "middle", "end", "often"]


def history(writer, snapshots):
    items = []
    for part in range(4):
        items += writer.transactions(12)
        if snapshots == "often" or (snapshots == "middle" and part == 1) or (snapshots == "end" and part == 3):
            items.append("snapshot")
        if part == 2:
            items.append("reopen")
    return items


def expected_rows(writer, items, aol):
    if aol != "never":
        return writer.rows
    # Without a log, what a reopen or the end finds is the last snapshot.
    rows, saved = {}, {}
    for item in items:
        if item == "snapshot":
            saved = dict(rows)
        elif item == "reopen":
            rows = dict(saved)
        else:
            for key, value in item.items():
                rows.pop(key, None)
                if value is not None:
                    rows[key] = value
    return saved


def main():
    rng = random.Random(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
    combinations = list(itertools.product(LINES, LOG_MODES, FSYNC_MODES, COMPRESSIONS, SNAPSHOTS))
    for line, aol, fsync, compress, snapshots in combinations:
        with temporary_directory() as work:
            directory = pathlib.Path(work) / "database"
            writer = Writer(rng)
            items = history(writer, snapshots)
            engine_apply(directory, line, aol, fsync, compress, items)
            expected = expected_rows(writer, items, aol)
            what = f"line {line}, log {aol}, fsync {fsync}, {compress}, snapshots {snapshots}"
            for reader in LINES[LINES.index(line) :]:
                check(judged_rows(reader, directory) == expected, f"{what}: {reader} reads other rows")
            if any(directory.iterdir()):
                check(dumped_rows(directory) == expected, f"{what}: persist reads other rows")
                check_verify(line, directory)
                if compress == "lz4":
                    check_lz4(directory)
            no_leftovers(directory)
    print(f"{len(combinations)} combinations of modes")


if __name__ == "__main__":
    main()
