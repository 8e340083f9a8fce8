"""How patient mistpm is with a web server."""

from __future__ import annotations

import time
from collections.abc import Callable

from msgspec import Struct


class HttpPolicy(Struct, frozen=True, kw_only=True):
    """Limits on time, tries and size; `pause` and `clock` are for whoever cannot wait.

    A request is tried `attempts` times in all: again after a broken or silent connection, 429 and
    5xx, waiting `backoff` seconds, then twice as long each time, or as long as `Retry-After` says, at
    most `longest_pause`.  `total_seconds` is for one file, from asking to its last byte.
    """

    connect_seconds: float = 10
    silent_seconds: float = 30
    total_seconds: float = 600
    attempts: int = 4
    backoff: float = 0.5
    longest_pause: float = 20
    redirects: int = 5
    pause: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic

    def wait(self, attempt: int, asked: str | None) -> None:
        """Wait before the next try; `asked` is what the server said in `Retry-After`."""
        seconds = self.backoff * 2 ** (attempt - 1)
        if asked and asked.isdigit():
            seconds = int(asked)
        self.pause(min(seconds, self.longest_pause))
