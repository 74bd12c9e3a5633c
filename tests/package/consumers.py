#!/usr/bin/env python3
"""A program of somebody else's is compiled against the installed library, by CMake and by pkg-config."""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

CONSUMER = Path(__file__).resolve().parent / "consumer"
EXPECTED = "clean, 1 commit\n"


def run(command, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, **options)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def by_cmake(prefix, scratch):
    build = scratch / "by-cmake"
    run(["cmake", "-S", CONSUMER, "-B", build, f"-DCMAKE_PREFIX_PATH={prefix}", "-DCMAKE_BUILD_TYPE=Debug"])
    run(["cmake", "--build", build])
    return build / "consumer"


def by_pkg_config(prefix, scratch):
    files = next(prefix.rglob("persist.pc")).parent
    environment = dict(os.environ, PKG_CONFIG_PATH=str(files))
    flags = run(["pkg-config", "--cflags", "--libs", "persist"], env=environment).split()
    program = scratch / "by-pkg-config"
    run([os.environ.get("CXX", "c++"), "-std=c++23", CONSUMER / "main.cpp", "-o", program, *flags])
    return program


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True, type=Path)
    parser.add_argument("--persist", help="not used")
    build = parser.parse_args().build
    missing = [tool for tool in ("cmake", "pkg-config") if shutil.which(tool) is None]
    if missing:
        print("skipped: not installed:", *missing)
        return 77
    with tempfile.TemporaryDirectory(prefix="persist-consumers-") as name:
        scratch = Path(name)
        # Moved after the installation: nothing may hold the path it was installed to.
        run(["cmake", "--install", build, "--prefix", scratch / "staged"])
        prefix = scratch / "prefix"
        (scratch / "staged").rename(prefix)
        for way in (by_cmake, by_pkg_config):
            printed = run([way(prefix, scratch), scratch / f"database-{way.__name__}"])
            if printed != EXPECTED:
                print(f"{way.__name__}: prints {printed!r}")
                return 1
    print("2 consumers compiled and run")
    return 0


if __name__ == "__main__":
    sys.exit(main())
