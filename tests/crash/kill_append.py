#!/usr/bin/env python3
"""kill -9 in the middle of `persist bench append --acks`: no acknowledged commit is missing, no half
transaction is there, and verify calls what is left clean or torn.

    kill_append.py PERSIST [JUDGES]

Each directory is opened and killed several times over. 24 kills, 600 where PERSIST_LONG is set; where
judges are at hand, the real engine of the line reads what is left as persist does.
"""

import base64
import collections
import itertools
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

KEYS_PER_COMMIT = 3
KILLS_PER_DIRECTORY = 5
IS_LONG = bool(os.environ.get("PERSIST_LONG"))
# line, fsync, writers, mode of the log
CONFIGURATIONS = list(
    itertools.product(["1.1", "1.0", "0.27"] if IS_LONG else ["1.1"], ["never", "every", "10"], ["1", "8"], ["sync", "async"])
)


class Failure(AssertionError):
    pass


def check(holds, message):
    if not holds:
        raise Failure(message)


def output_of(allowed, *arguments):
    done = subprocess.run([str(part) for part in arguments], capture_output=True)
    check(done.returncode in allowed, f"{arguments}: exit {done.returncode}: {done.stderr.decode()}")
    return done.stdout


def bytes_of(row, name):
    return base64.b64decode(row[f"{name}_b64"]) if f"{name}_b64" in row else row[name].encode()


def rows_from(text):
    rows = map(json.loads, text.splitlines())
    return {bytes_of(row, "key"): bytes_of(row, "value") for row in rows if "schema" not in row and "end" not in row}


def run_and_kill(persist, directory, configuration, snapshots, rng):
    """Returns the acknowledged keys and versions."""
    line, fsync, writers, mode = configuration
    command = [persist, "bench", "append", directory, "--acks", "--seconds", "60", "--ops", str(KEYS_PER_COMMIT),
               "--line", line, "--fsync", fsync, "--writers", writers, "--aol", mode]
    if snapshots:
        command += ["--snapshot-every", str(rng.choice([1, 5, 20]))]
    with tempfile.TemporaryFile() as acknowledged:
        process = subprocess.Popen([str(part) for part in command], stdout=acknowledged, stderr=subprocess.PIPE)
        time.sleep(rng.uniform(0.02, 0.25))
        ended = process.poll()
        process.kill()
        _, errors = process.communicate()
        check(ended is None, f"bench ended by itself with {ended}: {errors.decode()}")
        acknowledged.seek(0)
        whole_lines = acknowledged.read().split(b"\n")[:-1]
    return [(row["key"].encode(), int(row["version"])) for row in map(json.loads, whole_lines)]


def check_survivors(persist, directory, promised):
    versions = {}
    for row in map(json.loads, output_of((0, 1), persist, "dump", directory, "--history").splitlines()):
        if "version" in row:
            key = bytes_of(row, "key")
            versions[key] = max(int(row["version"]), versions.get(key, 0))
    for key, version in promised.items():
        found = versions.get(key, 0)
        check(found >= version, f"{key} was acknowledged at {version}, found {found}")


def check_no_halves(persist, directory):
    """Every commit in the log has all its keys; two equal ones among them are rare, and then one."""
    log = [json.loads(row) for row in output_of((0, 1), persist, "log", directory, "--json").splitlines()[1:]]
    halves = [commit for commit in log if commit.get("records", KEYS_PER_COMMIT) < KEYS_PER_COMMIT]
    check(len(halves) <= 1 + len(log) // 1000, f"{len(halves)} of {len(log)} commits lack a record: {halves[:3]}")


def check_what_is_left(persist, judges, directory, line, promised):
    """Returns verify's verdict."""
    if not (directory / "aol.bin").exists():
        check(not promised, "the log is gone")
        return "nothing"
    verdict = json.loads(output_of((0, 1), persist, "verify", directory, "--json"))["verdict"]
    check(verdict in ("clean", "torn-tail"), verdict)
    check_survivors(persist, directory, promised)
    check_no_halves(persist, directory)
    if judges and verdict == "clean":  # up to 0.27 the engine shows a half transaction of a torn tail
        judged = rows_from(output_of((0,), judges / f"judge-{line}", "dump", directory))
        check(judged == rows_from(output_of((0,), persist, "dump", directory)), "the engine reads other rows")
    return verdict


def kill_again_and_again(persist, judges, directory, configuration, kills, rng, seen):
    line, _, _, mode = configuration
    promised = {}
    for _ in range(kills):
        snapshots = rng.random() < 0.7
        try:
            acknowledged = run_and_kill(persist, directory, configuration, snapshots, rng)
            if mode == "sync":  # asynchronous commits are acknowledged before they are written
                promised.update(acknowledged)
            seen[check_what_is_left(persist, judges, directory, line, promised)] += 1
        except Failure as failure:
            raise Failure(f"line, fsync, writers, mode {configuration}, snapshots {snapshots}: {failure}") from None
        seen["acknowledged keys"] += len(acknowledged)


def main():
    persist = pathlib.Path(sys.argv[1])
    judges = next((path for path in map(pathlib.Path, [os.environ.get("PERSIST_JUDGE_DIR", "-"), *sys.argv[2:]])
                   if (path / "judge-1.1").exists()), None)
    kills = 600 if IS_LONG else 24
    rng = random.Random(1)
    seen = collections.Counter()
    configurations = itertools.cycle(rng.sample(CONFIGURATIONS, len(CONFIGURATIONS)))
    for begun in range(0, kills, KILLS_PER_DIRECTORY):
        with tempfile.TemporaryDirectory() as work:
            kill_again_and_again(persist, judges, pathlib.Path(work) / "database", next(configurations),
                                 min(KILLS_PER_DIRECTORY, kills - begun), rng, seen)
    print(", ".join(f"{count} {name}" for name, count in sorted(seen.items())))
    print(f"tally: kills: {kills}")


main()
