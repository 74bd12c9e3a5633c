"""Programs that a test needs. It exits 77, which CTest counts as skipped, for what tests/run does not
install, and fails for what it does: a test that leaves a part out and passes says more than it saw."""

import shutil
import sys

SKIPPED = 77


def require(*tools):
    """Fails unless all are there: tests/run installs them."""
    missing = [tool for tool in tools if shutil.which(tool) is None]
    if missing:
        sys.exit(f"not installed: {', '.join(missing)}; tests/run installs what tests need")


def skip(why):
    print(f"skipped: {why}")
    sys.exit(SKIPPED)
