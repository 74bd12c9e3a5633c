#!/usr/bin/env python3
"""Repairs every damaged directory of testdata/ and lets the real engine of its line read the result.

    check_repairs.py PERSIST TESTDATA [JUDGES]

The rows must be those of expected-after-repair.ndjson or, key by key, of also-allowed.ndjson; of
SurrealDB's databases the records of expected-recoverable.ndjson. Without JUDGES (the directory that
build.sh fills), or when that is not there, only persist itself reads the result.
"""
import base64
import json
import pathlib
import subprocess
import sys
import tempfile


def read_rows(path):
    rows = {}
    for line in path.read_text().splitlines():
        row = json.loads(line)
        rows[row["key_b64"]] = row["value_b64"]
    return rows


def run(*arguments):
    return subprocess.run([str(item) for item in arguments], capture_output=True, text=True, check=False)


def dumped_rows(persist, directory):
    result = run(persist, "dump", "--encoding", "base64", directory)
    if result.returncode != 0:
        raise AssertionError(f"dump exits {result.returncode}: {result.stderr}")
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    return {row["key_b64"]: row["value_b64"] for row in lines if "key_b64" in row}


def judged_rows(judges, line, directory):
    result = run(judges / f"judge-{line}", "dump", directory)
    if result.returncode != 0:
        raise AssertionError(f"the engine of line {line} exits {result.returncode}: {result.stdout}")
    rows = [json.loads(text) for text in result.stdout.splitlines()]
    return {row["key_b64"]: row["value_b64"] for row in rows}


def wrong_keys(rows, source):
    expected = read_rows(source / "expected-after-repair.ndjson")
    also = source / "also-allowed.ndjson"
    allowed = read_rows(also) if also.exists() else expected
    keys = set(rows) | set(expected) | set(allowed)
    return sorted(key for key in keys if rows.get(key) not in (expected.get(key), allowed.get(key)))


def missing_records(persist, directory, source):
    result = run(persist, "dump", "--decode", "surrealdb", "--keys-only", directory)
    found = {row.get("record", "") for row in map(json.loads, result.stdout.splitlines())}
    wanted = [json.loads(text)["id"] for text in
              (source / "expected-recoverable.ndjson").read_text().splitlines()]
    return [record for record in wanted if not any(name.endswith("/" + record) for name in found)]


def check(persist, judges, line, source, work):
    """Returns what is wrong, an empty list when nothing is."""
    problems = []
    output = work / "repaired"
    result = run(persist, "repair", "--quiet", "--output", output, source)
    if result.returncode not in (0, 3):
        return [f"repair exits {result.returncode}: {result.stderr}"]
    if (verified := run(persist, "verify", output)).returncode != 0:
        problems.append(f"verify of the result exits {verified.returncode}: {verified.stdout}")
    rows = dumped_rows(persist, output)
    if judges and judged_rows(judges, line, output) != rows:
        problems.append(f"the engine of line {line} reads other rows")
    if (source / "expected-after-repair.ndjson").exists():
        for key in wrong_keys(rows, source):
            problems.append(f"row {base64.b64decode(key)!r} is neither expected nor allowed")
    else:
        problems += [f"{record} is not there" for record in missing_records(persist, output, source)]
    return problems


def sources(testdata):
    for truth in sorted(testdata.glob("**/expected-after-repair.ndjson")):
        family = truth.parent.parent.name
        yield family.removeprefix("engine-"), truth.parent
    for truth in sorted(testdata.glob("surrealdb-*/*/expected-recoverable.ndjson")):
        yield "0.18", truth.parent


def main():
    persist, testdata = (pathlib.Path(item).resolve() for item in sys.argv[1:3])
    judges = pathlib.Path(sys.argv[3]).resolve() if len(sys.argv) > 3 else None
    if judges and not judges.is_dir():
        judges = None
    checked = wrong = 0
    for line, source in sources(testdata):
        line = line if line[0].isdigit() else "0.18"
        checked += 1
        with tempfile.TemporaryDirectory() as work:
            problems = check(persist, judges, line, source, pathlib.Path(work))
        wrong += bool(problems)
        for problem in problems:
            print(f"{source.relative_to(testdata)}: {problem}")
    print(f"{checked} repairs checked, {wrong} wrong" + ("" if judges else "; no engine asked"))
    return 0 if checked and not wrong else 1


if __name__ == "__main__":
    sys.exit(main())
