"""How long solving may take."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from msgspec import Struct

from mistpm.errors import ResolutionError
from mistpm.resolve.effort import Effort


class Limits(Struct, frozen=True, kw_only=True):
    """What bounds solving.

    `seconds` of wall clock end in an error and never shape an answer.  `conflicts` of the solver bound
    each step that only makes an explanation smaller or a hint better.  `answers` is how many versions of
    one release may be asked for computed requirements.
    """

    seconds: float = 30.0
    conflicts: int = 20_000
    answers: int = 100


class Deadline:
    """A point in time after which solving gives up; what was spent until then is in `effort`."""

    def __init__(self, limits: Limits, effort: Effort | None = None) -> None:
        self.limits = limits
        self.effort = Effort() if effort is None else effort
        self._end = time.monotonic() + limits.seconds

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Let the time inside not count: waiting for a registry has limits of its own."""
        begin = time.monotonic()
        try:
            yield
        finally:
            self._end += time.monotonic() - begin

    def check(self, doing: str) -> None:
        """Raise `ResolutionError` (`resolution-timeout`) when the time is over."""
        if time.monotonic() >= self._end:
            raise ResolutionError(
                "resolution-timeout",
                f"solving was ended after {self.limits.seconds:g} seconds",
                context=(f"it was {doing}",),
                hint="narrow the ranges in mistpm.yaml, or allow more time",
            )
