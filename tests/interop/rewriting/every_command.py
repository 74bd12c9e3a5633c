#!/usr/bin/env python3
"""Every rewriting command on every sound database in testdata, judged by the real engine of the line."""

import pathlib

from support import *  # noqa: F403: the tests' own vocabulary


def expected_rows(path):
    return rows_from((path / "expected.ndjson").read_bytes())


def test_in_place(line, path, work):
    expected = expected_rows(path)
    for command in (["snapshot"], ["compact"], ["compact", "--log-only"]):
        database = copy_database(path, work / "in-place")
        before = contents(database)
        dry = persist_json(*command, database, "--dry-run")
        check(contents(database) == before, f"{path}: a dry run of {command} changed something")
        report = persist_json(*command, database)
        check(report["schema"] == f"persist.{command[0]}/1", f"{path}: {report['schema']}")
        check(report["line"] == line, f"{path}: {command} wrote line {report['line']}")
        if command != ["compact", "--log-only"]:
            check(report["written"], f"{path}: {command} wrote nothing")
            check(dry["after"] == report["after"], f"{path}: the dry run of {command} said other sizes")
            check_sound(line, database, expected, report["fingerprint"])
        check(judged_rows(line, database) == expected, f"{path}: {command}: the engine reads other rows")
        check(sum(len(c) for c in contents(database).values()) == report["after"]["bytes"], f"{path}: sizes")
        go_on(line, database, expected)


def go_on(line, database, expected):
    """The engine goes on from there, with versions above those that were."""
    clock = max((version for _, version, _ in dumped_history(database)), default=0)
    ops = '{"ops":[{"key_b64":"bmV3","value_b64":"bmV3"}]}\n'
    for mode in ("sync", "async"):
        judge(line, "apply", database, "--ops", "-", "--aol", mode, stdin=ops.encode())
    judge(line, "apply", database, "--ops", "-", "--snapshot", "--aol", "async", stdin=ops.encode())
    rows = dict(expected)
    rows[b"new"] = b"new"
    check(judged_rows(line, database) == rows, f"{database}: the engine's next commit was lost")
    newest = max(version for key, version, _ in dumped_history(database) if key == b"new")
    check(newest > clock, f"{database}: the clock went backward: {newest} after {clock}")


def test_snapshot_elsewhere(line, path, work):
    expected = expected_rows(path)
    for compress in ("lz4", "none"):
        database = copy_database(path, work / "source")
        before = contents(database)
        target = work / "elsewhere"
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir()
        output = target / "snapshot.bin"
        report = persist_json("snapshot", database, "--output", output, "--compress", compress)
        check(contents(database) == before, f"{path}: snapshot --output changed the database")
        check(judged_rows(line, target) == expected, f"{path}: snapshot --output holds other rows")
        check(report["after"]["bytes"] == output.stat().st_size, f"{path}: sizes")
        persist("snapshot", database, "--output", output, allowed=(73,))
        if compress == "lz4":
            check_sound(line, target, expected, report["fingerprint"])


def test_convert(line, path, work):
    expected = expected_rows(path)
    history = dumped_history(path)
    for to in LINES:
        target = work / "converted"
        shutil.rmtree(target, ignore_errors=True)
        report = persist_json("convert", path, "--to", to, "--output", target)
        check_sound(to, target, expected, report["fingerprint"])
        check(report["line"] == to and report["versions_left_out"] == 0, f"{path}: {report}")
        check(dumped_history(target) == history, f"{path}: history differs on line {to}")
        back = work / "back"
        shutil.rmtree(back, ignore_errors=True)
        persist("convert", target, "--to", line, "--output", back)
        check_sound(line, back, expected, report["fingerprint"])
        check(dumped_history(back) == history, f"{path}: history differs after {to} and back")
        persist("convert", path, "--to", to, "--output", target, allowed=(73,))
        go_on(to, target, expected)


def test_replay(line, path, work):
    target = work / "replayed"
    shutil.rmtree(target, ignore_errors=True)
    report = persist_json("replay", path, "--output", target)
    check_sound(line, target, expected_rows(path), report["fingerprint"])
    check(dumped_history(target) == dumped_history(path), f"{path}: replay changed the history")


def test_import(line, path, work):
    expected = expected_rows(path)
    for encoding in ("auto", "base64", "hex"):
        for history in ([], ["--history"]):
            dump = persist("dump", path, "--encoding", encoding, *history).stdout
            for to in LINES if encoding == "auto" or IS_LONG else [line]:
                for kind in ([], ["--as", "snapshot"], ["--as", "log"]):
                    target = work / "imported"
                    shutil.rmtree(target, ignore_errors=True)
                    done = persist("import", "--output", target, "--to", to, *kind, "--json", stdin=dump)
                    report = json.loads(done.stdout)
                    if encoding == "auto":
                        check_sound(to, target, expected, report["fingerprint"])
                    else:
                        check(judged_rows(to, target) == expected, f"{path}: import --to {to} {kind}")
                    if report["versions_left_out"] == 0:
                        again = persist("dump", target, "--encoding", encoding, *history).stdout
                        check(again.splitlines()[1:] == dump.splitlines()[1:], f"{path}: dump | import {to} {kind}")


# Enough to see each command at work on each line; the long run takes every database there is.
QUICK = {"0.18": "log-binary-keys", "0.27": "snapshot-lz4-and-log", "1.0": "log-binary-keys", "1.1": "snapshot-lz4-and-log"}


def main():
    with temporary_directory() as name:
        for line, path in sound_databases():
            if not IS_LONG and path.name != QUICK[line]:
                continue
            for test in (test_in_place, test_snapshot_elsewhere, test_convert, test_replay, test_import):
                test(line, path, pathlib.Path(name))
            print(f"ok {line} {path.name}", flush=True)


if __name__ == "__main__":
    main()
