"""exports.py HEADER LIBRARY SONAME: the library exports what the header declares and nothing else."""
import re
import subprocess
import sys


def declared(header):
    text = re.sub(r"/\*.*?\*/", "", open(header, encoding="utf-8").read(), flags=re.S)
    text = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    return set(re.findall(r"PERSIST_API[^;(]*?(persist_\w+)\s*\(", text))


def exported(library):
    lines = subprocess.run(["nm", "-D", "--defined-only", library], check=True, text=True,
                           capture_output=True).stdout.splitlines()
    symbols = [line.split()[-2:] for line in lines]
    return {name.split("@")[0] for kind, name in symbols if kind != "A"}  # A: the version's name


def main():
    header, library, soname = sys.argv[1:]
    expected, found = declared(header), exported(library)
    assert len(expected) > 30, f"{header} declares only {sorted(expected)}"
    assert found == expected, (
        f"only exported: {sorted(found - expected)}; only declared: {sorted(expected - found)}")
    dynamic = subprocess.run(["readelf", "-d", library], check=True, text=True,
                             capture_output=True).stdout
    assert f"soname: [{soname}]" in dynamic, dynamic
    print(f"{len(found)} symbols, {soname}")


main()
