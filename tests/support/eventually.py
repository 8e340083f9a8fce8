"""Waiting for what happens in another thread or on a server."""

from __future__ import annotations

import time
from collections.abc import Callable


def eventually(is_so: Callable[[], object], *, seconds: float = 180) -> None:
    """Wait until something is so; raises AssertionError where that does not come."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"not within {seconds:g} seconds"
        time.sleep(0.01)
