#!/usr/bin/env python3
"""Whether the page of each command names every member of the JSON that it prints.

The commands run on real files that bring the rarer members out. A page names a member _like this_, alone
or behind what it is a member of (_files[].path_), in its section JSON; those that every command shares are
in persist(1). What follows from the contract goes without saying: _x_b64_ and _x_hex_ for _x_, _x_time_ for
_x_version_.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
TESTDATA = ROOT / "testdata"
FIXTURES = ["engine-1.1/snapshot-and-log", "surrealdb-3.2.4/poisoned-person-40", "damaged/1.1/0004-flip",
            "damaged/0.18/0000-cut", "engine-1.1/log-binary-keys", "engine-1.0/doubled-header"]
NAMED_BY_DATA = {"lost_tables"}  # their members are names of tables
COMMANDS = ["bench", "compact", "completion", "convert", "diff", "dump", "help", "import", "info", "load", "log",
            "repair", "replay", "report", "snapshot", "verify"]


def members_of(value):
    """The names of all members, those inside others too."""
    if isinstance(value, list):
        return set().union(*map(members_of, value))
    if not isinstance(value, dict):
        return set()
    inner = [members_of(item) for name, item in value.items() if name not in NAMED_BY_DATA]
    return set(value).union(*inner)


def plain(name):
    """The name that a page has to say: key_b64 is key, first_time goes with first_version."""
    name = re.sub(r"_(b64|hex)$", "", name)
    name = re.sub(r"^((first|last)_)?time$", r"\1version", name)
    return re.sub(r"_time$", "", name)


class Printed:
    """What the commands print, by command."""

    def __init__(self, persist, scratch):
        self.persist, self.scratch = persist, scratch
        self.members = {command: set() for command in COMMANDS}
        self.made = 0

    def run(self, command, *arguments):
        done = subprocess.run([self.persist, "--json", command, *map(str, arguments)], capture_output=True,
                              cwd=TESTDATA, check=False)
        if not done.stdout:
            raise RuntimeError(f"{command} {arguments} prints nothing: {done.stderr}")
        for line in done.stdout.decode().splitlines():
            self.members[command] |= members_of(json.loads(line))

    def new(self):
        """A path where nothing is yet."""
        self.made += 1
        return self.scratch / f"made-{self.made}"

    def copy(self, fixture):
        target = self.new()
        shutil.copytree(TESTDATA / fixture, target)
        for path in [target, *target.iterdir()]:
            path.chmod(path.stat().st_mode | 0o200)
        return target


def look(printed, fixture):
    for command in ["info", "verify", "load", "dump", "log", "repair"]:
        printed.run(command, fixture)
    printed.run("repair", "--decode", "surrealdb", fixture)
    printed.run("log", "--records", "--decode", "surrealdb", fixture)
    printed.run("log", "--hex", "14000", fixture)
    printed.run("dump", "--history", "--decode", "surrealdb", fixture)
    printed.run("diff", "--decode", "surrealdb", "engine-1.1/log", fixture)
    printed.run("report", "--output", printed.new(), fixture)


def rewrite(printed, fixture):
    printed.run("replay", "--output", printed.new(), fixture)
    printed.run("convert", "--to", "0.27", "--output", printed.new(), fixture)
    printed.run("snapshot", "--output", printed.new(), fixture)
    mended = printed.copy(fixture)
    printed.run("repair", "--apply", mended)
    printed.run("repair", "--undo", "--dry-run", mended)
    printed.run("convert", "--to", "0.27", "--in-place", mended)
    for command in ["snapshot", "compact"]:
        printed.run(command, printed.copy(fixture))
    printed.run("compact", "--if-gain", "99", mended)


def try_the_rest(printed):
    log = "engine-1.1/log"
    key = "user:000000000057"
    printed.run("load", "--get", key, "--at", "110", log)
    printed.run("load", "--scan", key, log)
    printed.run("dump", "--at", "110", "--keys-only", log)
    printed.run("diff", "--at-a", "110", "--at-b", "115", log)
    printed.run("log", "--hex", "200", log)
    leftover = printed.copy(log)
    shutil.copy(leftover / "aol.bin", leftover / "aol.bin.1_0.new")
    printed.run("repair", leftover)
    printed.run("compact", leftover)
    dump = printed.new()
    dump.write_bytes(subprocess.run([printed.persist, "dump", TESTDATA / log], capture_output=True, check=True).stdout)
    imported = printed.new()
    printed.run("import", "--output", imported, dump)
    printed.run("replay", "--apply-to", imported, log)
    for operation in ["load", "dump"]:
        printed.run("bench", operation, "--runs", "1", log)
    for more in [[], ["--acks"], ["--dry-run"]]:
        printed.run("bench", "append", "--commits", "3", *more, printed.new())
    printed.run("help")
    printed.run("help", "help")
    printed.run("completion", "bash")


def named_in(page):
    """The members that the section JSON of a page names."""
    section = re.search(r"^# JSON\n(.*?)^# ", page.read_text(encoding="utf-8"), re.M | re.S)
    if section is None:
        return set()
    paths = re.findall(r"(?<![A-Za-z0-9])_([a-z][a-z0-9_.\[\]]*)_(?![A-Za-z0-9])", section.group(1))
    return {name for path in paths for name in path.replace("[]", "").split(".")}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persist", required=True, type=Path)
    persist = parser.parse_args().persist.resolve()
    with tempfile.TemporaryDirectory(prefix="persist-json-") as name:
        printed = Printed(persist, Path(name))
        for fixture in FIXTURES:
            look(printed, fixture)
            rewrite(printed, fixture)
        try_the_rest(printed)
    shared = named_in(ROOT / "man/persist.1.scd")
    problems = 0
    for command, members in printed.members.items():
        page = ROOT / f"man/persist-{command}.1.scd"
        missing = {plain(member) for member in members} - named_in(page) - shared
        problems += len(missing)
        if missing:
            print(f"{page.name} does not name", *sorted(missing))
    print(f"{sum(map(len, printed.members.values()))} members of JSON, {problems} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
