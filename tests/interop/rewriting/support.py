"""What the tests of the rewriting commands share: the program, the judges, real databases."""

import base64
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TREE = HERE.parents[2]
LINES = ["0.18", "0.27", "1.0", "1.1"]
SKIPPED = 77  # what ctest takes for "not run"

PERSIST = os.environ.get("PERSIST", str(TREE / "build/release/apps/persist"))


def judge_directory():
    for place in (os.environ.get("PERSIST_JUDGE_DIR"), TREE / "build/interop/bin"):
        if place and all((pathlib.Path(place) / f"judge-{line}").exists() for line in LINES):
            return pathlib.Path(place)
    print("skipped: no judges; tests/interop/build.sh builds them, PERSIST_JUDGE_DIR names them")
    sys.exit(SKIPPED)


JUDGES = judge_directory()


def temporary_directory():
    """In memory where there is such a place: durability is not what these tests look at."""
    return tempfile.TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)


def run(arguments, allowed=(0,), stdin=None, **options):
    """Runs a program and returns its result; fails when its exit status is another than expected."""
    done = subprocess.run([str(a) for a in arguments], input=stdin, capture_output=True, **options)
    if done.returncode not in allowed:
        raise AssertionError(
            f"{' '.join(str(a) for a in arguments)}: exit {done.returncode}, expected {allowed}\n"
            f"{done.stdout.decode(errors='replace')[-2000:]}{done.stderr.decode(errors='replace')[-2000:]}"
        )
    return done


def persist(*arguments, allowed=(0,), stdin=None, **options):
    return run([PERSIST, *arguments], allowed, stdin, **options)


def persist_json(*arguments, allowed=(0,), **options):
    return json.loads(persist(*arguments, "--json", allowed=allowed, **options).stdout)


def judge(line, *arguments, allowed=(0,), stdin=None):
    return run([JUDGES / f"judge-{line}", *arguments], allowed, stdin)


def bytes_of(row, name):
    if f"{name}_b64" in row:
        return base64.b64decode(row[f"{name}_b64"])
    if f"{name}_hex" in row:
        return bytes.fromhex(row[f"{name}_hex"])
    value = row[name]
    return None if value is None else value.encode()


def rows_from(text):
    rows = (json.loads(line) for line in text.splitlines())
    return {bytes_of(row, "key"): bytes_of(row, "value") for row in rows if "schema" not in row and "end" not in row}


def judged_rows(line, directory):
    """The live rows, as the real engine of the line reads them."""
    return rows_from(judge(line, "dump", directory).stdout)


def dumped_rows(directory, *arguments):
    return rows_from(persist("dump", directory, *arguments).stdout)


def dumped_history(directory):
    """(key, version, value) of every version."""
    text = persist("dump", directory, "--history").stdout
    rows = (json.loads(line) for line in text.splitlines())
    return [
        (bytes_of(row, "key"), int(row["version"]), bytes_of(row, "value"))
        for row in rows
        if "version" in row
    ]


def sound_databases():
    """(line, path) of every sound database in testdata."""
    for line in LINES:
        for path in sorted((TREE / f"testdata/engine-{line}").iterdir()):
            if (path / "expected.ndjson").exists():
                yield line, path


def copy_database(source, target):
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for name in ("aol.bin", "snapshot.bin"):
        if (source / name).exists():
            shutil.copyfile(source / name, target / name)
    return target


def contents(directory):
    return {p.name: p.read_bytes() for p in sorted(directory.iterdir()) if p.is_file()}


def check(condition, message):
    if not condition:
        raise AssertionError(message)


def check_lz4(directory):
    """lz4 itself accepts the body of the snapshot."""
    path = directory / "snapshot.bin"
    if not path.exists():
        return
    body = path.read_bytes()
    if body.startswith(b"\xffSMXSNP"):
        body = body[16:]
    if not body:
        return
    check(body.startswith(b"\x04\x22\x4d\x18"), f"{path} is not compressed")
    run(["lz4", "-t", "-"], stdin=body)


def check_verify(line, directory):
    verdict = persist_json("verify", directory)
    check(verdict["verdict"] == "clean", f"{directory}: {verdict['verdict']}")
    findings = [f for file in verdict["files"] for f in file["findings"] if f["severity"] != "info"]
    check(not findings, f"{directory}: {findings}")
    engines = {engine["line"]: engine for engine in verdict["engines"]}
    for younger in LINES[LINES.index(line) :]:
        check(engines[younger]["opens"], f"{directory}: {younger} would refuse it")
        check(engines[younger]["commits_lost"] == 0, f"{directory}: {younger} would lose commits")


def check_sound(line, directory, expected, fingerprint):
    """The result of a rewrite: the real engine's rows, our fingerprint, a clean verify, a whole LZ4 frame."""
    check(judged_rows(line, directory) == expected, f"{directory}: judge-{line} reads other rows")
    end = json.loads(persist("dump", directory).stdout.splitlines()[-1])
    check(end["fingerprint"] == fingerprint, f"{directory}: the fingerprint differs")
    check_verify(line, directory)
    check_lz4(directory)
    leftovers = [p.name for p in directory.iterdir() if p.name not in ("aol.bin", "snapshot.bin")]
    check(not leftovers, f"{directory}: left behind: {leftovers}")
