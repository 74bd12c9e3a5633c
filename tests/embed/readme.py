"""readme.py README EXAMPLE: the README shows the example as it is compiled and run."""
import re
import sys
from pathlib import Path

readme, example = map(Path, sys.argv[1:])
shown = re.findall(r"<!-- example\.cpp -->\n```cpp\n(.*?)```\n<!-- end of example\.cpp -->", readme.read_text(), re.S)
assert shown == [example.read_text()], f"{readme} does not show {example} between its markers"
