#!/usr/bin/env python3
"""What `import` makes of dumps that are not whole, and of places that are not empty."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from program import *  # noqa: F403

DAMAGED, EXISTS = 2, 73


def refused(dump, work, what, status=DAMAGED, target=None):
    target = target or work / "new"
    before = contents(target) if target.is_dir() else None
    done = persist("import", "--output", target, allowed=(status,), stdin=dump)
    check(done.stderr.startswith(b"persist: error: "), f"{what}: says {done.stderr}")
    check(not done.stdout, f"{what}: a result was printed")
    if before is None:
        check(not target.exists(), f"{what}: something was left")
    else:
        check(contents(target) == before, f"{what}: a file was changed")


def cut_short(lines, work):
    whole = b"".join(lines)
    for count in (0, 1, 2, len(lines) // 2, len(lines) - 1):
        refused(b"".join(lines[:count]), work, f"the first {count} lines")
    for length in (1, len(lines[0]) - 2, len(whole) // 2, len(whole) - len(lines[-1]) + 5, len(whole) - 3):
        refused(whole[:length], work, f"the first {length} bytes")
    refused(whole + lines[1], work, "a row behind the end")
    refused(whole + whole, work, "two dumps")


def changed(lines, work):
    middle = len(lines) // 2
    row = json.loads(lines[middle])
    for member, value in (("value", "another"), ("key", row["key"] + "x"), ("version", "seven"), ("version", "0"), ("value", None)):
        altered = json.dumps({**row, member: value}).encode() + b"\n"
        refused(b"".join([*lines[:middle], altered, *lines[middle + 1:]]), work, f"{member} {value!r} in line {middle}")
    for missing in ("key", "version", "value"):
        altered = json.dumps({k: v for k, v in row.items() if k != missing}).encode() + b"\n"
        refused(b"".join([*lines[:middle], altered, *lines[middle + 1:]]), work, f"no {missing} in line {middle}")
    for noise in (b"\n", b"no JSON\n", b"[1]\n", b'{"key":"a","version":"1","value_b64":"%%"}\n', b"\xff\xfe\n", b"{" * 100_000 + b"\n"):
        refused(b"".join([*lines[:middle], noise, *lines[middle + 1:]]), work, f"{noise[:20]} in line {middle}")
    refused(b"".join([*lines[:middle], *lines[middle + 1:]]), work, "a row less")
    end = json.loads(lines[-1])
    for member in ("rows", "fingerprint"):
        altered = json.dumps({**end, member: {"rows": 1, "fingerprint": "xxh3-128:" + 32 * "0"}[member]}).encode()
        refused(b"".join([*lines[:-1], altered]), work, f"other {member} at the end")


def out_of_order(lines, work):
    for first, second in ((1, 2), (1, len(lines) - 2)):
        swapped = list(lines)
        swapped[first], swapped[second] = swapped[second], swapped[first]
        refused(b"".join(swapped), work, f"rows {first} and {second} swapped")
    refused(b"".join([*lines[:2], *lines[1:]]), work, "a row twice")


def other_dumps(database, lines, work):
    """Other encodings are read alike; what is no whole dump of rows is refused."""
    end = json.loads(lines[-1])
    for encoding in ("base64", "hex"):
        target = work / encoding
        dump = persist("dump", database, "--encoding", encoding).stdout
        report = json.loads(persist("import", "--output", target, "--json", stdin=dump).stdout)
        check(report["fingerprint"] == end["fingerprint"] == fingerprint_of(target), f"{encoding}: another state")
        rows = dump.splitlines(keepends=True)
        mixed = b"".join([lines[0], *(rows[i] if i % 2 else lines[i] for i in range(1, len(lines) - 1)), lines[-1]])
        shutil.rmtree(target)
        persist("import", "--output", target, stdin=mixed)
        check(fingerprint_of(target) == end["fingerprint"], f"{encoding} and plain text mixed: another state")
    windows = b"".join(lines).replace(b"\n", b"\r\n")
    persist("import", "--output", work / "windows", stdin=windows)
    check(fingerprint_of(work / "windows") == end["fingerprint"], "line ends of another system")
    for format_name in ("csv", "tsv"):
        refused(persist("dump", database, "--format", format_name).stdout, work, format_name)
    refused(persist("dump", database, "--keys-only").stdout, work, "keys only")
    refused("".join(map(bytes.decode, lines)).encode("utf-16"), work, "UTF-16")
    refused(b"", work, "nothing")


def places_with_data(database, lines, work):
    dump = b"".join(lines)
    refused(dump, work, "a database", EXISTS, copy_database(database, work / "database"))
    for name in ("aol.bin", "snapshot.bin", "other.txt"):
        place = work / f"with-{name}"
        place.mkdir()
        (place / name).write_bytes(b"")
        refused(dump, work, f"a directory with {name}", EXISTS, place)
    file = work / "file"
    file.write_bytes(b"text")
    persist("import", "--output", file, allowed=(EXISTS,), stdin=dump)
    check(file.read_bytes() == b"text", "a file in the place of the directory was changed")
    empty = work / "empty"
    empty.mkdir()
    persist("import", "--output", empty, stdin=dump)
    check(fingerprint_of(empty) == json.loads(lines[-1])["fingerprint"], "import into an empty directory")


def lines_without_end(work):
    """A line is not read to its end whatever that takes: its place is told."""
    log = work / "aol.bin"
    for length, is_taken in ((3 << 20, True), (5 << 20, False), (200 << 20, False)):
        log.write_bytes(b"\x01a\x01\x01\xfc" + length.to_bytes(4, "little") + b"x" * length)
        dump = persist("dump", log).stdout
        target = work / f"line-{length}"
        done = persist("import", "--max-memory", "16MiB", "--output", target, allowed=(0, DAMAGED), stdin=dump)
        check((done.returncode == 0) == target.exists() == is_taken, f"a line of {length} bytes: exit {done.returncode}")
        words = (b"line 2 is longer than", b"at byte %d:" % (dump.index(b"\n") + 1), b"--max-memory")
        check(is_taken or all(word in done.stderr for word in words), f"a line of {length} bytes: says {done.stderr}")


def main():
    database = TREE / "testdata/engine-1.1/snapshot-and-log"
    with temporary_directory() as name:
        work = pathlib.Path(name)
        for history in ([], ["--history"]):
            lines = persist("dump", database, *history).stdout.splitlines(keepends=True)
            cut_short(lines, work)
            changed(lines, work)
            out_of_order(lines, work)
        lines = persist("dump", database).stdout.splitlines(keepends=True)
        other_dumps(database, lines, work)
        places_with_data(database, lines, work)
        lines_without_end(work)
    print("ok dumps")


if __name__ == "__main__":
    main()
