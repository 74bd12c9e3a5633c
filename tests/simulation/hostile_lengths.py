#!/usr/bin/env python3
"""Files that declare lengths no machine has memory for, read by every command in little memory:
none may ask for what a length says, none may die of it.

    hostile_lengths.py PERSIST
"""
import os
import resource
import shutil
import struct
import subprocess
import sys
import tempfile

PERSIST = sys.argv[1]
ADDRESS_SPACE_BYTES = 768 << 20
TIMEOUT_SECONDS = 300
DOCUMENTED = {0, 1, 2, 3, 64, 66, 73, 74, 75}

LOG_HEADER = b"\xffSMXAOL"
HEADED = b"\xffSMXSNP\x01" + struct.pack("<Q", 7)
RECORD = b"\x01k\x01\x01\x05value"
HUGE = [1 << 31, 1 << 32, 1 << 40, 1 << 62, (1 << 64) - 1]


def varint(number):
    return b"\xfd" + struct.pack("<Q", number)


def hostile_files():
    for huge in HUGE:
        key = varint(huge) + b"k\x01\x00"
        value = b"\x01k\x01\x01" + varint(huge) + b"v"
        yield "aol.bin", RECORD + key
        yield "aol.bin", RECORD + value
        yield "aol.bin", key
        for head in (b"", HEADED):
            yield "snapshot.bin", head + key
            yield "snapshot.bin", head + b"\x01k" + varint(huge) + b"\x01\x00"
            yield "snapshot.bin", head + b"\x01k\x01\x01\x01" + varint(huge) + b"v"
    for version, rest in ((b"\x01", b"\0" * 4), (b"\x02", b"\0" * 12)):
        for length in (1 << 20, 0x7FFFFFFF, 0xFFFFFFF0, 0xFFFFFFFF):
            frame = struct.pack("<I", length) + rest
            yield "aol.bin", LOG_HEADER + version + frame + RECORD
            # A file that is as long as it says, and holds nothing.
            yield "aol.bin", LOG_HEADER + version + frame + RECORD * 1000


def commands(directory, scratch):
    yield ["verify", directory]
    yield ["info", directory]
    yield ["load", directory]
    yield ["dump", "--history", directory]
    yield ["log", "--records", directory]
    yield ["repair", directory]
    yield ["repair", "--output", scratch + "/repaired", directory]
    yield ["convert", "--to", "1.1", "--output", scratch + "/converted", directory]
    yield ["compact", directory]


def run(arguments):
    return subprocess.run(
        [PERSIST, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=TIMEOUT_SECONDS,
        preexec_fn=lambda: resource.setrlimit(
            resource.RLIMIT_AS, (ADDRESS_SPACE_BYTES, ADDRESS_SPACE_BYTES)
        ),
        check=False,
    )


def main():
    runs = wrong = 0
    for name, contents in hostile_files():
        with tempfile.TemporaryDirectory() as scratch:
            directory = os.path.join(scratch, "db")
            os.mkdir(directory)
            path = os.path.join(directory, name)
            with open(path, "wb") as file:
                file.write(contents)
            for arguments in commands(directory, scratch):
                done = run(arguments)
                runs += 1
                if done.returncode in DOCUMENTED and b"bad_alloc" not in done.stderr:
                    continue
                wrong += 1
                print(f"{arguments[0]} on {name} {contents[:40]!r}: exit {done.returncode}")
                print(done.stderr.decode(errors="replace"))
            shutil.rmtree(directory)
    print(f"tally: hostile lengths: {runs}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
