#!/usr/bin/env python3
"""Whether every source includes only what lies below it.

    tests/layers.py

The floors of the house are apps, libpersist and formats; in libpersist/src the folders have an
order too, so that none needs, by way of others, itself.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Each may include from itself and from those in front of it.
FLOORS = ["formats", "libpersist", "apps"]
FOLDERS = ["platform", "log", "snapshot", "store", "inspect", "rewrite", "recover", "info", "engine",
           "json", "c"]
INCLUDE = re.compile(r'^#include ["<]([a-z_0-9/]+\.hp?p?)[">]', re.MULTILINE)


def floor_of_include(name):
    """The floor that a header as included is of; none for a foreign one."""
    if name.startswith("persist/formats/"):
        return "formats"
    if name.startswith("persist/"):
        return "libpersist"
    if name.split("/")[0] in FOLDERS:
        return "libpersist"
    return "apps" if (ROOT / "apps" / name).is_file() else None


def is_above(order, one, other):
    return order.index(one) > order.index(other)


def faults_of(path, text):
    """Includes in the source `path`, relative to the root, of what lies above it."""
    parts = path.parts
    for name in INCLUDE.findall(text):
        floor = floor_of_include(name)
        if floor is not None and is_above(FLOORS, floor, parts[0]):
            yield f"{path} includes {name}, of the floor {floor}"
        folder, below = name.split("/")[0], parts[:2] == ("libpersist", "src") and len(parts) > 3
        if below and folder in FOLDERS and is_above(FOLDERS, folder, parts[2]):
            yield f"{path} includes {name}: {folder} lies above {parts[2]}"


def sources():
    for floor in FLOORS:
        for pattern in ("*.cpp", "*.hpp", "*.h", "*.c"):
            yield from (ROOT / floor).rglob(pattern)


def check_that_faults_are_noticed():
    log = pathlib.Path("libpersist/src/log/reader.cpp")
    codec = pathlib.Path("formats/src/record.cpp")
    for path, include in ((log, '"store/state.hpp"'), (log, '"output/json.hpp"'),
                          (codec, "<persist/state.hpp>")):
        if not list(faults_of(path, f"#include {include}\n")):
            yield f"{path} may include {include}"
    yield from faults_of(log, '#include "platform/paths.hpp"\n#include <vector>\n')


def check_sources():
    found = list(sources())
    if len(found) < 400:
        yield f"only {len(found)} sources were found"
    for path in found:
        yield from faults_of(path.relative_to(ROOT), path.read_text())


def check_folders():
    folders = {path.name for path in (ROOT / "libpersist" / "src").iterdir() if path.is_dir()}
    for folder in sorted(folders ^ set(FOLDERS)):
        yield f"libpersist/src/{folder} has no place in the order, or is not there"


def main():
    faults = [*check_that_faults_are_noticed(), *check_sources(), *check_folders()]
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
