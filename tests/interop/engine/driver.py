"""What the tests of the embedded engine share: random transactions, told to it or to a real engine."""

import base64
import os
import pathlib
import random
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "rewriting"))

from support import *  # noqa: E402, F403: the interop tests' own vocabulary

ENGINE_APPLY = os.environ.get("ENGINE_APPLY", str(HERE.parents[2] / "build/release/tests/interop/engine/engine_apply"))


class Writer:
    """Makes random transactions, and knows what they leave behind."""

    def __init__(self, rng):
        self.rng, self.rows = rng, {}
        self.keys = [b"", b"\xff", b"\x00\xff"] + [
            rng.randbytes(rng.choice([1, 2, 12, 40, 300])) for _ in range(60)
        ]

    def transaction(self):
        ops = {}
        for _ in range(self.rng.randrange(1, 7)):
            size = self.rng.choice([0, 1, 20, 100, 250, 251, 3000])
            ops[self.rng.choice(self.keys)] = None if self.rng.random() < 0.25 else self.rng.randbytes(size)
        for key, value in ops.items():
            if value is None:
                self.rows.pop(key, None)
            else:
                self.rows[key] = value
        return ops

    def transactions(self, count):
        return [self.transaction() for _ in range(count)]


def told_to_ours(items):
    def line(item):
        if isinstance(item, str):
            return item
        return " ".join(key.hex() + ("-" if value is None else "=" + value.hex()) for key, value in item.items())

    return "".join(line(item) + "\n" for item in items).encode()


def told_to_theirs(items):
    def b64(data):
        return base64.b64encode(data).decode()

    def line(item):
        if item == "snapshot":
            return {"snapshot": True}
        return {"ops": [{"key_b64": b64(k), "value_b64": None if v is None else b64(v)} for k, v in item.items()]}

    return "".join(json.dumps(line(item)) + "\n" for item in items).encode()


def engine_apply(directory, line, aol, fsync, compress, items):
    """Returns the newest version."""
    done = run([ENGINE_APPLY, directory, line, aol, fsync, compress], stdin=told_to_ours(items))
    return int(done.stdout)


def no_leftovers(directory):
    left = [p.name for p in directory.iterdir() if p.name not in ("aol.bin", "snapshot.bin")]
    check(not left, f"{directory}: left behind: {left}")
