"""What tests of the whole program share: the program, the judges, real databases.

The environment names the program (PERSIST), the directory of the real engines (PERSIST_JUDGE_DIR)
and whether time is no matter (PERSIST_LONG).
"""

import base64
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

TREE = pathlib.Path(__file__).resolve().parents[2]
LINES = ["0.18", "0.27", "1.0", "1.1"]
SKIPPED = 77  # what ctest takes for "not run"
IS_LONG = bool(os.environ.get("PERSIST_LONG"))

PERSIST = os.environ.get("PERSIST", str(TREE / "build/release/apps/persist"))


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(SKIPPED)


def find_judges():
    """The directory of the real engines; none where nobody has built them."""
    for place in (os.environ.get("PERSIST_JUDGE_DIR"), TREE / "build/interop/bin"):
        if place and all((pathlib.Path(place) / f"judge-{line}").exists() for line in LINES):
            return pathlib.Path(place)
    return None


JUDGES = find_judges()


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


def fingerprint_of(directory):
    """As dump's last row has it, whatever it says of damage."""
    rows = persist("dump", directory, allowed=(0, 1, 2)).stdout.splitlines()
    return json.loads(rows[-1])["fingerprint"] if rows else "nothing"


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
