#!/usr/bin/env python3
"""Runs the examples of the manual and of README.md: what they show is what the program prints.

A literal block in them with lines that begin with "$ " is a session of a shell: each such line is
typed, what follows is all that it prints, standard error included. The blocks of a page are one session,
in a directory of its own; a comment before a block puts a copy of real files there:

    ; db is engine-1.1/log                (<!-- db is engine-1.1/log --> in README.md)

Other blocks (what to put into cron, systemd, CI) are not run.

What differs from machine to machine and from run to run (times, rates, the time in a directory's name) is
not compared: UNSTABLE below, applied to the page and to what is printed alike. `--update` writes what the
commands print now into the pages.
"""

import difflib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from updatable import parse_command_line

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from tools import require

ROOT = Path(__file__).resolve().parent.parent.parent
TESTDATA = ROOT / "testdata"
FIXTURE = re.compile(r"^(?:; |<!-- )(\S+) is (\S+)(?: -->)?$")
TIMEOUT_SECONDS = 60
# What a number of a machine looks like: with one of these units behind it.
UNSTABLE = [
    (re.compile(r"repair-\d{8}T\d{6}[0-9.]*Z(-\d+)?"), "repair-TIME"),
    (re.compile(r" *\b[0-9][0-9.,]*( (ns|us|ms|s)\b| ([KMG]i)?B/s| (records|commits)/s| times as (fast|slow))"),
     " NUMBER"),
    (re.compile(r" +"), " "),  # a table's columns are as wide as its numbers
    (re.compile(r'"seconds":[0-9.e+-]+'), '"seconds":NUMBER'),
    (re.compile(r"(_seconds\S*) [0-9.e+]+"), r"\1 NUMBER"),
]


def stable(text):
    for pattern, replacement in UNSTABLE:
        text = pattern.sub(replacement, text)
    return text


class Session:
    """A directory in which one page's examples are typed."""

    def __init__(self, persist, directory):
        self.directory = Path(directory)
        self.environment = {"PATH": f"{persist.parent}:{os.environ['PATH']}", "HOME": directory, "TMPDIR": directory,
                            "LC_ALL": "C.UTF-8", "TZ": "UTC"}

    def copy(self, name, source):
        shutil.rmtree(self.directory / name, ignore_errors=True)
        shutil.copytree(TESTDATA / source, self.directory / name)

    def type(self, commands):
        """The lines that each command prints. $? is that of the command before."""
        # The mark is no part of what any command prints.
        script = "".join(f"{command}\n__status=$?; printf '\\036'; (exit $__status)\n" for command in commands)
        done = subprocess.run(["sh"], input=script.encode(), cwd=self.directory, env=self.environment,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=TIMEOUT_SECONDS, check=False)
        outputs = done.stdout.decode(errors="replace").split("\x1e")[:-1]
        if len(outputs) != len(commands):
            raise RuntimeError(f"only {len(outputs)} of {len(commands)} commands ended: {outputs[-1:]}")
        return [output.splitlines() for output in outputs]


def replay(page, session):
    """The page's lines with what its examples print now, and the number of commands."""
    result = []
    count = 0
    lines = iter(page.read_text(encoding="utf-8").splitlines())
    for line in lines:
        result.append(line)
        if fixture := FIXTURE.match(line):
            session.copy(*fixture.groups())
        if line != "```":
            continue
        block = []
        for inner in lines:
            if inner == "```":
                break
            block.append(inner)
        commands = [inner[2:] for inner in block if inner.startswith("$ ")]
        if commands:
            count += len(commands)
            block = []
            for command, output in zip(commands, session.type(commands)):
                block += [f"$ {command}", *output]
        result += [*block, "```"]
    return result, count


def words_of_manual(page):
    """The words that man shows."""
    with page.open("rb") as source:
        roff = subprocess.run(["scdoc"], stdin=source, capture_output=True, check=True).stdout
    # So wide that no word is broken.
    environment = dict(os.environ, MANWIDTH="1000", LC_ALL="C.UTF-8", MANOPT="--no-hyphenation --no-justification")
    shown = subprocess.run(["man", "-l", "-"], input=roff, capture_output=True, check=True, env=environment).stdout
    body = shown.decode().strip().splitlines()[1:-1]  # without the running heads
    return Counter(" ".join(body).replace("•", "-").split())


def check_help(persist, page):
    """Whether `persist help` says what the page says, word for word."""
    if page.suffix != ".scd":
        return 0
    word = page.stem.rsplit(".", 1)[0].removeprefix("persist-")
    wanted = words_of_manual(page)
    shown = subprocess.run([persist, "help", word], capture_output=True, text=True, check=False).stdout
    missing, added = wanted - Counter(shown.split()), Counter(shown.split()) - wanted
    if missing or added:
        print(f"persist help {word} lacks {dict(missing)}, and adds {dict(added)}")
    return 1 if missing or added else 0


def main():
    arguments = parse_command_line(__doc__, "pages", nargs="*", help="all by default")
    require("scdoc", "man")
    problems = 0
    total = 0
    for page in arguments.pages or [*sorted((ROOT / "man").glob("*.scd")), ROOT / "README.md"]:
        with tempfile.TemporaryDirectory(prefix="persist-manual-") as directory:
            actual, count = replay(page, Session(arguments.persist.resolve(), directory))
        total += count
        problems += check_help(arguments.persist, page)
        expected = page.read_text(encoding="utf-8").splitlines()
        if count == 0:
            problems += 1
            print(f"{page.name} has no example that can be run")
        if [stable(line) for line in expected] == [stable(line) for line in actual]:
            continue
        if arguments.update:
            page.write_text("\n".join(actual) + "\n", encoding="utf-8")
        else:
            problems += 1
            sys.stdout.writelines(line + "\n" for line in difflib.unified_diff(
                expected, actual, f"{page.name} (as it says)", f"{page.name} (as it is)", lineterm=""))
    print(f"{total} commands of the manual, {problems} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
