#!/usr/bin/env python3
"""Writes the fuzzers' seeds: the beginnings of files that real engines wrote.

    tests/fuzz/make_seeds.py    # testdata/fuzz/TARGET/NAME from the rest of testdata/
"""
import pathlib
import struct

ROOT = pathlib.Path(__file__).resolve().parents[2] / "testdata"
LINES = ("0.18", "0.27", "1.0", "1.1")
LOG_BYTES = 900  # as much of each log, at most; the last commit is then torn
LOG_HEADER = b"\xffSMXAOL"

# Choices of the targets whose inputs begin with one byte of them (tests/fuzz/fuzz_*.cpp).
VARINT, RECORD, PAYLOAD, FRAME_1, FRAME_2, HEADERS, ENTRY = range(7)
SLICE, VALUE, RECORD_ID, KEY, NAMES = range(5)


def save(target, name, content):
    directory = ROOT / "fuzz" / target
    directory.mkdir(parents=True, exist_ok=True)
    (directory / name).write_bytes(content)


def varint(data, at):
    tag = data[at]
    width = {0xFB: 2, 0xFC: 4, 0xFD: 8}.get(tag, 0)
    if not width:
        return tag, at + 1
    return int.from_bytes(data[at + 1 : at + 1 + width], "little"), at + 1 + width


def records(data):
    """The keys and values of a run of records, with where each ends."""
    at = 0
    while at < len(data):
        length, at = varint(data, at)
        key, at = data[at : at + length], at + length
        _, at = varint(data, at)
        value, at = None, at + 1
        if data[at - 1]:
            length, at = varint(data, at)
            value, at = data[at : at + length], at + length
        yield key, value, at


def frame_length(log, at, line):
    return struct.unpack_from("<I", log, at)[0] + (8 if line == "1.0" else 16)


def beginning(log, line):
    """Whole commits from the start of a log."""
    end = 0
    if log.startswith(LOG_HEADER):
        end = 8
        while end + frame_length(log, end, line) <= LOG_BYTES:
            end += frame_length(log, end, line)
        return log[:end]
    for _, _, at in records(log):
        if at > LOG_BYTES:
            break
        end = at
    return log[:end]


def database(choices, log, snapshot):
    return bytes([choices]) + struct.pack("<H", len(log)) + log + snapshot


def seeds_of_line(line):
    engine = ROOT / f"engine-{line}"
    log = beginning((engine / "snapshot-and-log/aol.bin").read_bytes(), line)
    plain = (engine / "snapshot-and-log/snapshot.bin").read_bytes()
    compressed = (engine / "snapshot-lz4-and-log/snapshot.bin").read_bytes()
    save("log", line, log)
    save("log", f"{line}-torn", log[:-5])
    save("snapshot", line, plain[:LOG_BYTES])
    save("snapshot", f"{line}-lz4", compressed)
    save("formats", f"{line}-snapshot", bytes([HEADERS]) + compressed[:40])
    if line in ("1.0", "1.1"):
        length = frame_length(log, 8, line)
        start = 8 if line == "1.0" else 16
        choice = FRAME_1 if line == "1.0" else FRAME_2
        save("formats", f"{line}-frame", bytes([choice]) + log[8 : 8 + length])
        save("formats", f"{line}-payload", bytes([PAYLOAD]) + log[8 + start : 8 + length])
        save("formats", f"{line}-header", bytes([HEADERS]) + log[:8])
    else:
        save("formats", f"{line}-record", bytes([RECORD]) + log[:200])
        save("formats", f"{line}-entry", bytes([ENTRY]) + plain[:200])
    for index, target in enumerate(("verify", "repair", "open", "rewrite")):
        save(target, f"{line}-both", database(index, log, plain[:LOG_BYTES]))
        save(target, f"{line}-log", database(LINES.index(line) << 3, log, b""))
        save(target, f"{line}-lz4", database(index + 1, b"", compressed))


def seeds_of_surrealdb():
    log = (ROOT / "surrealdb-3.0.2/sync/aol.bin").read_bytes()
    kinds = {}
    for key, value, _ in records(log):
        kind = bytes(byte for byte in key if byte in b"/*!~+") + key[-10:-9]
        kinds.setdefault(kind, (key, value or b""))
    for number, (key, value) in enumerate(list(kinds.values())[:24]):
        save("surrealdb", f"key-{number}", bytes([KEY]) + key)
        if b"!" in key[:2]:
            save("surrealdb", f"name-{number}", bytes([NAMES, len(key)]) + key + value)
    save("surrealdb", "slice", bytes([SLICE]) + b"a\x01\x00b\x00")
    save("surrealdb", "value", bytes([VALUE]) + b"\x0a\x06text\x00\x04\x01\x02\x03\x00")
    save("surrealdb", "id", bytes([RECORD_ID]) + b"\x02\x80\0\0\0\0\0\0\x01")


def seeds_of_dumps():
    header = b'{"schema":"persist.dump/1"}\n'
    row = b'{"key":"a","version":"5","value":"b"}\n'
    others = (
        b'{"key_b64":"AAE=","version":"7","value_hex":"0aff"}\n'
        b'{"key":"k","version":"9","value":null}\n{"key":"k","version":"12","value":"\\u00e9"}\n'
    )
    end = b'{"end":true,"rows":%d,"fingerprint":""}\n'
    for choice in range(12):
        save("import", f"row-{choice}", bytes([choice | 128]) + header + row + end % 1)
        save("import", f"rows-{choice}", bytes([choice | 128]) + header + others + end % 3)
    save("import", "empty", b"\x80" + header + end % 0)


def main():
    for line in LINES:
        seeds_of_line(line)
    seeds_of_surrealdb()
    seeds_of_dumps()
    save("formats", "varint", bytes([VARINT]) + b"\xfd\x01\x02\x03\x04\x05\x06\x07\x08")


if __name__ == "__main__":
    main()
