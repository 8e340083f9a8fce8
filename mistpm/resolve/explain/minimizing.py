"""Leaving causes out of a core until none is left that could be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from mistpm.model.cause import Cause, RequiresApi
from mistpm.resolve.explain.cores import Cores
from mistpm.resolve.explain.rotation import Rotation

_MUCH_SMALLER: Final = 0.9
_EASY: Final = 10_000
"""Conflicts up to which a core of the core is cheap to ask for."""


def minimized(cores: Cores, causes: Sequence[Cause], conflicts: int) -> tuple[list[Cause], bool]:
    """Give causes that cannot hold together of which none can be left out, and whether that is certain.

    They are left out one by one, those found last first, and each time the solver's core replaces the
    rest (deletion; Bakker and others 1993); where they turn out to be needed, so do others (rotation).
    After so many `conflicts` of the solver the rest stays, and it is not certain.
    """
    return _Minimizing(cores, causes, conflicts).result()


class _Minimizing:
    """What is known to be needed is fixed, so that the solver has fewer and fewer assumptions."""

    def __init__(self, cores: Cores, causes: Sequence[Cause], conflicts: int) -> None:
        self._cores = cores
        self._conflicts = conflicts
        self._order = tuple(causes)
        self._open = dict.fromkeys(causes)
        self._needed: set[Cause] = set()
        # what an API is met by may hold only itself up, which a turned model would not show
        may_turn = not any(isinstance(cause, RequiresApi) for cause in causes)
        self._rotation = Rotation(cores.nogoods) if may_turn else None

    def result(self) -> tuple[list[Cause], bool]:
        while self._cores.conflicts < _EASY and self._shrink():
            pass
        while self._open:
            attempt = next(reversed(self._open))
            del self._open[attempt]
            left = self._conflicts - self._cores.conflicts
            answer = self._cores.can_hold(self._open, conflicts=left) if left > 0 else None
            if answer is None:
                self._open[attempt] = None
                return self._remaining(), False
            if answer:
                self._need(attempt)
            else:
                self._cores.fix((attempt,), hold=False)
                self._keep(self._cores.core())
        return self._remaining(), True

    def _shrink(self) -> bool:
        """Ask for a core of the core; tells whether it is much smaller."""
        before = len(self._open)
        if self._cores.can_hold(self._open, conflicts=self._conflicts) is False:
            self._keep(self._cores.core())
        return len(self._open) < before * _MUCH_SMALLER

    def _keep(self, core: set[Cause]) -> None:
        self._cores.fix((cause for cause in self._open if cause not in core), hold=False)
        self._open = {cause: None for cause in self._open if cause in core}

    def _need(self, attempt: Cause) -> None:
        """Remember that a cause is needed, and which others are."""
        found = {attempt}
        if self._rotation is not None:
            remaining = {*self._open, *self._needed, attempt}
            found |= self._rotation.needed(attempt, self._cores.model(), remaining, self._needed)
        self._cores.fix([cause for cause in self._order if cause in found], hold=True)
        self._needed |= found
        self._open = {cause: None for cause in self._open if cause not in found}

    def _remaining(self) -> list[Cause]:
        return [cause for cause in self._order if cause in self._needed or cause in self._open]
