#!/usr/bin/env python3
"""Plants one bug after another and shows that some test fails.

    tests/planted/run.py [--build DIR] [--jobs N] [NAME...]    # all, or patches whose name contains one
    tests/planted/run.py --check                               # only: does every patch still apply?

A patch in this directory changes one line, or a few, of one source file. Before the difference it
says in words what is wrong, and which tests are expected to notice, one line each:

    Test: unit_recover                 a test of ctest
    Test: unit_log "*torn*"            the same with arguments, such as a choice of Catch2's cases

Nothing is changed in the tree or in the build: the patched copy is compiled as the build compiles
the file, the test's program is linked anew with that object before the library, and the test is run
with this program in place of its own. The library's object has the file's functions once more, as it
was compiled from several files together: the linker takes those that it sees first, and so does
everything in the library, for code that may go into a shared library calls no function of its own
but by name. When no expected test notices, all that are quick get a try.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
# A test that takes longer than this with the bug hangs: that is noticed, too.
SECONDS = 120
QUICK = ("unit_formats", "unit_log", "unit_files", "unit_store", "unit_snapshot", "unit_rewrite",
         "unit_recover", "unit_inspect", "unit_engine", "golden_verify", "golden_repair")


class Patch:
    def __init__(self, path):
        text = path.read_text()
        self.path, self.name = path, path.stem
        self.what = text.split("\n", 1)[0]
        self.tests = [shlex.split(line) for line in re.findall(r"^Test: (.*)$", text, re.M)]
        self.source = re.search(r"^\+\+\+ b/(\S+)", text, re.M).group(1)

    def apply(self, directory):
        """The patched copy of the source file below `directory`; None when it does not apply."""
        copy = pathlib.Path(directory) / self.source
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / self.source, copy)
        command = ["patch", "-p1", "--no-backup-if-mismatch", "-s", "-d", str(directory)]
        patched = subprocess.run(command, stdin=self.path.open(), capture_output=True, text=True)
        return copy if patched.returncode == 0 else None


def listed_tests(directory):
    """What ctest knows of the build; asked from elsewhere, since even a list starts a new log in the
    directory that it is asked from, and this may be a test of a run that is writing one."""
    with tempfile.TemporaryDirectory() as elsewhere:
        (pathlib.Path(elsewhere) / "CTestTestfile.cmake").write_text(f'subdirs("{directory}")\n')
        listed = subprocess.run(["ctest", "--show-only=json-v1"], cwd=elsewhere, check=True,
                                capture_output=True, text=True).stdout
    return json.loads(listed)["tests"]


def sources_of(compiled):
    """The file, or those that CMake compiles together by it."""
    if compiled.parent.name == "Unity":
        return re.findall(r'^#include "(.*)"$', compiled.read_text(), re.M)
    return [str(compiled)]


class Build:
    def __init__(self, directory):
        self.directory = directory
        commands = json.loads((directory / "compile_commands.json").read_text())
        self.compiles = {}
        for item in commands:
            for source in sources_of(pathlib.Path(item["file"])):
                self.compiles[source] = shlex.split(item["command"])
        self.tests = {test["name"]: test for test in listed_tests(directory)}

    def archive_of(self, source):
        """The library that has the object of a source file."""
        command = self.compiles[str(ROOT / source)]
        told = subprocess.run(["ninja", "-t", "query", command[command.index("-o") + 1]],
                              cwd=self.directory, check=True, capture_output=True, text=True)
        return re.search(r"^ +(\S+\.a)$", told.stdout, re.M).group(1)

    def compile(self, source, copy, output):
        command = list(self.compiles[str(ROOT / source)])
        command[command.index("-o") + 1] = str(output)
        command[command.index("-c") + 1] = str(copy)
        # Quicker, and a warning about a planted bug says nothing.
        done = subprocess.run(command + ["-O1", "-Wno-error"], cwd=self.directory,
                              capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError("does not compile: " + done.stderr[-2000:])

    def link_command(self, program):
        name = str(program.relative_to(self.directory))
        commands = subprocess.run(["ninja", "-t", "commands", name], cwd=self.directory, check=True,
                                  capture_output=True, text=True).stdout.splitlines()
        return commands[-1]

    def link(self, command, program, planted, output):
        name = str(program.relative_to(self.directory))
        command = command.replace(
            f"-o {name} ", f"-o {output} -Wl,--allow-multiple-definition {planted} ", 1)
        done = subprocess.run(command, shell=True, cwd=self.directory, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError("does not link: " + done.stderr[-2000:])

    def replace(self, word, planted, archive):
        """The word, with a program of the build in it replaced by one that has the bug."""
        name, equals, path = word.rpartition("=")
        program = pathlib.Path(path)
        if not program.is_relative_to(self.directory) or not program.is_file():
            return word
        output = planted.parent / program.name
        if not output.exists():
            command = self.link_command(program)
            if archive not in command:
                return word
            self.link(command, program, planted, output)
        return name + equals + str(output)

    def run(self, words, planted, archive):
        """Whether the test fails with the bug."""
        test = self.tests[words[0]]
        command = [self.replace(word, planted, archive) for word in test["command"]]
        properties = {item["name"]: item["value"] for item in test["properties"]}
        added = [self.replace(word, planted, archive)
                 for word in properties.get("ENVIRONMENT", [])]
        environment = dict(os.environ, **dict(word.split("=", 1) for word in added))
        try:
            done = subprocess.run(command + words[1:], cwd=planted.parent, capture_output=True,
                                  env=environment, timeout=SECONDS)
        except subprocess.TimeoutExpired:
            return True
        return done.returncode not in (0, 77)


def plant(patch, build, quick):
    """Which test notices; None when none does. An error in words otherwise."""
    with tempfile.TemporaryDirectory(prefix="persist-planted-") as directory:
        copy = patch.apply(directory)
        if copy is None:
            return None, "does not apply"
        planted = pathlib.Path(directory) / "planted.o"
        try:
            archive = build.archive_of(patch.source)
            build.compile(patch.source, copy, planted)
            expected = [words[0] for words in patch.tests]
            others = [[name] for name in quick if name not in expected and name in build.tests]
            for words in patch.tests + others:
                if build.run(words, planted, archive):
                    return words[0], None
        except RuntimeError as error:
            return None, str(error)
    return None, "missed"


def check(patches):
    broken = []
    for patch in patches:
        with tempfile.TemporaryDirectory(prefix="persist-planted-") as directory:
            if patch.apply(directory) is None:
                broken.append(patch.name)
    for name in broken:
        print(f"{name} does not apply any more")
    print(f"{len(patches) - len(broken)} of {len(patches)} patches apply")
    return 1 if broken else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--expected", action="store_true", help="try the expected tests only")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    patches = [Patch(path) for path in sorted(HERE.glob("*.patch"))]
    if arguments.names:
        patches = [p for p in patches if any(name in p.name for name in arguments.names)]
    if arguments.check:
        return check(patches)
    build = Build(arguments.build.resolve())
    quick = () if arguments.expected else QUICK
    caught = 0

    def caught_by(patch):
        return plant(patch, build, quick)

    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        for patch, (test, error) in zip(patches, pool.map(caught_by, patches)):
            caught += test is not None
            print(f"{patch.name}: " + (f"caught by {test}" if test else f"NOT CAUGHT: {error}"),
                  flush=True)
    print(f"tally: planted bugs: {len(patches)}")
    print(f"tally: planted bugs caught: {caught}")
    return 0 if caught == len(patches) else 1


if __name__ == "__main__":
    sys.exit(main())
