#!/usr/bin/env python3
"""Programs of somebody else's are compiled against the installed libraries, in C and in C++, by CMake
and by pkg-config."""

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
    return [build / "in_cpp", build / "in_c"]


def by_pkg_config(prefix, scratch):
    files = next(prefix.rglob("persist.pc")).parent
    environment = dict(os.environ, PKG_CONFIG_PATH=str(files))
    cpp, c = os.environ.get("CXX", "c++"), os.environ.get("CC", "cc")
    strict = ["-Wall", "-Wextra", "-Werror"]
    programs = []
    for module, compiler, source in (("persist-cpp", [cpp, "-std=c++23"], "in_cpp.cpp"),
                                     ("persist", [c, "-std=c11"], "in_c.c"),
                                     ("persist", [cpp, "-std=c++11", "-x", "c++"], "in_c.c")):
        flags = run(["pkg-config", "--cflags", "--libs", module], env=environment).split()
        program = scratch / f"by-pkg-config-{len(programs)}"
        run([*compiler, *strict, CONSUMER / source, "-o", program, *flags, f"-Wl,-rpath,{files.parent}"])
        programs.append(program)
    return programs


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
        programs = by_cmake(prefix, scratch) + by_pkg_config(prefix, scratch)
        for number, program in enumerate(programs):
            printed = run([program, scratch / f"database-{number}"])
            if printed != EXPECTED:
                print(f"{program.name}: prints {printed!r}")
                return 1
    print(f"{len(programs)} consumers compiled and run")
    return 0


if __name__ == "__main__":
    sys.exit(main())
