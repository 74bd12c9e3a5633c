#!/usr/bin/env python3
"""How commands behave in a pipe, on a terminal, when they are interrupted, and beside a live writer."""

import argparse
import contextlib
import fcntl
import json
import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path

import pseudo_terminal

TESTDATA = Path(__file__).resolve().parent.parent.parent / "testdata"
LOG = TESTDATA / "engine-1.1/log/aol.bin"
PROBLEMS = []
PATIENCE_SECONDS = 30


def expect(condition, *words):
    if not condition:
        PROBLEMS.append(" ".join(str(word) for word in words))


def wait_for(condition):
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


def has_read_all(child, number):
    """Until the program catches the signal and has taken what stands in its input."""
    def holds():
        status = Path(f"/proc/{child.pid}/status").read_text(encoding="ascii")
        caught = next(int(line.split()[1], 16) for line in status.splitlines() if line.startswith("SigCgt"))
        waiting = int.from_bytes(fcntl.ioctl(child.stdin, termios.FIONREAD, bytes(4)), sys.byteorder)
        return caught >> (number - 1) & 1 and waiting == 0
    expect(wait_for(holds), "does not catch the signal, or does not read:", number)
    time.sleep(0.2)


def big_log(path, copies):
    """A legacy log of one's own versions, so that it is long and sound: many times the same records."""
    records = (TESTDATA / "engine-0.18/log/aol.bin").read_bytes()
    with path.open("wb") as out:
        for _ in range(copies):
            out.write(records)


def closed_pipe(persist, scratch):
    path = scratch / "big.bin"
    big_log(path, 400)
    for command in (["log", "--records", path], ["dump", "--history", path], ["log", "--json", path]):
        with subprocess.Popen([persist, *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
            child.stdout.readline()
            child.stdout.close()
            errors = child.stderr.read()
            expect(child.wait(PATIENCE_SECONDS) in (0, 1, 2) and errors.count(b"\n") <= 21
                   and b"pipe" not in errors.lower(), "closed pipe:", command[0], child.returncode, errors[:300])


def interrupted(persist, scratch):
    """A reader of a pipe that never ends stops at once, and leaves nothing behind."""
    for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)):
        for command in (["verify", "-"], ["dump", "--output", str(scratch / "rows"), "-"]):
            temp = scratch / "temp"
            temp.mkdir(exist_ok=True)
            with subprocess.Popen([persist, "--temp-dir", temp, *command], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
                child.stdin.write(LOG.read_bytes())
                child.stdin.flush()
                has_read_all(child, number)
                child.send_signal(number)
                out, errors = child.communicate(timeout=PATIENCE_SECONDS)
                expect(child.returncode == status, "interrupted:", command, child.returncode, errors)
                expect(out == b"" and errors == b"", "interrupted:", command, "prints", out[:80], errors[:80])
            left = [path.name for path in list(temp.iterdir()) + list(scratch.glob("rows*"))]
            expect(not left, "interrupted:", command, "leaves", left)


def without_a_terminal(persist, _):
    """Under nohup a command goes on when its terminal hangs up."""
    with subprocess.Popen(["nohup", persist, "verify", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as child:
        child.stdin.write(LOG.read_bytes())
        child.stdin.flush()
        has_read_all(child, signal.SIGTERM)
        child.send_signal(signal.SIGHUP)
        out, errors = child.communicate(timeout=PATIENCE_SECONDS)
        expect(child.returncode == 0 and b"clean" in out, "nohup:", child.returncode, out, errors)


def output_that_does_not_wait(persist, scratch):
    """Whoever shares standard output may have made it one that refuses what there is no room for."""
    path = scratch / "big.bin"
    big_log(path, 400)
    command = [persist, "log", "--records", path]
    whole = subprocess.run(command, capture_output=True, check=False)
    for is_stopped in (False, True):
        reading, writing = os.pipe()
        os.set_blocking(writing, False)
        with subprocess.Popen(command, stdout=writing, stderr=subprocess.PIPE) as child:
            os.close(writing)
            time.sleep(0.5)  # until the pipe is full
            if is_stopped:
                child.send_signal(signal.SIGTERM)
                expect(wait_for(lambda: child.poll() is not None), "waits for room though it was stopped")
            with os.fdopen(reading, "rb") as reader:
                out = reader.read()
            errors = child.stderr.read()
            status = child.wait(PATIENCE_SECONDS)
        if is_stopped:
            expect(status == 143 and errors == b"", "stopped without room:", status, errors)
        else:
            expect(status == whole.returncode and out == whole.stdout, "without room:", status, len(out), errors)


def pipe_by_path(persist, scratch):
    """What shells hand over for <(a command)."""
    pipe = scratch / "pipe"
    os.mkfifo(pipe)
    for command in (["dump"], ["log", "--json"]):
        rows = subprocess.run([persist, *command, LOG], capture_output=True, check=False).stdout
        with subprocess.Popen([persist, *command, pipe], stdout=subprocess.PIPE) as child:
            pipe.write_bytes(LOG.read_bytes())
            out, _ = child.communicate(timeout=PATIENCE_SECONDS)
            expect(out.splitlines()[1:] == rows.splitlines()[1:] and child.returncode == 0,
                   "pipe by path:", command, child.returncode, out[:80])


def progress_on_request(persist, _):
    with subprocess.Popen([persist, "verify", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as child:
        child.stdin.write(LOG.read_bytes())
        child.stdin.flush()
        has_read_all(child, signal.SIGUSR1)
        child.send_signal(signal.SIGUSR1)
        ready, _, _ = select.select([child.stderr], [], [], PATIENCE_SECONDS)
        line = child.stderr.readline() if ready else b""
        expect(line.startswith(b"reading standard input: 20.3 KiB"), "SIGUSR1 printed", line)
        child.stdin.close()
        expect(child.wait(PATIENCE_SECONDS) == 0, "SIGUSR1 changed the exit status", child.returncode)


def progress_of_what_has_no_end(persist, scratch):
    """What goes on until it is stopped says how far it is, too, when it is asked."""
    shutil.copy(LOG, scratch)
    for command, wanted in ((["log", "--follow", scratch], b"log %b: 20.3 KiB" % bytes(scratch / "aol.bin")),
                            (["bench", "append", "--seconds", "60", scratch], b"bench append %b: " % bytes(scratch)),
                            (["bench", "load", "--runs", "100000000", scratch], b"bench load %b: " % bytes(scratch))):
        with subprocess.Popen([persist, *command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as child:
            line = b""
            end = time.monotonic() + 5
            while not line and time.monotonic() < end:
                time.sleep(0.5)  # it may not have begun
                child.send_signal(signal.SIGUSR1)
                ready, _, _ = select.select([child.stderr], [], [], 1)
                line = child.stderr.readline() if ready else b""
            expect(line.startswith(wanted), command[:2], "SIGUSR1 printed", line)
            child.send_signal(signal.SIGTERM)
            expect(child.wait(PATIENCE_SECONDS) == 143, command[:2], "ends with", child.returncode)


def on_a_terminal(command, environment, feed):
    """What a command writes on a terminal as standard error, while `feed` writes its standard input."""
    master, slave = pty.openpty()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=slave,
                          env=environment) as child:
        os.close(slave)
        feed(child)
        child.stdin.close()
        seen = b""
        while True:
            try:
                part = os.read(master, 65536)
            except OSError:
                break
            if not part:
                break
            seen += part
        child.wait(PATIENCE_SECONDS)
    os.close(master)
    return seen.decode(errors="replace")


def progress_bar(persist, _):
    def slowly(child):
        for _ in range(16):
            child.stdin.write(LOG.read_bytes())
            child.stdin.flush()
            time.sleep(0.1)
    environment = dict(os.environ, TERM="xterm")
    for options, wanted in (([], True), (["--progress", "never"], False), (["-q"], False)):
        seen = on_a_terminal([persist, *options, "verify", "-"], environment, slowly)
        expect(("reading standard input" in seen) == wanted, "bar with", options, repr(seen[:200]))
        expect(not seen or seen.endswith("\r\x1b[K"), "the bar is not taken away", repr(seen[-40:]))
    done = subprocess.run([persist, "--progress", "always", "verify", LOG], capture_output=True, check=False)
    expect(b"100%" in done.stderr, "--progress always elsewhere", done.stderr)
    done = subprocess.run([persist, "--progress", "always", "--log-format", "json", "verify", LOG],
                          capture_output=True, check=False)
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    expect(lines and lines[-1]["level"] == "info" and "100%" in lines[-1]["message"], "progress as JSON:", done.stderr)
    done = subprocess.run([persist, "verify", LOG], capture_output=True, check=False)
    expect(done.stderr == b"", "progress of a short command", done.stderr)


def colours(persist, _):
    def nothing(_):
        return None
    damaged = TESTDATA / "damaged/1.1/0000-cut"
    for extra, wanted in (({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)):
        environment = dict(os.environ, TERM="xterm", **extra) if "TERM" not in extra else dict(os.environ, **extra)
        environment.pop("NO_COLOR", None) if "NO_COLOR" not in extra else None
        seen = on_a_terminal([persist, "load", damaged], environment, nothing)
        expect(("\x1b[33m" in seen) == wanted, "colour with", extra, repr(seen))
    seen = on_a_terminal([persist, "--color", "never", "load", damaged], dict(os.environ, TERM="xterm"), nothing)
    expect("\x1b[" not in seen, "--color never", repr(seen))


def live_writer(persist, scratch):
    """A log that another process has open: its unfinished end is no finding, and it says so."""
    database = scratch / "live"
    database.mkdir()
    shutil.copy(LOG, database / "aol.bin")
    with (database / "aol.bin").open("ab") as writer:
        writer.write(LOG.read_bytes()[8:60])
        writer.flush()
        for command in ("verify", "load", "log", "dump"):
            done = subprocess.run([persist, command, "--json", database], capture_output=True, check=False)
            first = json.loads(done.stdout.splitlines()[0])
            expect(done.returncode == 0 and first["live"] is True, "live", command, done.returncode,
                   done.stdout[:200], done.stderr)
        for command in (["report", "--output", scratch / "page.html"], ["bench", "load", "--runs", "1"]):
            done = subprocess.run([persist, *command, "--json", database], capture_output=True, check=False)
            expect(json.loads(done.stdout).get("live") is True, "live", command, done.stdout[:200], done.stderr)
        for command in (["verify"], ["info"], ["load"], ["diff", database], ["bench", "load", "--runs", "1"], ["repair"],
                        ["convert", "--to", "1.0", "--output", scratch / "converted"],
                        ["replay", "--output", scratch / "replayed"], ["snapshot", "--output", scratch / "snapshot"]):
            done = subprocess.run([persist, *command, database], capture_output=True, check=False)
            expect(b"live: another process writes there" in done.stdout, "live", command, done.returncode,
                   done.stdout, done.stderr)
    done = subprocess.run([persist, "verify", "--json", database], capture_output=True, check=False)
    expect(done.returncode == 1 and not json.loads(done.stdout)["live"], "no longer live", done.stdout[:300])


def follow(persist, scratch, line):
    """--follow prints what a writer appends, goes on when the log is replaced, and ends with SIGINT."""
    whole = (TESTDATA / f"engine-{line}/log/aol.bin").read_bytes()
    commits = [json.loads(text) for text in
               (TESTDATA / f"engine-{line}/log/commits.ndjson").read_text().splitlines()]
    database = scratch / f"follow-{line}"
    database.mkdir()
    path = database / "aol.bin"
    cut = commits[40]["offset"] + 7  # in the middle of a commit
    path.write_bytes(whole[:cut])
    rows = scratch / f"rows-{line}"
    with rows.open("wb") as out, subprocess.Popen([persist, "log", "--json", "--follow", database],
                                                  stdout=out, stderr=subprocess.PIPE) as child:
        def seen():
            return [json.loads(text) for text in rows.read_text().split("\n")[1:-1]]
        expect(wait_for(lambda: len(seen()) == 40), "follow", line, "starts with", len(seen()))
        with path.open("ab") as writer:
            writer.write(whole[cut:])
        expect(wait_for(lambda: len(seen()) == len(commits)), "follow", line, "goes on to", len(seen()))
        child.send_signal(signal.SIGINT)
        expect(child.wait(PATIENCE_SECONDS) == 130, "follow", line, "ends with", child.returncode)
    got = [{name: row.get(name) for name in ("offset", "length", "version", "records")} for row in seen()]
    expect(got == commits, "follow", line, "differs from commits.ndjson")


def legacy_records(versions):
    return b"".join(b"\x02k%c%c\1\1y" % (ord("a") + version, version) for version in versions)


def versions_in(rows):
    return [json.loads(text)["version"] for text in rows.read_text().split("\n")[1:-1]]


def follow_out_of_order(persist, scratch):
    """Commits that ran at the same time lie in any order: behind a later version there may be one that is
    asked for, and a log that takes the old one's place may begin with one that was not there yet."""
    path, rows = scratch / "aol.bin", scratch / "rows"
    path.write_bytes(legacy_records([1, 3]))
    with rows.open("wb") as out, subprocess.Popen([persist, "log", "--json", "--follow", "--until", "4", path],
                                                  stdout=out, stderr=subprocess.PIPE) as child:
        with path.open("ab") as writer:
            writer.write(legacy_records([5, 2, 6]))
        expect(wait_for(lambda: versions_in(rows) == ["1", "3", "2"]), "follow --until shows", versions_in(rows))
        (scratch / "new").write_bytes(legacy_records([5, 2, 6, 4, 7]))
        (scratch / "new").rename(path)
        expect(wait_for(lambda: versions_in(rows) == ["1", "3", "2", "4"]), "a replaced log: follow shows", versions_in(rows))
        expect(child.poll() is None, "follow --until ends with", child.returncode)
        child.send_signal(signal.SIGTERM)
        expect(child.wait(PATIENCE_SECONDS) == 143, "follow --until ends with", child.returncode)


def versions_out_of_order(persist, scratch):
    """A range of versions is from the least to the greatest, however they lie."""
    path = scratch / "aol.bin"
    path.write_bytes(legacy_records([2, 1, 3, 5, 4]))
    for command in ("verify", "info"):
        done = subprocess.run([persist, command, path], capture_output=True, check=False)
        expect(b"versions 1 to 5\n" in done.stdout, command, "of versions out of order says", done.stdout)


def follow_without_reader(persist, scratch):
    """`persist log --follow | head` ends when head does, though nothing is ever written again."""
    database = shutil.copytree(LOG.parent, scratch / "database")
    with subprocess.Popen([persist, "log", "--follow", database], stdout=subprocess.PIPE) as child:
        child.stdout.readline()
        child.stdout.close()
        expect(wait_for(lambda: child.poll() is not None), "follow goes on for a reader that left")
        expect(child.returncode == 0, "follow ends with", child.returncode, "when its reader leaves")
        child.kill()


def closed_standard_streams(persist, scratch):
    """No file of a database comes to lie where standard output or error was closed."""
    database = scratch / "database"
    command = f"exec '{persist}' bench append --seconds 60 '{database}' <&- >&- 2>&-"
    with subprocess.Popen(["sh", "-c", command]) as child:
        def open_files():
            found = {}
            for link in Path(f"/proc/{child.pid}/fd").iterdir():
                with contextlib.suppress(FileNotFoundError):  # closed meanwhile
                    found[link.name] = os.readlink(link)
            return found
        expect(wait_for(lambda: any(path.endswith("aol.bin") for path in open_files().values())),
               "the bench does not open its log")
        for number, path in open_files().items():
            expect(int(number) > 2 or path == "/dev/null", "closed stream", number, "became", path)
        child.send_signal(signal.SIGTERM)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persist", required=True)
    persist = parser.parse_args().persist
    tests = [closed_pipe, interrupted, without_a_terminal,
             output_that_does_not_wait, pipe_by_path, progress_on_request, progress_of_what_has_no_end, progress_bar,
             colours, live_writer, versions_out_of_order, follow_out_of_order, follow_without_reader, closed_standard_streams]
    if pseudo_terminal.is_missing():
        print("there is no pseudo-terminal here: the progress bar and the colours are not looked at")
        tests = [test for test in tests if test not in (progress_bar, colours)]
    with tempfile.TemporaryDirectory(prefix="persist-streams-") as name:
        for test in tests:
            scratch = Path(name) / test.__name__
            scratch.mkdir()
            test(persist, scratch)
        for line in ("0.18", "0.27", "1.0", "1.1"):
            follow(persist, Path(name), line)
    print(*PROBLEMS, sep="\n")
    print(f"{len(tests) + 4} behaviours, {len(PROBLEMS)} problems")
    return 1 if PROBLEMS else 0


if __name__ == "__main__":
    sys.exit(main())
