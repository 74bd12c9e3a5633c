#!/usr/bin/env python3
"""The units of systemd, as systemd itself reads them."""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from tools import skip

UNITS = Path(__file__).resolve().parents[2] / "libpersist" / "packaging" / "systemd"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", help="not used")
    parser.add_argument("--persist", required=True, type=Path)
    persist = parser.parse_args().persist.resolve()
    if shutil.which("systemd-analyze") is None:
        skip("systemd-analyze is not installed")
    problems = []
    with tempfile.TemporaryDirectory(prefix="persist-units-") as name:
        instances = []
        for unit in sorted(UNITS.iterdir()):
            # The program is looked up where it would be installed.
            text = unit.read_text(encoding="utf-8").replace("ExecStart=persist ", f"ExecStart={persist} ")
            instances.append(Path(name) / unit.name.replace("@", "@var-lib-surrealdb"))
            instances[-1].write_text(text, encoding="utf-8")
        for instance in instances:
            done = subprocess.run(["systemd-analyze", "--man=no", "verify", instance], capture_output=True, text=True,
                                  check=False)
            if done.returncode != 0:
                problems.append(f"systemd-analyze verify {instance.name}: {done.stdout}{done.stderr}")
    print(*problems, sep="\n")
    print(f"{len(instances)} units, {len(problems)} problems")
    return 1 if problems or not instances else 0


if __name__ == "__main__":
    sys.exit(main())
