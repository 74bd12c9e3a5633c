#!/usr/bin/env python3
"""The manual's examples of what runs unattended, as they stand in the pages, but for the paths."""

import pathlib
import re
import sys
import textwrap

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from program import *  # noqa: F403

PAGE = TREE / "man/persist-compact.1.scd"
PROGRAM_PAGE = TREE / "man/persist.1.scd"
DIRECTORY = "/var/lib/surrealdb"
CRON_FIELDS = re.compile(r"^(\S+\s+){5}root\s+(?P<command>.+)$", re.MULTILINE)


def try_crontab(page, work):
    command = CRON_FIELDS.search(page)["command"]
    check("%" not in command, "cron takes a % for the end of a line")
    check("/usr/bin/persist " in command, "cron's PATH is not the operator's")
    database = copy_database(TREE / "testdata/engine-1.1/snapshot-and-log", work / "db")
    fingerprint = fingerprint_of(database)
    command = command.replace("/usr/bin/persist", PERSIST).replace(DIRECTORY, str(database))
    with (database / "aol.bin").open("r+b"):  # a database that is in use
        before = contents(database)
        done = run(["sh", "-c", command])
        check(contents(database) == before, "cron's command touched a database in use")
        check(not done.stdout and not done.stderr, f"cron would send mail: {done.stdout} {done.stderr}")
    done = run(["sh", "-c", command])
    check(not done.stdout and not done.stderr, f"cron would send mail: {done.stdout} {done.stderr}")
    check(contents(database) != before and fingerprint_of(database) == fingerprint, "cron's command did not compact")
    (database / "aol.bin").write_bytes(b"no log")
    (database / "snapshot.bin").unlink()
    done = run(["sh", "-c", command], allowed=range(128))
    check(b"persist: error: " in done.stdout + done.stderr, "cron would send no mail of a damaged database")


def try_workflow(page, work):
    """GitHub runs a step by `bash -e`, and with pipefail too where it says `shell: bash`."""
    block = re.search(r"^- name: .*?(?=^```)", page, re.MULTILINE | re.DOTALL)[0]
    script = textwrap.dedent(re.search(r"^  run: \|\n((?:    .*\n)+)", block, re.MULTILINE)[1])
    shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail"] if "  shell: bash\n" in block else ["bash", "-e"]
    where = {"cwd": work, "env": {**os.environ, "PATH": f"{pathlib.Path(PERSIST).parent}:{os.environ['PATH']}"}}
    (work / "tests").mkdir()
    for fixture, differs in (("snapshot-and-log", 0), ("log", 1)):
        for name, source in (("fixture", fixture), ("expected", "snapshot-and-log")):
            shutil.rmtree(work / "tests" / name, ignore_errors=True)
            copy_database(TREE / "testdata/engine-1.1" / source, work / "tests" / name)
        run([*shell, "-c", script], allowed=(differs,), **where)
        check((work / "diff.ndjson").read_bytes().startswith(b"{"), "the differences are not in the file")


def try_units(page, work):
    if shutil.which("systemd-analyze") is None:
        print("not tried: systemd is not there")
        return
    blocks = [block for block in re.findall(r"^```\n(.*?)^```", page, re.MULTILINE | re.DOTALL) if "[Unit]" in block]
    check(len(blocks) == 2, "a service and a timer are in the page")
    for block, kind in zip(blocks, ("service", "timer")):
        unit = work / f"persist-compact.{kind}"
        unit.write_text(block.replace("/usr/bin/persist", PERSIST))
    for kind in ("service", "timer"):
        done = run(["systemd-analyze", "--man=no", "verify", work / f"persist-compact.{kind}"])
        complaints = [line for line in done.stderr.splitlines() if b"persist-compact" in line]
        check(not complaints, f"systemd says of the {kind}: {complaints}")
    when = re.search(r"^OnCalendar=(.*)$", blocks[1], re.MULTILINE)[1]
    run(["systemd-analyze", "calendar", when])


def main():
    page = PAGE.read_text()
    with temporary_directory() as name:
        try_crontab(page, pathlib.Path(name))
        try_units(page, pathlib.Path(name))
        try_workflow(PROGRAM_PAGE.read_text(), pathlib.Path(name))
    print("ok schedules")


if __name__ == "__main__":
    main()
