#!/usr/bin/env python3
"""`persist bench`: which options go together, what it prints, and that a dry run writes nothing."""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TESTDATA = Path(__file__).resolve().parent.parent.parent / "testdata"
PROBLEMS = []
RESULT = ["seconds", "bytes", "records", "bytes_per_second", "records_per_second", "floor", "ratio_to_floor"]


def expect(condition, *words):
    if not condition:
        PROBLEMS.append(" ".join(str(word) for word in words))


def run(*command):
    return subprocess.run(command, capture_output=True, check=False)


def options_of_other_operations(persist, scratch):
    """An option that means nothing to the operation is refused, not passed over."""
    for words in (["load", "--commits", "4"], ["verify", "--acks"], ["dump", "--writers", "2"],
                  ["append", "--runs", "3"]):
        done = run(persist, "bench", *words, scratch / "database")
        expect(done.returncode == 64 and words[1].encode() in done.stderr, words, done.returncode, done.stderr)
    expect(not (scratch / "database").exists(), "a refused bench wrote something")


def intervals_that_are_none(persist, scratch):
    """Said for what they are, before anything is written."""
    for option in ("--fsync", "--snapshot-every"):
        for words in ("0", "-1", "1.5", "31622400001", "18446744073709551615", "18446744073709551616"):
            done = run(persist, "bench", "append", f"{option}={words}", "--commits", "1", scratch / "database")
            expect(done.returncode == 64 and b"milliseconds from 1 to 31622400000" in done.stderr, option, words,
                   done.returncode, done.stderr)
    expect(not (scratch / "database").exists(), "a refused bench wrote something")
    done = run(persist, "bench", "append", "--fsync", "31622400000", "--commits", "1", scratch / "database")
    expect(done.returncode == 0, "an interval of a year:", done.returncode, done.stderr)


def acknowledgements_as_json(persist, scratch):
    """A stream: the header, a line for each commit, and at its end the result."""
    done = run(persist, "bench", "append", "--acks", "--commits", "3", "--json", scratch / "database")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    expect(done.returncode == 0 and len(lines) == 5, "lines:", len(lines), done.stdout, done.stderr)
    expect(lines[0] == {"schema": "persist.bench/1", "operation": "append"}, "header:", lines[0])
    expect(all(list(line) == ["key", "version"] for line in lines[1:-1]), "acknowledgements:", lines[1:-1])
    end = lines[-1]
    expect(end.get("end") is True and end.get("commits") == 3 and "schema" not in end, "end:", end)
    expect(all(name in end for name in [*RESULT, "commits_per_second"]), "the end lacks members:", end)


def acknowledgements_as_text(persist, scratch):
    """Nothing but them, for whoever counts them after a kill."""
    done = run(persist, "bench", "append", "--acks", "--commits", "3", scratch / "database")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    expect(done.returncode == 0 and [list(line) for line in lines] == [["key", "version"]] * 3, "lines:", done.stdout)


def dry_run(persist, scratch):
    """Says what it would do, and writes nothing, neither into a database nor where there is none."""
    shutil.copy(TESTDATA / "engine-0.27/log/aol.bin", scratch)
    before = (scratch / "aol.bin").read_bytes()
    for directory, line in ((scratch, "0.27"), (scratch / "new", "1.1")):
        done = run(persist, "bench", "append", "--dry-run", "--json", directory)
        result = json.loads(done.stdout)
        expect(done.returncode == 0 and result.get("written") is False and result.get("line") == line,
               "dry run:", done.returncode, result)
        done = run(persist, "bench", "append", "--dry-run", directory)
        expect(done.returncode == 0 and b"would be written" in done.stdout, "dry run says", done.stdout)
    with (scratch / "aol.bin").open("ab"):
        done = run(persist, "bench", "append", "--dry-run", scratch)
        expect(done.returncode == 75, "dry run beside a writer:", done.returncode, done.stderr)
    expect([path.name for path in scratch.iterdir()] == ["aol.bin"], "dry run made", list(scratch.iterdir()))
    expect((scratch / "aol.bin").read_bytes() == before, "dry run changed the log")


def result_as_json(persist, scratch):
    shutil.copy(TESTDATA / "engine-1.1/log/aol.bin", scratch)
    for words in (["load"], ["verify"], ["dump"], ["snapshot"], ["append", "--commits", "5"]):
        done = run(persist, "bench", *words, "--json", scratch)
        result = json.loads(done.stdout)
        expect(next(iter(result)) == "schema" and all(name in result for name in RESULT), words, result)
        expect(("commits_per_second" in result) == (words[0] == "append"), words, result)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persist", required=True)
    persist = parser.parse_args().persist
    tests = [options_of_other_operations, intervals_that_are_none, acknowledgements_as_json, acknowledgements_as_text, dry_run,
             result_as_json]
    with tempfile.TemporaryDirectory(prefix="persist-bench-") as name:
        for test in tests:
            scratch = Path(name) / test.__name__
            scratch.mkdir()
            test(persist, scratch)
    print(*PROBLEMS, sep="\n")
    print(f"{len(tests)} behaviours, {len(PROBLEMS)} problems")
    return 1 if PROBLEMS else 0


if __name__ == "__main__":
    sys.exit(main())
