#!/usr/bin/env python3
"""Commands that read change nothing in their target, and open nothing for writing."""

import argparse
import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

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


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persist", required=True)
    persist = parser.parse_args().persist
    can_trace = shutil.which("strace") is not None and subprocess.run(
        ["strace", "-qq", "-o", "/dev/null", "true"], capture_output=True, check=False).returncode == 0
    commands = [command for command in COMMANDS if known(persist, command[0])]
    problems = []
    runs = 0
    for name in TARGETS:
        with tempfile.TemporaryDirectory(prefix="persist-read-only-") as scratch:
            target = Path(scratch) / "database"
            shutil.copytree(TESTDATA / name, target)
            before = look_at(target)
            for command in commands:
                runs += 1
                subprocess.run([persist, *command, target], capture_output=True, check=False)
                if can_trace:
                    problems += [f"{command} {name}: {line}" for line in
                                 traced_writes(persist, command, target, scratch)]
                if look_at(target) != before:
                    problems.append(f"{command} {name}: the target changed")
                    before = look_at(target)
    print(*problems[:20], sep="\n")
    print(f"{runs} runs, {len(problems)} problems" + ("" if can_trace else "; strace cannot run here: skipped"))
    return 1 if problems or runs == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
