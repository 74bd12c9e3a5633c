#!/usr/bin/env python3
"""The Debian packages: built, judged by lintian, unpacked, and used. Needs no root and no network."""

import argparse
import gzip
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from tools import require, skip

TESTDATA = Path(__file__).resolve().parent.parent.parent / "testdata"
MAN = Path(__file__).resolve().parent.parent.parent / "man"
PROBLEMS = []


def expect(condition, *words):
    if not condition:
        PROBLEMS.append(" ".join(str(word) for word in words))


def run(command, **options):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, **options)


def build_packages(build, out):
    done = run(["cpack", "-G", "DEB", "--config", build / "CPackConfig.cmake", "-B", out], cwd=build)
    if done.returncode != 0:
        sys.exit(f"cpack: {done.stdout}{done.stderr}")
    return {path.name.split("_")[0]: path for path in out.glob("*.deb")}


def check_lintian(packages):
    # Root is what builds in a container.
    done = run(["lintian", "--allow-root", "--fail-on", "warning", *packages])
    expect(done.returncode == 0, "lintian:", done.stdout + done.stderr)


def check_manual(root):
    sources = sorted(path.stem for path in MAN.glob("*.scd"))
    pages = {path.name[:-3]: path for path in (root / "usr/share/man").rglob("*.gz")}
    expect(sorted(pages) == sources, "manual pages:", sorted(pages), "of", sources)
    for name, path in pages.items():
        text = gzip.decompress(path.read_bytes()).decode()
        expect(text.count(".TH ") == 1, name, "is no manual page")
        environment = dict(os.environ, MANWIDTH="80", LC_ALL="C.UTF-8", MANROFFSEQ="")
        done = run(["man", "--warnings", "-l", path], env=environment)
        expect(done.returncode == 0 and not done.stderr, "man", name, done.stderr)


def check_units(root):
    units = root / "usr/lib/systemd/system"
    names = sorted(path.name for path in units.iterdir())
    expect(names == ["persist-compact@.service", "persist-compact@.timer"], "units:", names)
    # Disabled: nothing links to them, and no script of the package enables them.
    expect(not list(root.rglob("*.wants")), "a unit is enabled")


def check_completions(root):
    for shell, path in (("bash", "bash-completion/completions/persist"),
                        ("zsh", "zsh/vendor-completions/_persist"),
                        ("fish", "fish/vendor_completions.d/persist.fish")):
        script = root / "usr/share" / path
        expect(script.is_file() and "verify" in script.read_text(), "completion of", shell)
        if script.is_file():
            done = run([shell, "-n", script])
            expect(done.returncode == 0, shell, "-n:", done.stderr)


def check_program(root, scratch):
    persist = root / "usr/bin/persist"
    expect(run([persist, "--version"]).stdout.startswith("persist "), "--version")
    database = scratch / "db"
    shutil.copytree(TESTDATA / "surrealdb-3.2.4/poisoned-person-40", database)
    statuses = [run([persist, *words, database]).returncode
                for words in (["repair"], ["repair", "--apply"], ["verify"], ["compact"], ["verify"])]
    expect(statuses == [1, 3, 0, 0, 0], "a rescue by the packaged program exits", statuses)


def check_fields(packages):
    for name, path in packages.items():
        fields = run(["dpkg-deb", "-f", path, "Package", "Maintainer", "Version", "Depends"]).stdout
        expect(f"Package: {name}\n" in fields, name, fields)
        expect("Depends:" in fields and "Maintainer:" in fields, name, "lacks fields:", fields)
        scripts = run(["dpkg-deb", "-I", path]).stdout
        # Of a shared library it is ldconfig's.
        expect("postinst" not in scripts or name == "libpersist1", name, "runs scripts at installation")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True, type=Path)
    parser.add_argument("--persist", help="not used: the packaged program is")
    build = parser.parse_args().build
    missing = [tool for tool in ("cpack", "dpkg-deb", "dpkg-shlibdeps", "gzip") if shutil.which(tool) is None]
    if missing:
        skip("not installed: " + ", ".join(missing))
    require("lintian", "scdoc", "man", "bash", "zsh", "fish")
    with tempfile.TemporaryDirectory(prefix="persist-debian-") as name:
        scratch = Path(name)
        packages = build_packages(build, scratch / "packages")
        expect(set(packages) == {"persist", "libpersist-dev", "libpersist1"}, "packages:", sorted(packages))
        check_fields(packages)
        check_lintian(packages.values())
        root = scratch / "root"
        for package in packages.values():
            done = run(["dpkg-deb", "-x", package, root])
            expect(done.returncode == 0, done.stderr)
        for check in (check_manual, check_units, check_completions):
            check(root)
        check_program(root, scratch)
    print(*PROBLEMS, sep="\n")
    print(f"{len(packages)} packages, {len(PROBLEMS)} problems")
    return 1 if PROBLEMS else 0


if __name__ == "__main__":
    sys.exit(main())
