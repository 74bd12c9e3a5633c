"""behaviours.py README TESTS: every behaviour in the README's table names tests that there are."""
import re
import sys
from pathlib import Path

readme, tests = map(Path, sys.argv[1:])
rows = re.findall(r"^\| (\d+) \| .* \| (.*) \|$", readme.read_text(), re.M)
assert [int(number) for number, _ in rows] == list(range(1, 75)), "the table does not have its 74 rows"
sources = "".join(path.read_text() for path in sorted((tests / "unit/engine").glob("*.cpp")))
cases = set(re.findall(r'TEST_CASE(?:_METHOD)?\(\s*(?:\w+,\s*)?"((?:[^"\\]|\\.)*)"', sources))
programs = {"crash_append", "interop_engine_modes", "simulation_crash_states", "simulation_faults"}
lists = "".join(path.read_text() for path in sorted(tests.rglob("CMakeLists.txt")))
for number, shown_by in rows:
    named = re.findall(r'"(.*?)"', shown_by)
    for case in named:
        assert case in cases, f"row {number} names a case that is not there: {case}"
    for program in re.findall(r"`(.*?)`", shown_by):
        assert program in programs and program.rsplit("_", 1)[0] in lists, f"row {number}: {program}"
        named.append(program)
    assert named, f"row {number} names no test"
print(f"{len(rows)} behaviours, {len(cases)} cases")
