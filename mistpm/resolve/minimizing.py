"""Leaving causes out of a core until none is left that could be."""

from __future__ import annotations

from collections.abc import Sequence

from mistpm.model.cause import Cause
from mistpm.resolve.cores import Cores


def minimized(cores: Cores, causes: Sequence[Cause], conflicts: int) -> tuple[list[Cause], bool]:
    """Give causes that cannot hold together of which none can be left out, and whether that is certain.

    They are left out one by one, those found last first, and each time the solver's core replaces the
    rest (deletion; Bakker and others 1993).  Where `conflicts` of the solver do not decide, the cause
    stays, and it is not certain.
    """
    remaining = list(causes)
    minimal = True
    needed: set[Cause] = set()
    while (attempt := next((c for c in reversed(remaining) if c not in needed), None)) is not None:
        others = [cause for cause in remaining if cause != attempt]
        answer = cores.can_hold(others, conflicts=conflicts)
        if answer is False:
            core = cores.core()
            remaining = [cause for cause in others if cause in core]
        else:
            needed.add(attempt)
            minimal &= answer is not None
    return remaining, minimal
