"""Ways: the Kubernetes versions that a set of releases passes by, in order."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct

from mistpm.model.minor import Minor
from mistpm.model.minors import supports
from mistpm.model.presence import Api, is_built_in
from mistpm.model.ranges import Range

Span: TypeAlias = tuple[int, int]
"""The first and the last position on a way at which something stays as it is."""


class Way(Struct, frozen=True, kw_only=True):
    """Positions, each with the minors that have to be supported there: one, where a cluster goes on.

    Where Kubernetes stays as it is there is a single position, with all minors of the environment.
    """

    positions: tuple[tuple[Minor, ...], ...]

    @property
    def last(self) -> int:
        """The position at the end."""
        return len(self.positions) - 1

    def minors(self, span: Span) -> tuple[Minor, ...]:
        """Give what has to be supported on a span, oldest first."""
        first, last = span
        return tuple(sorted({m for minors in self.positions[first : last + 1] for m in minors}))

    def lacking(self, api: Api) -> list[int]:
        """Give the positions at which Kubernetes does not have an API."""
        return [
            position
            for position, minors in enumerate(self.positions)
            if not all(is_built_in(api, minor) for minor in minors)
        ]

    def unsupported(self, range_: Range) -> list[int]:
        """Give the positions that a range of Kubernetes versions leaves out."""
        return [
            position
            for position, minors in enumerate(self.positions)
            if not all(supports(range_, minor) for minor in minors)
        ]


def way_between(start: Minor, goal: Minor) -> Way:
    """Give the way from one minor to another, upwards or downwards, one after the other."""
    step = 1 if start <= goal else -1
    numbers = range(start.number, goal.number + step, step)
    return Way(positions=tuple((Minor(number),) for number in numbers))
