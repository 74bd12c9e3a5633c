#!/usr/bin/env python3
"""Holds verify, log and dump against what the engines themselves say about their files."""

import argparse
import base64
import json
import re
import subprocess
import sys
from pathlib import Path

TESTDATA = Path(__file__).resolve().parent.parent.parent / "testdata"
PROBLEMS = []


def expect(condition, *words):
    if not condition:
        PROBLEMS.append(" ".join(str(word) for word in words))


def run(persist, *arguments, stdin=None):
    return subprocess.run([persist, *map(str, arguments)], capture_output=True, stdin=stdin, check=False)


def rows_of(text):
    return [json.loads(line) for line in text.splitlines()]


def member(row, name):
    if name in row:
        return None if row[name] is None else row[name].encode()
    if name + "_b64" in row:
        return base64.b64decode(row[name + "_b64"], validate=True)
    return bytes.fromhex(row[name + "_hex"])


def pairs(rows):
    return [(member(row, "key"), member(row, "value")) for row in rows]


def check_verify(persist, directory):
    done = run(persist, "verify", "--json", directory)
    report = json.loads(done.stdout)
    expect(done.returncode == 0 and report["verdict"] == "clean", directory, "verify:", done.stdout)
    expect(list(report)[0] == "schema" and report["schema"] == "persist.verify/1", directory, "schema")
    expect({engine["line"] for engine in report["engines"]} == {"0.18", "0.27", "1.0", "1.1"},
           directory, "engines")


def check_log(persist, directory):
    done = run(persist, "log", "--json", directory)
    header, *rows = rows_of(done.stdout)
    wanted = rows_of((directory / "commits.ndjson").read_text())
    named = [{name: row[name] for name in ("offset", "length", "version", "records")} for row in rows]
    expect(done.returncode == 0 and header["schema"] == "persist.log/1", directory, "log header")
    expect(named == wanted, directory, "log differs from commits.ndjson")
    reverse = run(persist, "log", "--json", "--reverse", directory)
    expect(rows_of(reverse.stdout)[1:] == rows[::-1], directory, "log --reverse")
    detailed = rows_of(run(persist, "log", "--json", "--records", directory).stdout)[1:]
    expect([len(row["changes"]) for row in detailed] == [row["records"] for row in rows],
           directory, "log --records")


def check_dump(persist, directory):
    wanted = pairs(rows_of((directory / "expected.ndjson").read_text()))
    fingerprints = set()
    for encoding in ("auto", "base64", "hex"):
        done = run(persist, "dump", "--encoding", encoding, directory)
        header, *rows, end = rows_of(done.stdout)
        expect(done.returncode == 0 and header["schema"] == "persist.dump/1", directory, "dump header")
        expect(pairs(rows) == wanted, directory, "dump", encoding, "differs from expected.ndjson")
        expect(end["end"] is True and end["rows"] == len(wanted), directory, "dump end", end)
        fingerprints.add(end["fingerprint"])
    load = json.loads(run(persist, "load", "--json", directory).stdout)
    expect(fingerprints == {load["fingerprint"]}, directory, "fingerprints differ", fingerprints)
    expect(load["keys"] == len(wanted), directory, "load counts", load["keys"], "keys")


def check_history(persist, directory):
    """The newest of every version, deletes left out, is the state."""
    history = rows_of(run(persist, "dump", "--history", directory).stdout)[1:-1]
    newest = {}
    for row in history:
        newest[member(row, "key")] = member(row, "value")
    live = [(key, value) for key, value in sorted(newest.items()) if value is not None]
    wanted = pairs(rows_of((directory / "expected.ndjson").read_text()))
    expect(live == wanted, directory, "dump --history")


def check_standard_input(persist, directory):
    log = directory / "aol.bin"
    if (directory / "snapshot.bin").exists() or not log.exists():
        return
    by_name = run(persist, "dump", directory).stdout.splitlines()[1:]
    with log.open("rb") as stream:
        redirected = run(persist, "dump", "-", stdin=stream).stdout.splitlines()[1:]
    expect(redirected == by_name, directory, "dump - of a file")
    with subprocess.Popen(["cat", log], stdout=subprocess.PIPE) as cat:
        piped = run(persist, "dump", "-", stdin=cat.stdout).stdout.splitlines()[1:]
    expect(piped == by_name, directory, "dump - of a pipe")


def normalized(record_id):
    """One spelling for an id that clients print in different ones."""
    return re.sub(r"\s", "", re.sub(r"\.000Z", "Z", re.sub(r'[su]?["\'`⟨⟩]', "", record_id)))


def check_records(persist, directory):
    truth = {normalized("shop/main/" + row["id"]) for row in rows_of((directory / "truth.ndjson").read_text())}
    rows = rows_of(run(persist, "dump", "--decode", "surrealdb", directory).stdout)[1:-1]
    found = {normalized(row["record"]) for row in rows if "record" in row}
    expect(found == truth, directory, "records differ from truth.ndjson", found ^ truth)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persist", required=True)
    persist = parser.parse_args().persist
    sound = sorted(path.parent for path in TESTDATA.glob("*/*/expected.ndjson"))
    for directory in sound:
        check_verify(persist, directory)
        check_log(persist, directory)
        check_dump(persist, directory)
        check_history(persist, directory)
        check_standard_input(persist, directory)
        if (directory / "truth.ndjson").exists():
            check_records(persist, directory)
    print(*PROBLEMS[:20], sep="\n")
    print(f"{len(sound)} directories, {len(PROBLEMS)} problems")
    return 1 if PROBLEMS or not sound else 0


if __name__ == "__main__":
    sys.exit(main())
