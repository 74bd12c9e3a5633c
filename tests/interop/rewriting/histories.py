#!/usr/bin/env python3
"""Random histories of all four lines, written by the real engines, against a model of what they did.

    histories.py [ROUNDS [SEED]]
"""

import pathlib
import random
import sys
import tempfile

from support import *  # noqa: F403


class History:
    """What an engine was told to do, and the state after each commit."""

    def __init__(self, line, directory, rng, commits, snapshots):
        self.line, self.directory = line, directory
        keys = [bytes([rng.randrange(97, 123)]) * rng.randrange(1, 4) for _ in range(12)]
        lines, self.states, rows = [], [], {}
        for number in range(commits):
            ops = {rng.choice(keys): None if rng.random() < 0.3 else rng.randbytes(rng.randrange(0, 20)) for _ in range(rng.randrange(1, 4))}
            for key, value in ops.items():
                rows.pop(key, None)
                if value is not None:
                    rows[key] = value
            self.states.append(dict(rows))
            encoded = [{"key_b64": b64(k), "value_b64": None if v is None else b64(v)} for k, v in ops.items()]
            lines.append(json.dumps({"ops": encoded}))
            if number in snapshots:
                lines.append('{"snapshot":true}')
        directory.mkdir(parents=True)
        mode = rng.choice(["sync", "async"]) if not snapshots else "sync"
        judge(line, "apply", directory, "--ops", "-", "--aol", mode, stdin="\n".join(lines).encode())
        log = [json.loads(row) for row in persist("log", directory, "--json").stdout.splitlines()[1:]]
        # Of an engine with one writer, the log holds the last commits in their order.
        self.first = commits - len(log)
        self.commits = log

    def state_at(self, index):
        return self.states[self.first + index]


def b64(data):
    return base64.b64encode(data).decode()


def replayed(history, work, *arguments, allowed=(0,)):
    target = work / "replayed"
    shutil.rmtree(target, ignore_errors=True)
    persist("replay", history.directory, "--output", target, *arguments, allowed=allowed)
    return target


def test_points_in_time(history, rng, work):
    for index in rng.sample(range(len(history.commits)), min(5, len(history.commits))):
        commit, expected = history.commits[index], history.state_at(index)
        version = commit["version"]
        target = replayed(history, work, "--until", version)
        check(judged_rows(history.line, target) == expected, f"{target}: replay --until {version}")
        check(dumped_rows(history.directory, "--at", version) == expected, f"dump --at {version}")
        behind = commit["offset"] + commit["length"]
        for offset in (behind, behind + rng.randrange(0, 3)):
            target = replayed(history, work, "--until-offset", offset)
            check(judged_rows(history.line, target) == expected, f"{target}: replay --until-offset {offset}")
        snapshot = work / "then.bin"
        snapshot.unlink(missing_ok=True)
        persist("snapshot", history.directory, "--output", snapshot, "--at", version)
        check(dumped_rows(snapshot) == expected, f"snapshot --at {version}")
        if history.line == "0.18":
            check("time" in commit, "a version of line 0.18 has a time")
            target = replayed(history, work, "--until", commit["time"])
            check(judged_rows(history.line, target) == expected, f"replay --until {commit['time']}")
        else:
            replayed(history, work, "--until", "2026-01-01T00:00:00Z", allowed=(64,))


def test_diff(history, rng):
    """Between two instants: what the model says came, went and changed."""
    if len(history.commits) < 2:
        return
    a, b = sorted(rng.sample(range(len(history.commits)), 2))
    old, new = history.state_at(a), history.state_at(b)
    at = ["--at-a", history.commits[a]["version"], "--at-b", history.commits[b]["version"]]
    found = persist("diff", history.directory, history.directory, *at, "--json", allowed=(0, 1))
    check(found.returncode == (1 if old != new else 0), f"diff {at}: exit {found.returncode}")
    changes = [json.loads(line) for line in found.stdout.splitlines()[1:]]
    seen = {bytes_of(change, "key") for change in changes if "key" in change or "key_b64" in change}
    check(seen == {key for key in old.keys() | new.keys() if old.get(key) != new.get(key)}, f"diff {at}: {seen}")


def test_before_the_snapshot(history, work):
    if not history.commits or history.first == 0 or history.line == "0.18":
        return
    early = int(history.commits[0]["version"]) - 2
    if early > 0:
        replayed(history, work, "--until", early, allowed=(64,))
        check(not (work / "replayed").exists(), "a replay that was refused left its directory")


def test_skip(history, rng, work):
    if not history.commits:
        return
    skipped = rng.randrange(len(history.commits))
    version = int(history.commits[skipped]["version"])
    expected = {}
    for key, at, value in sorted(dumped_history(history.directory), key=lambda row: row[1]):
        if at != version:
            expected.pop(key, None)
            if value is not None:
                expected[key] = value
    target = replayed(history, work, "--skip", version)
    check(judged_rows(history.line, target) == expected, f"replay --skip {version}")
    replayed(history, work, "--skip", 1 << 60, allowed=(64,))


def with_values(rows):
    """Without keys that were only deleted: a line without headers keeps its clock in such a delete."""
    keys = {key for key, _, value in rows if value is not None}
    return [row for row in rows if row[0] in keys]


def test_conversions(history, work):
    line, there, back = history.line, work / "there", work / "back"
    for to in LINES:
        for directory in (there, back):
            shutil.rmtree(directory, ignore_errors=True)
        persist("convert", history.directory, "--to", to, "--output", there)
        check(judged_rows(to, there) == history.states[-1], f"{there}: convert to {to}")
        persist("convert", there, "--to", line, "--output", back)
        check(judged_rows(line, back) == history.states[-1], f"{back}: convert to {to} and back")
        there_and_back = with_values(dumped_history(back))
        check(there_and_back == with_values(dumped_history(history.directory)), f"{back}: history by way of {to}")
        copy = copy_database(history.directory, work / "in-place")
        originals = contents(copy)
        report = persist_json("convert", copy, "--to", to, "--in-place")
        check(judged_rows(to, copy) == history.states[-1], f"{copy}: convert in place to {to}")
        check(dumped_history(copy) == dumped_history(there), f"{copy}: convert in place to {to}")
        kept = contents(pathlib.Path(report["originals"]))
        check({k: v for k, v in kept.items() if k.endswith(".bin")} == originals, "the originals are kept")


def test_dump_and_import(history, work):
    dump = persist("dump", history.directory, "--history").stdout
    target = work / "imported"
    shutil.rmtree(target, ignore_errors=True)
    persist("import", "--output", target, "--to", history.line, stdin=dump)
    check(judged_rows(history.line, target) == history.states[-1], "dump | import")
    check(dumped_history(target) == dumped_history(history.directory), "dump --history | import")


def test_apply(history, rng, work):
    """What one database's log adds to another one."""
    base_line = rng.choice(LINES)
    base = History(base_line, work / "base", rng, rng.randrange(1, 12), {5} if rng.random() < 0.5 else set())
    last = int(base.commits[-1]["version"]) if base.commits else 0
    expected = dict(base.states[-1])
    for key, _, value in sorted(log_records(history.directory), key=lambda row: row[1]):
        expected.pop(key, None)
        if value is not None:
            expected[key] = value
    report = persist_json("replay", history.directory, "--apply-to", base.directory)
    check(report["applied"] == len(history.commits), f"applied {report['applied']}")
    if history.commits:
        check(int(report["first_version"]) > last, "versions go on above the clock")
    check(judged_rows(base_line, base.directory) == expected, f"{base.directory}: apply to line {base_line}")
    persist("replay", base.directory, "--apply-to", base.directory, allowed=(64,))
    shutil.rmtree(work / "base")


def log_records(directory):
    for line in persist("log", directory, "--records", "--json").stdout.splitlines()[1:]:
        commit = json.loads(line)
        for record in commit["changes"]:
            yield bytes_of(record, "key"), int(commit["version"]), bytes_of(record, "value")


def test_in_place(history, rng, work):
    for command in (["compact"], ["compact", "--log-only"], ["snapshot"], ["snapshot", "--compress", "none"]):
        copy = copy_database(history.directory, work / "in-place")
        persist(*command, copy)
        check(judged_rows(history.line, copy) == history.states[-1], f"{copy}: {command}")
        persist(*rng.choice([["compact"], ["snapshot"]]), copy)
        check(judged_rows(history.line, copy) == history.states[-1], f"{copy}: {command}, then another")


def main():
    numbers = [int(argument) for argument in sys.argv[1:]]
    rounds = numbers[0] if numbers else 50 if IS_LONG else 1
    seed = numbers[1] if len(numbers) > 1 else 1
    for number in range(rounds):
        for line in LINES:
            rng = random.Random(f"{seed} {number} {line}")
            with temporary_directory() as name:
                work = pathlib.Path(name)
                commits = rng.randrange(1, 40)
                snapshots = {rng.randrange(commits)} if rng.random() < 0.5 else set()
                history = History(line, work / "source", rng, commits, snapshots)
                try:
                    test_points_in_time(history, rng, work)
                    test_diff(history, rng)
                    test_before_the_snapshot(history, work)
                    test_skip(history, rng, work)
                    test_conversions(history, work)
                    test_dump_and_import(history, work)
                    test_apply(history, rng, work)
                    test_in_place(history, rng, work)
                except AssertionError:
                    print(f"seed {seed}, round {number}, line {line}, snapshots {snapshots} of {commits}")
                    keep = pathlib.Path(tempfile.gettempdir()) / "persist-failed-history"
                    shutil.rmtree(keep, ignore_errors=True)
                    shutil.copytree(work, keep)
                    raise
        print(f"ok round {number}", flush=True)


if __name__ == "__main__":
    main()
