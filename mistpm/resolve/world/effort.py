"""What solving cost: nanoseconds by phase, and calls of the SAT solver."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal, TypeAlias

Phase: TypeAlias = Literal["encode", "solve", "build", "explain"]
"""Growing the universe and writing clauses; verdict and optimum; the consistent set; causes and hints."""


class Effort:
    """Counts what one question, or several, cost; whoever wants figures passes one to `resolve`.

    `spent` has nanoseconds by phase, on the given clock.  Phases do not overlap: time of a phase inside
    another one counts for the inner one only.
    """

    def __init__(self, clock: Callable[[], int] = time.perf_counter_ns) -> None:
        self._clock = clock
        self.spent: dict[Phase, int] = {"encode": 0, "solve": 0, "build": 0, "explain": 0}
        self.sat_calls = 0
        self._phase: Phase | None = None
        self._since = 0

    @contextmanager
    def time(self, phase: Phase) -> Iterator[None]:
        """Count what happens inside for a phase."""
        outer = self._phase
        self._enter(phase)
        try:
            yield
        finally:
            self._enter(outer)

    def _enter(self, phase: Phase | None) -> None:
        now = self._clock()
        if self._phase is not None:
            self.spent[self._phase] += now - self._since
        self._phase, self._since = phase, now
