"""Who runs this, as others read it who share a cluster."""

from __future__ import annotations

import getpass
import os
import platform


def this_user() -> str:
    """Give `anna@laptop`, as far as the system tells."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = "somebody"
    return f"{user}@{platform.node() or 'somewhere'}"


def this_process() -> str:
    """Give `anna@laptop (process 4711)`."""
    return f"{this_user()} (process {os.getpid()})"
