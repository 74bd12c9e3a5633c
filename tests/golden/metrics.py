#!/usr/bin/env python3
"""`verify --metrics` as a parser of this file reads it, and as another one does:

    metrics.py --persist PROGRAM
    metrics.py --persist PROGRAM --beside client      Prometheus's client for Python
    metrics.py --persist PROGRAM --beside promtool    its own tool
"""

import argparse
import importlib.util
import json
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from tools import skip

TESTDATA = Path(__file__).resolve().parent.parent.parent / "testdata"
TARGETS = ["engine-1.1/snapshot-and-log", "damaged/1.1/0004-flip", "surrealdb-3.2.4/poisoned-person-40"]
PROBLEMS = []
BESIDE = None  # whose parser has to agree


def expect(condition, *words):
    if not condition:
        PROBLEMS.append(" ".join(str(word) for word in words))


def own_parser(text):
    """Names, labels and values by the grammar of the exposition format: for where no other is installed."""
    label = r'[a-zA-Z_]\w*="(?:[^"\\\n]|\\[\\"n])*"'
    sample = re.compile(rf"([a-zA-Z_:][\w:]*)(?:\{{({label}(?:,{label})*)\}})? (\S+)")
    for line in text.splitlines():
        if line.startswith("#"):
            expect(re.fullmatch(r"# (HELP [a-zA-Z_:][\w:]* .+|TYPE [a-zA-Z_:][\w:]* gauge)", line), "no comment:", line)
            continue
        found = sample.fullmatch(line)
        expect(found, "no sample:", line)
        if found:
            labels = dict(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', found[2] or ""))
            # One pass: "\\n" is a backslash and an n.
            unescape = {"\\\\": "\\", '\\"': '"', "\\n": "\n"}
            labels = {name: re.sub(r"\\.", lambda m: unescape[m[0]], value) for name, value in labels.items()}
            yield found[1], labels, float(found[3])


def client_parser(text):
    from prometheus_client.parser import text_string_to_metric_families
    for family in text_string_to_metric_families(text):
        expect(family.type == "gauge" and family.documentation, family.name, "lacks its type or its help")
        for sample in family.samples:
            yield sample.name, sample.labels, float(sample.value)


def read(path):
    text = path.read_text(encoding="utf-8")
    expect(text.endswith("\n"), "the last line does not end")
    by_own = list(own_parser(text))
    if BESIDE == "client":
        expect(sorted(map(str, client_parser(text))) == sorted(map(str, by_own)), "two parsers differ over", text)
    if BESIDE == "promtool":
        done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True, check=False)
        expect(done.returncode == 0, "promtool:", done.stdout, done.stderr)
    return {(name, labels.get("target"), labels.get("severity")): value for name, labels, value in by_own}


def figures(persist, scratch):
    """Every figure is that of verify's JSON."""
    names = [str(TESTDATA / target) for target in TARGETS]
    missing = str(scratch / "missing")
    path = scratch / "persist.prom"
    done = subprocess.run([persist, "verify", "--metrics", path, *names, missing], capture_output=True, check=False)
    values = read(path)
    expect(done.returncode == 66, "the worst status is", done.returncode)
    expect(values.get(("persist_verify_exit_status", missing, None)) == 66, "a target that is missing")
    for name in names:
        done = subprocess.run([persist, "verify", "--json", name], stdout=subprocess.PIPE, check=False)
        report = json.loads(done.stdout)
        wanted = {"exit_status": done.returncode, "bytes": sum(file["bytes"] for file in report["files"]),
                  "commits": sum(file["commits"] for file in report["files"]),
                  "records": sum(file["records"] for file in report["files"])}
        for figure, value in wanted.items():
            got = values.get((f"persist_verify_{figure}", name, None))
            expect(got == value, name, figure, "is", got, "and not", value)
        for severity in ("info", "warning", "error"):
            count = sum(finding["severity"] == severity for file in report["files"] for finding in file["findings"])
            got = values.get(("persist_verify_findings", name, severity))
            expect(got == count, name, severity, "findings are", got, "and not", count)
        expect(0 < values.get(("persist_verify_duration_seconds", name, None), 0) < 600, name, "has no duration")
        has_age = ("persist_verify_last_commit_age_seconds", name, None) in values
        expect(has_age == ("surrealdb" in name), name, "age of the last commit:", has_age)
    expect(("persist_verify_timestamp_seconds", None, None) in values, "no time of the check")


def labels(persist, scratch):
    """A name with all that a label must escape."""
    target = scratch / 'a "name" \\ with\nlines'
    shutil.copytree(TESTDATA / "engine-1.1/log", target)
    path = scratch / "labels.prom"
    subprocess.run([persist, "verify", "--metrics", path, target], capture_output=True, check=False)
    expect(("persist_verify_exit_status", str(target), None) in read(path), "a name is not escaped")


def replaced_at_once(persist, scratch):
    """A reader meets the old file or the new one, never a part; a failure leaves the old one."""
    path = scratch / "whole.prom"
    command = [persist, "verify", "--metrics", path, TESTDATA / "engine-1.1/log"]
    subprocess.run(command, capture_output=True, check=False)
    whole = path.read_text(encoding="utf-8").count("\n")
    done = threading.Event()
    seen = set()

    def watch():
        while not done.is_set():
            seen.add(path.read_text(encoding="utf-8").count("\n"))

    watcher = threading.Thread(target=watch)
    watcher.start()
    for _ in range(20):
        subprocess.run(command, capture_output=True, check=False)
    done.set()
    watcher.join()
    expect(seen == {whole}, "lines seen by a reader:", seen)
    before = path.stat().st_ino
    subprocess.run(command, capture_output=True, check=False)
    expect(path.stat().st_ino != before, "the file is written in place")
    expect([file.name for file in scratch.glob("whole.prom*")] == ["whole.prom"], "temporary files are left")


def skip_where_missing(other):
    # The client may be installed for another Python than the one that runs this.
    if other == "client" and importlib.util.find_spec("prometheus_client") is None:
        skip("this Python has no prometheus_client")
    if other == "promtool" and shutil.which("promtool") is None:
        skip("promtool is not installed")


def main():
    global BESIDE
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--persist", required=True)
    parser.add_argument("--beside", choices=("client", "promtool"))
    arguments = parser.parse_args()
    persist, BESIDE = arguments.persist, arguments.beside
    skip_where_missing(BESIDE)
    tests = [figures, labels, replaced_at_once]
    with tempfile.TemporaryDirectory(prefix="persist-metrics-") as name:
        for test in tests:
            test(persist, Path(name))
    print(*PROBLEMS, sep="\n")
    print(f"{len(tests)} behaviours, {len(PROBLEMS)} problems")
    return 1 if PROBLEMS else 0


if __name__ == "__main__":
    sys.exit(main())
