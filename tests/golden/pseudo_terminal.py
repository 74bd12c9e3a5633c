"""Whether this machine has pseudo-terminals: a bare chroot without /dev/pts has none."""

import os


def is_missing():
    try:
        for end in os.openpty():
            os.close(end)
    except OSError:
        return True
    return False
