"""The clock that ends guests: one thread, which advances the engine's epoch while guests run.

Compiled code compares the epoch with its deadline at every loop and function entry, so a guest stops
within one tick, and at once when the epoch jumps past every deadline.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable

TICK = 0.01


def ticks(seconds: float) -> int:
    """Give the deadline, in ticks from now, of a guest that may run for `seconds`."""
    return max(1, math.ceil(seconds / TICK) + 1)


class Watchdog:
    """Advances the epoch through `advance` every `TICK` while at least one guest runs.

    The thread starts with the first guest and ends after `idle_ticks` without any.
    """

    def __init__(self, advance: Callable[[], None], *, idle_ticks: int = 100) -> None:
        self._advance = advance
        self._idle_ticks = idle_ticks
        self._lock = threading.Lock()
        self._running = 0
        self._thread: threading.Thread | None = None

    @property
    def awake(self) -> bool:
        """Say whether the thread is there."""
        return self._thread is not None

    def enter(self) -> None:
        """Note that a guest starts."""
        with self._lock:
            self._running += 1
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._tick, name="mistpm-watchdog", daemon=True
                )
                self._thread.start()

    def leave(self) -> None:
        """Note that a guest has ended."""
        with self._lock:
            self._running -= 1

    def jump(self, seconds: float) -> None:
        """Advance past the deadline of every guest that may run for `seconds`, so that all end now."""
        for _ in range(ticks(seconds) + 1):
            self._advance()

    def _tick(self) -> None:
        """Advance as many ticks as have passed: a thread that was kept waiting catches up."""
        last = time.monotonic()
        idle = 0
        while idle < self._idle_ticks:
            time.sleep(TICK)
            passed = int((time.monotonic() - last) / TICK)
            last += passed * TICK
            for _ in range(passed):
                self._advance()
            with self._lock:
                idle = 0 if self._running else idle + 1
                if idle >= self._idle_ticks:
                    self._thread = None
