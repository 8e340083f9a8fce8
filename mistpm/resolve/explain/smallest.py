"""The smallest conflict: fewer causes that cannot hold together, where they are found soon.

`specs/resolve.md#causes`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from mistpm.model.cause import Cause
from mistpm.resolve.explain.cores import Cores

_CONFLICTS: Final = 1000
"""Conflicts of the solver after which a call counts as too hard."""


def smaller(cores: Cores, causes: Sequence[Cause], size: int, calls: int) -> list[Cause] | None:
    """Give the fewest causes that cannot hold together; None where `size` is the fewest, or `calls` do not tell.

    Whatever can hold together leaves some causes out, and a conflict needs one of those, each time.  So the
    fewest causes that meet all these demands are tried: either they are a conflict, and then there
    is none with fewer, or they are extended to another demand (Ignatiev and others 2015).
    """
    from pysat.examples.hitman import Hitman

    cores.hope()
    with Hitman(solver="g4", htype="sorted") as demands:
        while True:
            tried = demands.get() or []
            if len(tried) >= size or cores.calls >= calls:
                return None
            possible = cores.can_hold(tried, conflicts=_CONFLICTS)
            if possible is None:
                return None
            if not possible:
                return [cause for cause in causes if cause in tried]
            demands.hit(_left_out(cores, causes, calls))


def _left_out(cores: Cores, causes: Sequence[Cause], calls: int) -> list[Cause]:
    """Add causes to those that hold in the last model as long as that is possible; give the others."""
    holding = cores.holding()
    for cause in causes:
        if cause not in holding and cores.calls < calls:
            attempt = [each for each in causes if each in holding or each == cause]
            if cores.can_hold(attempt, conflicts=_CONFLICTS):
                holding |= cores.holding()
    return [cause for cause in causes if cause not in holding]
