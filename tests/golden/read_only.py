#!/usr/bin/env python3
"""Commands that read change nothing in their target, and open nothing for writing.

    read_only.py --persist PROGRAM            the target is as it was
    read_only.py --persist PROGRAM --trace    no system call would change it, as strace sees them
"""

import argparse
import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from tools import require, skip

TESTDATA = Path(__file__).resolve().parent.parent.parent / "testdata"
TARGETS = ["engine-0.18/snapshot-lz4-and-log", "engine-1.0/doubled-header", "engine-1.1/log",
           "engine-1.1/snapshot-and-log", "surrealdb-3.0.2/versioned-snapshot",
           "surrealdb-3.0.2/poisoned-40", "damaged/0.27/0003-splice-2", "damaged/1.1/0013-header-gone"]
COMMANDS = [["info"], ["verify"], ["verify", "--json"], ["load"], ["dump"], ["dump", "--history"],
            ["dump", "--decode", "surrealdb"], ["log"], ["log", "--records"], ["log", "--reverse"],
            ["log", "--hex", "100"], ["repair"]]
CALLS = ("open,openat,openat2,creat,truncate,ftruncate,unlink,unlinkat,rename,renameat,renameat2,"
         "mkdir,mkdirat,rmdir,link,linkat,symlink,symlinkat,chmod,fchmod,fchmodat,chown,fchown,"
         "fchownat,utimensat,setxattr,fsetxattr,fallocate,mknod,mknodat")
# A temporary file without a name is the one thing that may be written; terminals are no files.
HARMLESS = re.compile(r"O_TMPFILE|\"/dev/(tty|null)\"|= -1 E")
WRITES = re.compile(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND")


def look_at(directory):
    """Everything about a directory that a write would change."""
    entries = {}
    for path in sorted(directory.rglob("*")) + [directory]:
        status = path.stat()
        digest = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        entries[str(path)] = (status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_mode, digest)
    return entries


def known(persist, command):
    return subprocess.run([persist, command, "--help"], capture_output=True, check=False).returncode == 0


def traced_writes(persist, command, target, scratch):
    trace = Path(scratch) / "trace"
    subprocess.run(["strace", "-f", "-qq", "-e", "trace=" + CALLS, "-o", trace, persist, *command, target],
                   capture_output=True, check=False)
    found = []
    for line in trace.read_text(errors="replace").splitlines():
        is_open = re.search(r"\b(open|openat|openat2|creat)\(", line)
        if not HARMLESS.search(line) and (not is_open or WRITES.search(line)) and "(" in line:
            found.append(line)
    return found


def check_traced(persist, commands, target, name):
    with tempfile.TemporaryDirectory(prefix="persist-trace-") as scratch:
        return [f"{command} {name}: {line}" for command in commands
                for line in traced_writes(persist, command, target, scratch)]


def check_untouched(persist, commands, target, name):
    problems = []
    for command in commands:
        before = look_at(target)
        subprocess.run([persist, *command, target], capture_output=True, check=False)
        if look_at(target) != before:
            problems.append(f"{command} {name}: the target changed")
    return problems


def require_tracing():
    require("strace")
    # A container may forbid it.
    done = subprocess.run(["strace", "-qq", "-o", "/dev/null", "true"], capture_output=True, check=False)
    if done.returncode != 0:
        skip("strace cannot trace here")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persist", required=True)
    parser.add_argument("--trace", action="store_true")
    arguments = parser.parse_args()
    if arguments.trace:
        require_tracing()
    check = check_traced if arguments.trace else check_untouched
    commands = [command for command in COMMANDS if known(arguments.persist, command[0])]
    problems = []
    for name in TARGETS:
        with tempfile.TemporaryDirectory(prefix="persist-read-only-") as scratch:
            target = Path(scratch) / "database"
            shutil.copytree(TESTDATA / name, target)
            problems += check(arguments.persist, commands, target, name)
    runs = len(TARGETS) * len(commands)
    print(*problems[:20], sep="\n")
    print(f"{runs} runs, {len(problems)} problems")
    return 1 if problems or runs == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
