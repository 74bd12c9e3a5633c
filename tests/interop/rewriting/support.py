"""What the tests of the rewriting commands share: the program's vocabulary, and what the engines say."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
from program import *  # noqa: F403

if JUDGES is None:
    skip("no judges; tests/interop/build.sh builds them, PERSIST_JUDGE_DIR names them")


def check_lz4(directory):
    """lz4 itself accepts the body of the snapshot."""
    path = directory / "snapshot.bin"
    if not path.exists():
        return
    body = path.read_bytes()
    if body.startswith(b"\xffSMXSNP"):
        body = body[16:]
    if not body:
        return
    check(body.startswith(b"\x04\x22\x4d\x18"), f"{path} is not compressed")
    run(["lz4", "-t", "-"], stdin=body)


def check_verify(line, directory):
    verdict = persist_json("verify", directory)
    check(verdict["verdict"] == "clean", f"{directory}: {verdict['verdict']}")
    findings = [f for file in verdict["files"] for f in file["findings"] if f["severity"] != "info"]
    check(not findings, f"{directory}: {findings}")
    engines = {engine["line"]: engine for engine in verdict["engines"]}
    for younger in LINES[LINES.index(line) :]:
        check(engines[younger]["opens"], f"{directory}: {younger} would refuse it")
        check(engines[younger]["commits_lost"] == 0, f"{directory}: {younger} would lose commits")


def check_sound(line, directory, expected, fingerprint):
    """The result of a rewrite: the real engine's rows, our fingerprint, a clean verify, a whole LZ4 frame."""
    check(judged_rows(line, directory) == expected, f"{directory}: judge-{line} reads other rows")
    end = json.loads(persist("dump", directory).stdout.splitlines()[-1])
    check(end["fingerprint"] == fingerprint, f"{directory}: the fingerprint differs")
    check_verify(line, directory)
    check_lz4(directory)
    leftovers = [p.name for p in directory.iterdir() if p.name not in ("aol.bin", "snapshot.bin")]
    check(not leftovers, f"{directory}: left behind: {leftovers}")
