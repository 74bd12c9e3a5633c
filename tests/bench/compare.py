#!/usr/bin/env python3
"""persist beside the real engine and its peers: one run, one table of ratios.

Each pair takes turns on the same files, from the page cache. The engine's figures are what it needs
inside its process, ours are of the whole process, start and exit included. Ratios are of medians.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import commit_peers

MEGA = 1_000_000
COMMIT_VALUE_BYTES = 100


def run(*command):
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True).stdout


def seconds_of(*command, output=subprocess.DEVNULL):
    """Of a whole process, start and exit included."""
    start = time.perf_counter()
    status = subprocess.run([str(part) for part in command], stdout=output, stderr=subprocess.DEVNULL, check=False)
    seconds = time.perf_counter() - start
    if status.returncode not in (0, 1):
        raise RuntimeError(f"{command} exits with {status.returncode}")
    return seconds


def peak_bytes(*command):
    """Peak memory, by GNU time: a child of this process would begin with the memory of Python."""
    done = subprocess.run(["time", "-f", "%M", *[str(part) for part in command]], check=True, capture_output=True,
                          text=True)
    return int(done.stderr.splitlines()[-1]) * 1024


class Bench:
    """The programs, a place for files, and the rows of the table so far."""

    def __init__(self, arguments, scratch):
        self.persist = arguments.persist
        self.writer = arguments.write_log
        self.judges = Path(arguments.judges)
        self.runs = arguments.runs
        self.scratch = scratch
        self.rows = []

    def judge(self, line):
        return self.judges / f"judge-{line}"

    def database(self, name, line="1.1", **shape):
        """A directory with a log; the same name, the same directory."""
        directory = self.scratch / name
        if not directory.exists():
            directory.mkdir()
            options = [f"--{option.replace('_', '-')}={value}" for option, value in shape.items() if value is not True]
            options += [f"--{option}" for option, value in shape.items() if value is True]
            run(self.writer, directory / "aol.bin", f"--line={line}", *options)
            os.sync()  # or the first runs share the machine with the disk's writing
        return directory

    def take_turns(self, ours, theirs):
        """Medians of what the two return."""
        pairs = [(ours(), theirs()) for _ in range(self.runs)]
        return [statistics.median(side) for side in zip(*pairs)]

    def compare(self, work, ours, theirs, target, unit="{:.3f} s", less_is_better=True, settled=False):
        """`settled`: each side runs twice in a row, and the second time counts."""
        if settled:
            ours, theirs = second_of(ours), second_of(theirs)
        mine, its = self.take_turns(ours, theirs)
        ratio = its / mine if less_is_better else mine / its
        self.row(work, unit.format(mine), unit.format(its), f"{ratio:.2f}", target)

    def row(self, *cells):
        self.rows.append(cells)
        print("|", " | ".join(cells), "|", flush=True)

    def engine_load(self, line, directory):
        return json.loads(run(self.judge(line), "bench", "load", directory, "--runs", 1))["seconds"]


def second_of(work):
    # A virtual machine may have given back memory that the other side used last: the first run pays for
    # getting it again, more or less by chance, and each would pay for the other.
    return lambda: (work(), work())[1]


def megabytes(directory):
    return sum(path.stat().st_size for path in directory.iterdir()) / MEGA


def verifying(bench, size):
    for line in ("0.18", "0.27", "1.0", "1.1"):
        directory = bench.database(f"log-{line}-{size}", line, bytes=size)
        bench.compare(f"verify, {line} log, {megabytes(directory):.0f} MB, beside load",
                      lambda: seconds_of(bench.persist, "verify", directory),
                      lambda: bench.engine_load(line, directory), "6", settled=size <= 1000 * MEGA)
        if size > 1000 * MEGA:
            shutil.rmtree(directory)


def loading(bench, size):
    for name, shape in (("sequential", {}), ("random", {"random": True})):
        directory = bench.database(f"log-1.1-{name}", bytes=size, **shape)
        bench.compare(f"load, log, {name} keys", lambda: seconds_of(bench.persist, "load", directory),
                      lambda: bench.engine_load("1.1", directory), "3", settled=True)
    for kind in ("none", "lz4"):
        directory = bench.scratch / f"snapshot-{kind}"
        shutil.copytree(bench.database("log-1.1-random"), directory)
        run(bench.judge("1.1"), "bench", "snapshot", directory, "--compress", kind)
        os.sync()
        bench.compare(f"load, {kind.replace('none', 'plain')} snapshot",
                      lambda: seconds_of(bench.persist, "load", directory),
                      lambda: bench.engine_load("1.1", directory), "3", settled=True)


def snapshots(bench):
    source = bench.database("log-1.1-random")
    for kind, target in (("none", "2"), ("lz4", "4")):
        sizes = {}

        def ours():
            directory = bench.scratch / "taking"
            shutil.copytree(source, directory)
            seconds = seconds_of(bench.persist, "snapshot", "--compress", kind, directory)
            sizes["ours"] = (directory / "snapshot.bin").stat().st_size
            shutil.rmtree(directory)
            return seconds

        def theirs():
            directory = bench.scratch / "taking"
            shutil.copytree(source, directory)
            seconds = bench.engine_load("1.1", directory)
            report = run(bench.judge("1.1"), "bench", "snapshot", directory, "--compress", kind)
            seconds += json.loads(report)["seconds"]
            sizes["theirs"] = (directory / "snapshot.bin").stat().st_size
            shutil.rmtree(directory)
            return seconds

        bench.compare(f"load and snapshot, {kind.replace('none', 'plain')}", ours, theirs, target, settled=True)
        bench.row(f"size of that snapshot, {kind.replace('none', 'plain')}", f"{sizes['ours'] / MEGA:.1f} MB",
                  f"{sizes['theirs'] / MEGA:.1f} MB", f"{sizes['ours'] / sizes['theirs']:.3f}", "1.05 at most")


def dumping(bench):
    directory = bench.database("log-1.1-random")
    path = bench.scratch / "rows"

    def rate():
        with path.open("wb") as out:
            seconds = seconds_of(bench.persist, "dump", directory, output=out)
        return path.stat().st_size / MEGA / seconds
    rates = [second_of(rate)() for _ in range(bench.runs)]
    bench.row("dump to NDJSON", f"{statistics.median(rates):.0f} MB/s", "", "", "300 MB/s")


def commits_of(bench, program, writers, fsync, seconds):
    """What `bench append` of persist or the judge reports."""
    directory = bench.scratch / "append"
    directory.mkdir()
    report = json.loads(run(*program, directory, "--writers", writers, "--fsync", fsync,
                            "--value-size", COMMIT_VALUE_BYTES, "--seconds", seconds))
    shutil.rmtree(directory)
    return report


def committing(bench, seconds):
    for fsync in ("every", "never"):
        for writers in (1, 64):
            reports = []

            def append(*program):
                reports.append(commits_of(bench, program, writers, fsync, seconds))
                return reports[-1]["commits_per_second"]
            target = {("every", 1): "", ("every", 64): "3", ("never", 1): "1", ("never", 64): "3"}[fsync, writers]
            bench.compare(f"commits a second, {writers} writers, fsync {fsync}",
                          lambda: append(bench.persist, "--json", "bench", "append"),
                          lambda: append(bench.judge("1.1"), "bench", "append"), target, "{:.0f}", False)
            if fsync == "every" and writers == 1:
                floors = [report["commits_per_second"] / report["floor"]["writes_per_second"]
                          for report in reports if "floor" in report]
                bench.row("commits, 1 writer, fsync every, beside raw write and fdatasync", "", "",
                          f"{statistics.median(floors):.2f}", "0.95")


def committing_beside_peers(bench, seconds, writers=64):
    for name, rate in commit_peers.installed().items():
        bench.compare(f"commits a second, {writers} writers, fsync every, beside {name}",
                      lambda: commits_of(bench, [bench.persist, "--json", "bench", "append"], writers, "every",
                                         seconds)["commits_per_second"],
                      lambda: rate(bench.scratch, writers, COMMIT_VALUE_BYTES, seconds), "1", "{:.0f}", False)


def peers(bench, size):
    """What others need to check or print as many bytes of their own files."""
    rows = [(f"user:{number:016x}", "x" * 200) for number in range(size // 230)]
    redis, rocks, lmdb = (bench.scratch / name for name in ("appendonly.aof", "rocks", "lmdb"))
    with redis.open("w", encoding="ascii") as out:
        for key, value in rows:
            out.write(f"*3\r\n$3\r\nSET\r\n${len(key)}\r\n{key}\r\n${len(value)}\r\n{value}\r\n")
    commands = {}
    if shutil.which("redis-check-aof"):
        commands["redis-check-aof"] = (["redis-check-aof", redis], redis)
    if shutil.which("ldb"):
        text = "".join(f"{key} ==> {value}\n" for key, value in rows)
        subprocess.run(["ldb", f"--db={rocks}", "--create_if_missing", "load"], input=text, text=True, check=True,
                       capture_output=True)
        log = max(rocks.glob("*.log"), key=lambda path: path.stat().st_size)
        commands["ldb dump_wal (RocksDB)"] = (["ldb", "dump_wal", f"--walfile={log}"], log)
    if shutil.which("mdb_load") and shutil.which("mdb_dump"):
        text = f"VERSION=3\nformat=print\ntype=btree\nmapsize={4 * size}\nHEADER=END\n"
        text += "".join(f" {key}\n {value}\n" for key, value in rows) + "DATA=END\n"
        subprocess.run(["mdb_load", "-n", lmdb], input=text, text=True, check=True)
        commands["mdb_dump (LMDB)"] = (["mdb_dump", "-n", lmdb], lmdb)
    directory = bench.database("log-1.1-random")
    for name, (command, path) in commands.items():
        bytes_of_theirs = path.stat().st_size / MEGA
        ours = "dump" if "dump " in name else "verify"
        bench.compare(f"persist {ours} beside {name}, MB/s of file",
                      lambda: megabytes(directory) / seconds_of(bench.persist, ours, directory),
                      lambda: bytes_of_theirs / seconds_of(*command), "1", "{:.0f}", False)


def memory(bench):
    if not shutil.which("time"):
        return
    directory = bench.database("log-1.1-random")
    state = json.loads(run(bench.persist, "--json", "load", directory))
    rows = [json.loads(line) for line in run(bench.persist, "dump", directory).splitlines()[1:-1]]
    text = sum(len(row["key"]) + len(row["value"]) for row in rows)
    spent = peak_bytes(bench.persist, "load", directory) - peak_bytes(bench.persist, "--version")
    bench.row("load, memory for each live key above key and value",
              f"{(spent - text) / state['keys']:.0f} bytes", "", "", "64 bytes at most")
    peak = peak_bytes(bench.persist, "verify", directory)
    bench.row("verify, peak memory", f"{peak / MEGA:.1f} MB", "", "", "64 MiB at most")


def starting(bench):
    for command in (["--version"], ["verify", bench.database("log-small", bytes=1000)]):
        seconds = statistics.median(seconds_of(bench.persist, *command) for _ in range(50))
        floor = statistics.median(seconds_of("/bin/true") for _ in range(50))
        bench.row(f"persist {command[0]}, whole process beside /bin/true", f"{seconds * 1000:.2f} ms",
                  f"{floor * 1000:.2f} ms", "", "5 ms at most")


def growth(bench, sizes):
    """Cost by size of file, of value and of commit."""
    shapes = [(f"{size // MEGA} MB", {"bytes": size}) for size in sizes]
    shapes += [(f"values of {value} bytes, {ops} keys a commit", {"bytes": sizes[0], "value_size": value, "ops": ops})
               for value in (100, 1000, 100_000) for ops in (1, 100) if value * ops < 8 * MEGA]
    for name, shape in shapes:
        directory = bench.database("growth", **shape)
        rates = [statistics.median(megabytes(directory) / seconds_of(bench.persist, command, directory)
                                   for _ in range(bench.runs)) for command in ("verify", "load")]
        bench.row(f"verify and load, {name}", f"{rates[0]:.0f} and {rates[1]:.0f} MB/s", "", "", "")
        shutil.rmtree(directory)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--persist", required=True)
    parser.add_argument("--write-log", required=True, help="the program bench_write_log")
    parser.add_argument("--judges", required=True, help="the directory of judge-0.18 and its like (tests/interop)")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2, help="of each run of commits")
    parser.add_argument("--bytes", type=int, default=120 * MEGA, help="the size of a log")
    parser.add_argument("--large", type=int, default=0,
                        help="also verify logs of so many bytes (the engine needs twice that in memory)")
    parser.add_argument("--directory", help="where files go: a disk, for commits that are synced")
    parser.add_argument("--only", help="the parts whose name contains this")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="persist-bench-", dir=arguments.directory) as name:
        bench = Bench(arguments, Path(name))
        bench.row("work", "persist", "other", "ratio", "at least")
        bench.row("---", "--:", "--:", "--:", "--:")
        bench.database("log-1.1-random", bytes=arguments.bytes, random=True)
        large = [arguments.large] if arguments.large else []
        parts = {"verifying": lambda: verifying(bench, arguments.bytes),
                 "loading": lambda: loading(bench, arguments.bytes),
                 "snapshots": lambda: snapshots(bench),
                 "dumping": lambda: dumping(bench),
                 "committing": lambda: committing(bench, arguments.seconds),
                 "commit peers": lambda: committing_beside_peers(bench, arguments.seconds),
                 "memory": lambda: memory(bench),
                 "starting": lambda: starting(bench),
                 "peers": lambda: peers(bench, arguments.bytes),
                 "growth": lambda: growth(bench, [100 * MEGA, 1000 * MEGA, *large]),
                 "large": lambda: [verifying(bench, size) for size in large]}
        for part, measure in parts.items():
            if arguments.only is None or arguments.only in part:
                measure()
    return 0


if __name__ == "__main__":
    sys.exit(main())
