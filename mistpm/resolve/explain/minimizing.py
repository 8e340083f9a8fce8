"""Leaving causes out of a core until none is left that could be."""

from __future__ import annotations

from collections.abc import Sequence

from mistpm.model.cause import Cause, RequiresApi
from mistpm.resolve.explain.condensing import Condensed
from mistpm.resolve.explain.cores import Cores, NodeCores
from mistpm.resolve.explain.nogood import Nogood
from mistpm.resolve.explain.nogood_cores import NogoodCores
from mistpm.resolve.explain.rotation import Rotation
from mistpm.resolve.world.limits import Deadline


def minimized(
    cores: NodeCores, causes: Sequence[Cause], deadline: Deadline
) -> tuple[list[Cause], bool]:
    """Give causes that cannot hold together of which none can be left out, and whether that is certain.

    They are left out one by one, those found last first, and each time the solver's core replaces the
    rest (deletion; Bakker and others 1993).  After so many conflicts of the solver as `deadline` allows, the
    rest stays, and it is not certain.
    """
    conflicts = deadline.limits.conflicts
    # what an API is met by may hold only itself up, which a value does not show
    if any(isinstance(cause, RequiresApi) for cause in causes):
        return _Minimizing(cores, causes, conflicts).result()
    condensed = Condensed(cores.nogoods)
    heads = [cause for cause in causes if cause in condensed.standing_for]
    with NogoodCores(condensed.nogoods, deadline) as few_cores:
        needed, certain = _Turning(few_cores, heads, conflicts, condensed.nogoods).result()
    found = {each for cause in needed for each in condensed.standing_for[cause]}
    return [cause for cause in causes if cause in found], certain


class _Minimizing:
    """What is known to be needed is fixed, so that the solver has fewer and fewer assumptions."""

    def __init__(self, cores: Cores, causes: Sequence[Cause], conflicts: int) -> None:
        self._cores = cores
        self._conflicts = conflicts
        self._order = tuple(causes)
        self._open = dict.fromkeys(causes)
        self._needed: set[Cause] = set()

    def result(self) -> tuple[list[Cause], bool]:
        if self._cores.can_hold(self._open, conflicts=self._conflicts) is False:
            self._keep(self._cores.core())
        while self._open:
            attempt = next(reversed(self._open))
            del self._open[attempt]
            left = self._conflicts - self._cores.conflicts
            answer = self._cores.can_hold(self._open, conflicts=left) if left > 0 else None
            if answer is None:
                self._open[attempt] = None
                return self._remaining(), False
            if answer:
                self._need(self._needed_like(attempt))
            else:
                self._cores.fix((attempt,), hold=False)
                self._keep(self._cores.core())
        return self._remaining(), True

    def _needed_like(self, attempt: Cause) -> set[Cause]:
        """Give what cannot be left out because a cause cannot; what can hold without it was found last."""
        return {attempt}

    def _keep(self, core: set[Cause]) -> None:
        self._cores.fix((cause for cause in self._open if cause not in core), hold=False)
        self._open = {cause: None for cause in self._open if cause in core}

    def _need(self, found: set[Cause]) -> None:
        """Remember which causes are needed."""
        self._cores.fix([cause for cause in self._order if cause in found], hold=True)
        self._needed |= found
        self._open = {cause: None for cause in self._open if cause not in found}

    def _remaining(self) -> list[Cause]:
        return [cause for cause in self._order if cause in self._needed or cause in self._open]


class _Turning(_Minimizing):
    """Where a cause turns out to be needed, others do by rotation."""

    def __init__(
        self, cores: NogoodCores, causes: Sequence[Cause], conflicts: int, nogoods: Sequence[Nogood]
    ) -> None:
        super().__init__(cores, causes, conflicts)
        self._few_cores = cores
        self._rotation = Rotation(nogoods)

    def _needed_like(self, attempt: Cause) -> set[Cause]:
        remaining = {*self._open, *self._needed, attempt}
        values = self._few_cores.values()
        return self._rotation.needed(attempt, values, remaining, self._needed)
