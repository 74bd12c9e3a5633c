#!/usr/bin/env python3
"""What bash, zsh or fish offers with the completion script that the program prints for it."""

import argparse
import os
import pty
import re
import select
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pseudo_terminal

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from tools import require, skip

PATIENCE_SECONDS = 20
TRIES = 4
# A line as it is typed; words that must be among what is offered, and words that must not.
CASES = [
    ("persist ver", {"verify"}, {"dump", "log"}),
    ("persist ", {"verify", "dump", "log", "help", "completion"}, {"--json"}),
    ("persist --max-memory 1G ver", {"verify"}, set()),
    ("persist dump --form", {"--format"}, {"--from"}),
    ("persist dump --format ", {"ndjson", "csv", "tsv"}, {"json"}),
    ("persist --color ", {"auto", "always", "never"}, set()),
    ("persist verify --color a", {"auto", "always"}, {"never"}),
    ("persist completion ", {"bash", "zsh", "fish"}, set()),
    ("persist help du", {"dump"}, {"verify"}),
    ("persist help ", {"verify", "rescue", "formats", "embed"}, {"--json"}),
    ("persist log --rec", {"--records"}, {"--reverse"}),
    ("persist verify data", {"database"}, set()),
]


def in_bash(_, script, line, directory):
    words = line.split(" ")
    quoted = " ".join(f"'{word}'" for word in words)
    program = (f"source {script}; COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; COMP_LINE='{line}';"
               " compopt() { :; }; _persist; printf '%s\\n' \"${COMPREPLY[@]}\"")
    done = subprocess.run(["bash", "--norc", "-c", program], cwd=directory, capture_output=True, check=True)
    return done.stdout.decode().split()


def in_fish(persist, script, line, directory):
    environment = dict(os.environ, HOME=str(directory), PATH=f"{Path(persist).parent}:{os.environ['PATH']}")
    done = subprocess.run(["fish", "--no-config", "-c", f"source {script}; complete -C '{line}'"], cwd=directory,
                          capture_output=True, check=True, env=environment)
    return [text.split("\t")[0].rstrip("/") for text in done.stdout.decode().splitlines()]


class Zsh:
    """An interactive zsh: its completion system runs nowhere else."""

    def __init__(self, persist, script, directory):
        (directory / ".zshrc").write_text(
            "PS1='READY> '; unsetopt zle_bracketed_paste 2>/dev/null; LISTMAX=10000\n"
            "autoload -Uz compinit; compinit -u -D; zstyle ':completion:*' list-prompt ''\n"
            f"source {script}\nbindkey '^X' list-choices\n")
        environment = dict(os.environ, ZDOTDIR=str(directory), HOME=str(directory), TERM="dumb", COLUMNS="200",
                           PATH=f"{Path(persist).parent}:{os.environ['PATH']}")
        self.child, self.terminal = pty.fork()
        if self.child == 0:
            os.chdir(directory)
            os.execvpe("zsh", ["zsh", "-i"], environment)
        self.read_until("READY> ")

    def read_until(self, text, quiet_seconds=None):
        seen = ""
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            ready, _, _ = select.select([self.terminal], [], [], quiet_seconds or 0.2)
            if ready:
                seen += os.read(self.terminal, 65536).decode(errors="replace")
            elif quiet_seconds:
                return seen
            if text and text in seen:
                return seen
        return seen

    def offers(self, line):
        os.write(self.terminal, b"\x15" + line.encode() + b"\x18")
        listed = self.read_until("", quiet_seconds=1.0)
        os.write(self.terminal, b"\x03")
        self.read_until("READY> ")
        listed = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]|\r", " ", listed)
        # A single choice may be put in, not listed.
        return [word.rstrip("/=") for word in listed.split()]

    def close(self):
        os.write(self.terminal, b"\x03exit\r")
        time.sleep(0.1)
        os.close(self.terminal)
        os.waitpid(self.child, 0)


def check(shell, offers):
    problems = []
    for line, wanted, unwanted in CASES:
        offered = set()
        for _ in range(TRIES):  # a busy machine shows a terminal's answer late
            offered = set(offers(line))
            if wanted <= offered:
                break
        if not wanted <= offered or unwanted & offered:
            problems.append(f"{shell}: '{line}' offers {sorted(offered)[:12]}")
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persist", required=True)
    parser.add_argument("shell", choices=("bash", "zsh", "fish"))
    arguments = parser.parse_args()
    persist, shell = arguments.persist, arguments.shell
    require(shell)
    if shell == "zsh" and pseudo_terminal.is_missing():
        skip("zsh completes on a terminal only, and there is no pseudo-terminal")
    with tempfile.TemporaryDirectory(prefix="persist-completion-") as name:
        directory = Path(name)
        (directory / "database").mkdir()
        script = directory / f"persist.{shell}"
        made = subprocess.run([persist, "completion", shell], capture_output=True, check=True)
        script.write_bytes(made.stdout)
        if shell == "zsh":
            zsh = Zsh(persist, script, directory)
            problems = check(shell, zsh.offers)
            zsh.close()
        else:
            ask = in_bash if shell == "bash" else in_fish
            problems = check(shell, lambda line: ask(persist, script, line, directory))
    print(*problems, sep="\n")
    print(f"{len(CASES)} lines, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
