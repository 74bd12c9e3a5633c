"""example.py LIBRARY DIRECTORY: libpersist from Python, by ctypes alone. Opens a database in the
directory, works with it in every way that the interface has, and checks what comes back."""
import os
import sys

import persist
from persist import Database, Library, RepairPlan


def raises(code, call, *arguments):
    """Whether the call fails with the error of that name."""
    try:
        call(*arguments)
    except persist.Error as error:
        assert error.code == code, f"{error.code}, not {code}: {error}"
        return True
    return False


def use_conditions_and_savepoints(database):
    writer = database.begin()
    assert raises("exists", writer.put, b"apple", b"x")
    assert raises("mismatch", writer.putc, b"apple", b"x", b"blue")
    writer.putc(b"apple", b"green", b"red")
    writer.putc(b"quince", b"gold", None)  # no value yet
    writer.set_savepoint()
    writer.delc(b"apple", b"green")
    assert b"apple" not in writer
    writer.rollback_to_savepoint()
    assert writer[b"apple"] == b"green"
    writer.commit()


def use_scans(database):
    reader = database.begin(persist.READ)
    assert list(reader.scan()) == [(b"apple", b"green"), (b"banana", b"yellow"), (b"cherry\0", b""),
                                   (b"quince", b"gold")]
    assert [key for key, _ in reader.scan(descending=1, skip=1, limit=2)] == [b"cherry\0", b"banana"]
    assert list(reader.scan(start=b"b", end=b"c", keys_only=1)) == [(b"banana", None)]
    assert [key for key, _ in reader.scan(prefix=b"q")] == [b"quince"]


def lose_a_race(database):
    first, second = database.begin(), database.begin()
    first[b"banana"] = b"ripe"
    second[b"banana"] = b"brown"
    first.commit()
    assert raises("conflict", second.commit)
    assert raises("closed", second.commit)


def work(library, directory):
    options = {"aol_mode": persist.AOL_SYNCHRONOUS, "fsync_mode": persist.FSYNC_EVERY_APPEND,
               "history_versions": persist.KEEP_ALL_HISTORY}
    database = Database(library, directory, **options)
    assert raises("busy", lambda: Database(library, directory, **options))
    writer = database.begin(persist.SERIALIZABLE)
    writer[b"apple"], writer[b"banana"], writer[b"cherry\0"] = b"red", b"yellow", b""
    version = writer.commit()

    use_conditions_and_savepoints(database)
    use_scans(database)
    past = database.at(version)
    assert past[b"apple"] == b"red" and b"quince" not in past
    lose_a_race(database)

    covered = database.snapshot()
    stats = database.stats()
    assert stats.newest_version == stats.snapshot_version == covered
    database.check_health()
    writer = database.begin()
    writer[b"damson"] = b"blue"
    del writer[b"quince"]
    writer.commit()
    database.close()
    assert raises("closed", database.begin)


def rescue(library, directory):
    path = os.path.join(directory, "damaged")
    log = os.path.join(path, "aol.bin")
    database = Database(library, path, aol_mode=persist.AOL_SYNCHRONOUS,
                        fsync_mode=persist.FSYNC_EVERY_APPEND)
    for number in range(9):
        writer = database.begin()
        writer[b"key %d" % number] = b"value" * 20
        writer.commit()
    database.close()
    sound = library.fingerprint(path)
    with open(log, "r+b") as file:
        file.seek(os.path.getsize(log) // 2)
        byte = file.read(1)[0]
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte ^ 1]))
    assert library.verify(path)["verdict"] == "damaged"
    assert raises("interrupted", lambda: library.verify(path, progress=lambda context, done: 1))
    assert raises("damaged", library.fingerprint, path)

    plan = RepairPlan(library, path)
    report = plan.report()
    assert report["needed"] and report["lost_commits"] == 1 and report["recovered_commits"] == 8
    refusing = RepairPlan(library, path, has_max_lost_commits=1)  # not even one may be lost
    assert raises("limit", refusing.apply)
    done = plan.apply()
    assert os.path.isdir(done["originals"])
    assert library.verify(path)["verdict"] == "clean"
    assert library.fingerprint(path) == done["fingerprint"] != sound
    assert library.undo_repair(path) == done["originals"]
    assert library.verify(path)["verdict"] == "damaged"


def main():
    library, directory = Library(sys.argv[1]), sys.argv[2]
    work(library, os.path.join(directory, "work"))
    rescue(library, directory)
    print(f"libpersist {library.version()}: all well")


main()
