#!/usr/bin/env python3
"""What only a terminal shows: files drawn as strips, the pager; and Ctrl-C, as a person types it."""

import argparse
import fcntl
import json
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path

import pseudo_terminal

TESTDATA = Path(__file__).resolve().parent.parent.parent / "testdata"
POISONED = TESTDATA / "surrealdb-3.2.4/poisoned-person-40"
COLUMNS = 80
PATIENCE_SECONDS = 60
PROBLEMS = []


def expect(condition, *words):
    if not condition:
        PROBLEMS.append(" ".join(str(word) for word in words))


class Terminal:
    """A command on a terminal of COLUMNS columns."""

    def __init__(self, command, **environment):
        whole = {"PATH": os.environ["PATH"], "TERM": "xterm", "LC_ALL": "C.UTF-8", **environment}
        reader, go = os.pipe()
        self.child, self.terminal = pty.fork()
        if self.child == 0:
            os.close(go)
            os.read(reader, 1)  # until the terminal has its size
            os.close(reader)
            os.execvpe(command[0], [str(word) for word in command], whole)
        os.close(reader)
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, COLUMNS, 0, 0))
        os.close(go)
        self.seen = b""
        self.status = None

    def read_until(self, text=None):
        """Reads until the text was seen, or the end; whether that came in time."""
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            if text is not None and text.encode() in self.seen:
                return True
            ready, _, _ = select.select([self.terminal], [], [], 0.2)
            try:
                part = os.read(self.terminal, 65536) if ready else None
            except OSError:  # the other end is closed
                part = b""
            if part == b"":
                return text is None
            self.seen += part or b""
        return False

    def type(self, text):
        os.write(self.terminal, text.encode())

    def end(self):
        self.read_until()
        _, status = os.waitpid(self.child, 0)
        self.status = os.waitstatus_to_exitcode(status)
        os.close(self.terminal)
        return self.seen.decode(errors="replace").replace("\r\n", "\n")


def shown(command, **environment):
    return Terminal(command, **environment).end()


def strips(text):
    return [line[3:-1] for line in text.splitlines() if re.fullmatch(r"  \|[=X?]+\|", line)]


def strips_show_damage(persist, _):
    """A column is marked exactly when a finding of verify's own JSON lies in it."""
    for case in ("damaged/1.1/0004-flip", "damaged/0.18/0008-garbage-tail", "damaged/1.0/0009-hole",
                 "surrealdb-3.2.4/poisoned-person-40", "engine-1.1/snapshot-and-log"):
        database = TESTDATA / case
        report = json.loads(subprocess.run([persist, "verify", "--json", database], stdout=subprocess.PIPE,
                                           check=False).stdout)
        wanted = []
        for file in report["files"]:
            cells = min(COLUMNS - 6, file["bytes"])
            marked = set()
            for finding in file["findings"]:
                if finding["severity"] != "info" and finding["length"] > 0:
                    last = finding["offset"] + finding["length"] - 1
                    marked |= set(range(finding["offset"] * cells // file["bytes"], last * cells // file["bytes"] + 1))
            wanted.append((cells, marked))
        for command in ("verify", "info", "repair"):
            drawn = strips(shown([persist, "--color", "never", command, database]))
            if command == "repair" and report["verdict"] == "clean":
                expect(not drawn, case, "repair draws a sound database")
                continue
            found = [(len(line), {i for i, sign in enumerate(line) if sign != "="}) for line in drawn]
            expect(found == wanted, command, case, "draws", found, "and not", wanted)


def strips_are_for_terminals(persist, _):
    for command in (["verify", POISONED], ["info", POISONED], ["repair", POISONED],
                    ["--color", "always", "verify", POISONED]):
        piped = subprocess.run([persist, *command], stdout=subprocess.PIPE, check=False).stdout.decode()
        expect("a column" not in piped, command, "draws into a pipe")
    for command in (["--json", "verify", POISONED], ["verify", POISONED, POISONED], ["-q", "repair", POISONED]):
        expect("a column" not in shown([persist, *command]), command, "draws")


def colour(persist, _):
    expect("\x1b[31mX" in shown([persist, "verify", POISONED]), "damage is not red")
    for environment in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        expect("\x1b[" not in shown([persist, "verify", POISONED], **environment), "colour with", environment)


def characters(persist, _):
    expect("█" in shown([persist, "verify", POISONED]), "no blocks in a UTF-8 locale")
    expect(shown([persist, "verify", POISONED], LC_ALL="C").isascii(), "more than ASCII in the C locale")


def pager(persist, scratch):
    expect("[cat]" in shown([persist, "help", "repair"], PAGER="printf '[cat]'; cat"), "$PAGER is not used")
    text = shown([persist, "help", "repair"], PAGER="/no/such/pager")
    expect("persist-repair - bring back" in text, "no page without a pager")
    expect("\x1b[1mNAME" in text, "headings are not bold")
    del scratch


def help_fits(persist, _):
    """The help of every command, on a terminal of 80 columns."""
    listed = subprocess.run([persist, "--help"], stdout=subprocess.PIPE, check=True).stdout.decode()
    names = re.findall(r"^  ([a-z]+) +\S", listed, re.M)
    expect(len(names) > 10, "commands of the help:", names)
    for words in ([], *([name] for name in names)):
        text = subprocess.run([persist, *words, "--help"], stdout=subprocess.PIPE, check=True).stdout.decode()
        long = [line for line in text.splitlines() if len(line) > COLUMNS]
        expect(not long, words, "--help is too wide:", long)


def interrupt(persist, scratch):
    """Ctrl-C while the bar is shown: the bar goes, the target is as it was, nothing is left."""
    log = (TESTDATA / "engine-1.1/log/aol.bin").read_bytes()
    pipe = scratch / "log"
    os.mkfifo(pipe)
    temp = scratch / "temp"
    temp.mkdir()
    terminal = Terminal([persist, "--progress", "always", "--temp-dir", temp, "verify", pipe])
    with pipe.open("wb") as writer:
        writer.write(log)
        writer.flush()
        expect(terminal.read_until("20.3 KiB"), "no bar:", terminal.seen[-200:])
        terminal.type("\x03")
        text = terminal.end()
    expect(terminal.status == 130, "Ctrl-C exits", terminal.status)
    expect(text.endswith("\r\x1b[K"), "the bar stays:", repr(text[-60:]))
    expect("verify: error" not in text and not list(temp.iterdir()), "Ctrl-C leaves", list(temp.iterdir()), text)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persist", required=True)
    persist = shutil.which(parser.parse_args().persist)
    if pseudo_terminal.is_missing():
        print("skipped: there is no pseudo-terminal here (/dev/pts is not mounted)")
        return 77
    tests = [strips_show_damage, strips_are_for_terminals, colour, characters, pager, help_fits, interrupt]
    with tempfile.TemporaryDirectory(prefix="persist-terminal-") as name:
        for test in tests:
            scratch = Path(name) / test.__name__
            scratch.mkdir()
            test(persist, scratch)
    print(*PROBLEMS, sep="\n")
    print(f"{len(tests)} behaviours, {len(PROBLEMS)} problems")
    return 1 if PROBLEMS else 0


if __name__ == "__main__":
    sys.exit(main())
