"""How long solving may take, and how far it got."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from msgspec import Struct

from mistpm.errors import SolvingTimeoutError
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
    """A point in time after which solving gives up; what was spent until then is in `effort`.

    Whoever works says what it is `doing`, which is told when the time is over.
    """

    def __init__(self, limits: Limits, effort: Effort | None = None) -> None:
        self.limits = limits
        self.effort = Effort() if effort is None else effort
        self.doing = "beginning"
        self._part = ""
        self._settled: tuple[str, ...] = ()
        self._end = time.monotonic() + limits.seconds

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Let the time inside not count: waiting for a registry has limits of its own."""
        begin = time.monotonic()
        try:
            yield
        finally:
            self._end += time.monotonic() - begin

    def begin_part(self, number: int, count: int, releases: Sequence[str]) -> None:
        """Hear which part is solved now; what was solved before it is settled."""
        names = ", ".join(f"`{name}`" for name in releases)
        self._part = f"part {number} of {count}: {names}"
        self.doing = "looking for versions that fit together"

    def settle(self, releases: Sequence[str]) -> None:
        """Hear which releases have their versions."""
        self._settled = tuple(releases)

    def check(self, doing: str = "") -> None:
        """Raise `SolvingTimeoutError` (`resolution-timeout`) when the time is over."""
        if time.monotonic() < self._end:
            return
        settled = ", ".join(f"`{name}`" for name in self._settled) or "nothing"
        raise SolvingTimeoutError(
            "resolution-timeout",
            f"solving was ended after {self.limits.seconds:g} seconds",
            context=(
                f"it was {doing or self.doing}",
                *((f"in {self._part}",) if self._part else ()),
                f"settled before that: {settled}",
            ),
            note="nothing was changed; time in which registries are asked does not count",
            hint="allow more with --solve-timeout SECONDS, or narrow the ranges in mistpm.yaml",
        )
