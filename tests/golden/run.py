#!/usr/bin/env python3
"""Runs transcripts: commands with the standard output, standard error and exit status they must have.

A transcript (*.transcript) holds commands for sh, each followed by what it prints:

    # a comment
    $ persist log nosuch
    > a line of standard output
    ! a line of standard error
    = 66

"= N" is left out for 0. Commands run in testdata/, with persist in $PATH and $TMP an empty directory
of the transcript's own. What differs from run to run is replaced before it is compared (see
UNSTABLE). `--update` writes what the commands print now into the transcripts: read the difference
before you commit it.
"""

import difflib
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from updatable import parse_command_line

HERE = Path(__file__).resolve().parent
TESTDATA = HERE.parent.parent / "testdata"

UNSTABLE = [
    (re.compile(r'"seconds":[0-9.e+-]+'), '"seconds":SECONDS'),
    (re.compile(r'"time":"[^"]*","level"'), '"time":NOW,"level"'),
    (re.compile(r"^(time +).*$", re.M), r"\1TIME"),
    (re.compile(r"persist \d+\.\d+\.\d+"), "persist VERSION"),
    (re.compile(r"repair-\d{8}T\d{6}[0-9.]*Z(-\d+)?"), "repair-TIME"),
]
TIMEOUT_SECONDS = 120


def prefixed(prefix, text):
    lines = text.split("\n")
    ended = lines.pop() == ""
    if not ended:
        lines.append(text.split("\n")[-1] + " (no line end)")
    return [prefix + line if line else prefix.rstrip() for line in lines] if text else []


def stable(text, scratch):
    text = text.replace(scratch, "$TMP")
    for pattern, replacement in UNSTABLE:
        text = pattern.sub(replacement, text)
    return text


def run_command(command, environment, scratch):
    done = subprocess.run(["sh", "-c", command], cwd=TESTDATA, env=environment, stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=TIMEOUT_SECONDS, check=False)
    lines = prefixed("> ", stable(done.stdout.decode(errors="replace"), scratch))
    lines += prefixed("! ", stable(done.stderr.decode(errors="replace"), scratch))
    if done.returncode != 0:
        lines.append(f"= {done.returncode}")
    return lines


def replay(transcript, persist):
    """The transcript with what its commands print now."""
    lines = transcript.read_text(encoding="utf-8").splitlines()
    with tempfile.TemporaryDirectory(prefix="persist-golden-") as scratch:
        environment = {"PATH": f"{persist.parent}:{os.environ['PATH']}", "TMP": scratch,
                       "TMPDIR": scratch, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        result = []
        for line in lines:
            if line[:1] in (">", "!", "="):
                continue
            result.append(line)
            if line.startswith("$ "):
                result += run_command(line[2:], environment, scratch)
    return lines, result


def main():
    arguments = parse_command_line(__doc__, "transcripts", nargs="+", help="files, or directories of them")
    failures = 0
    commands = 0
    for path in arguments.transcripts:
        for transcript in sorted(path.glob("*.transcript")) if path.is_dir() else [path]:
            expected, actual = replay(transcript, arguments.persist.resolve())
            commands += sum(line.startswith("$ ") for line in actual)
            if expected == actual:
                continue
            if arguments.update:
                transcript.write_text("\n".join(actual) + "\n", encoding="utf-8")
                print(f"updated {transcript}")
                continue
            failures += 1
            sys.stdout.writelines(line + "\n" for line in difflib.unified_diff(
                expected, actual, f"{transcript} (expected)", f"{transcript} (now)", lineterm=""))
    if commands == 0:
        print("no transcript was found")
        return 1
    print(f"{commands} commands, {failures} transcripts differ")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
