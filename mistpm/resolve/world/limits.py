"""How long solving may take, and how far it got."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from msgspec import Struct

from mistpm.errors import SolvingTimeoutError
from mistpm.resolve.world.effort import Effort

_MOST_NAMES: Final = 12


class Limits(Struct, frozen=True, kw_only=True):
    """What bounds solving.

    `seconds` of wall clock end in an error and never shape an answer.  `conflicts` of the solver bound
    each step that only makes an explanation smaller or a hint better.  `answers` is how many versions of
    one release may be asked for computed requirements, `tries` how many changes are tried out to find hints
    for one conflict, `calls` how often the solver is asked whether there is a smaller one.
    `moves` is how many package moves an upgrade path may have beyond one for each Kubernetes version.
    Of parts without a solution, `failures` are looked for, all where there is no such number; what is left
    then is not solved.
    """

    seconds: float = 30.0
    failures: int | None = None
    conflicts: int = 60_000
    answers: int = 100
    tries: int = 12
    calls: int = 100
    moves: int = 8


class Deadline:
    """A point in time after which solving gives up; what was spent until then is in `effort`.

    Whoever works says what it is `doing`, and which releases of the file are `settled`, which is told when
    the time is over.
    """

    def __init__(self, limits: Limits, effort: Effort | None = None) -> None:
        self.limits = limits
        self.effort = Effort() if effort is None else effort
        self.doing = "beginning"
        self.settled: list[str] = []
        self._releases: tuple[str, ...] = ()
        self._end = time.monotonic() + limits.seconds

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Let the time inside not count: waiting for a registry has limits of its own."""
        begin = time.monotonic()
        try:
            yield
        finally:
            self._end += time.monotonic() - begin

    def begin(self, releases: Sequence[str]) -> None:
        """Hear which releases of the file are looked at now, all of them together."""
        self._releases = tuple(releases)
        self.settled = []
        self.doing = "looking for versions that fit together"

    def check(self, doing: str = "") -> None:
        """Raise `SolvingTimeoutError` (`resolution-timeout`) when the time is over."""
        if time.monotonic() < self._end:
            return
        context = [f"it was {doing or self.doing}"]
        if self._releases:
            context.append(f"for {_listed(self._releases)}")
        raise SolvingTimeoutError(
            "resolution-timeout",
            f"solving was ended after {self.limits.seconds:g} seconds",
            context=(*context, f"settled before that: {_listed(self.settled)}"),
            note="nothing was changed; time in which registries are asked does not count",
            hint="allow more with --solve-timeout SECONDS, or narrow the ranges in mistpm.yaml",
        )


def _listed(names: Sequence[str]) -> str:
    listed = ", ".join(f"`{name}`" for name in names[:_MOST_NAMES]) or "nothing"
    more = len(names) - _MOST_NAMES
    return f"{listed} and {more} more" if more > 0 else listed
