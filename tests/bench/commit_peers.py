"""Commits a second of RocksDB and Redis, each synced before it is acknowledged: one key, one value of
random bytes, from so many writers at a time, by the benchmarks that both bring along."""

import contextlib
import csv
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

KEYS = 100_000  # a writer chooses among as many in `persist bench append`
KEY_BYTES = 23  # as there


def rocksdb(scratch, writers, value_bytes, seconds):
    """By db_bench, which counts the writes of all threads; the log is synced by fdatasync."""
    with tempfile.TemporaryDirectory(prefix="rocksdb-", dir=scratch) as directory:
        done = subprocess.run(
            ["db_bench", "--benchmarks=fillrandom", f"--db={directory}", f"--threads={writers}", f"--num={KEYS}",
             f"--key_size={KEY_BYTES}", f"--value_size={value_bytes}", "--compression_type=none", "--sync=1",
             f"--duration={max(1, round(seconds))}"], check=True, capture_output=True, text=True)
    line = next(line for line in done.stdout.splitlines() if line.startswith("fillrandom"))
    words = line.split()
    return float(words[words.index("ops/sec") - 1])


@contextlib.contextmanager
def redis_server(scratch):
    """The path of the socket of a server that lives as long as the block."""
    with tempfile.TemporaryDirectory(prefix="redis-", dir=scratch) as directory:
        socket = Path(directory) / "socket"
        # No port: nobody but the benchmark can reach it.
        server = subprocess.Popen(["redis-server", "--port", "0", "--unixsocket", socket, "--dir", directory,
                                   "--appendonly", "yes", "--appendfsync", "always", "--save", ""],
                                  stdout=subprocess.DEVNULL)
        try:
            for _ in range(200):
                if socket.exists():
                    break
                time.sleep(0.02)
            yield socket
        finally:
            server.terminate()
            server.wait()


def redis(scratch, writers, value_bytes, seconds):
    """By redis-benchmark, which runs beside the server; as many requests as take about `seconds`."""
    def rate(socket, requests):
        done = subprocess.run(
            ["redis-benchmark", "-s", socket, "-c", str(writers), "-n", str(requests), "-d", str(value_bytes),
             "-r", str(KEYS), "-t", "set", "--csv"], check=True, capture_output=True, text=True)
        return float(next(csv.DictReader(done.stdout.splitlines()))["rps"])
    with redis_server(scratch) as socket:
        return rate(socket, round(seconds * rate(socket, 10_000)))


def installed():
    """What is there to compare with: a name, and a function as the two above."""
    found = {}
    if shutil.which("db_bench"):
        found["RocksDB"] = rocksdb
    if shutil.which("redis-server") and shutil.which("redis-benchmark"):
        found["Redis"] = redis
    return found
