"""Solving cases with mistpm's own resolver, and what it cost."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec.structs import replace

from benchmarks.resolve.case import Case
from benchmarks.resolve.families import read_family
from benchmarks.resolve.outcome import Milliseconds, Outcome, causes_of
from benchmarks.resolve.universe import Universe, name_of
from mistpm.errors import ResolutionError
from mistpm.model.cause import Conflict, Requires
from mistpm.model.resolution import Resolution, Unresolved
from mistpm.resolve import Effort, Limits, resolve
from mistpm.resolve.catalogue import Library
from mistpm.resolve.listing import Listing


class Solving:
    """Solves cases of one or several universes.

    What depends on a universe alone is made before the clock starts, and kept from case to case.
    `clock` gives nanoseconds: what is told is measured on it.
    """

    def __init__(
        self,
        *,
        limits: Limits,
        runs: int = 1,
        clock: Callable[[], int] = time.perf_counter_ns,
    ) -> None:
        self.limits = limits
        self.runs = runs
        self.clock = clock
        self._libraries: dict[Universe, Library] = {}

    def warm_up(self) -> None:
        """Bring in what is imported late: starting is not solving."""
        for case in read_family("shared_tail")[:1]:
            self.solve(case)

    def solve_all(self, cases: Iterable[Case]) -> Iterator[Outcome]:
        """Solve cases in turn."""
        for case in cases:
            yield self.solve(case)

    def solve(self, case: Case) -> Outcome:
        """Solve a case as often as wanted; gives the run whose total is the median."""
        outcomes = sorted((self._once(case) for _ in range(self.runs)), key=lambda o: o.ms.total)
        return outcomes[(len(outcomes) - 1) // 2]

    def _once(self, case: Case) -> Outcome:
        effort, library = Effort(self.clock), self._library(case.universe)
        begin = self.clock()
        try:
            resolution = resolve(
                case.question(), library, case.held(), limits=self.limits, effort=effort
            )
        except ResolutionError as error:
            if error.reference != "resolution-timeout":
                raise
            resolution = None
        total = self.clock() - begin
        return replace(
            _outcome(case.name, resolution),
            ms=_milliseconds(effort, total),
            sat_calls=effort.sat_calls,
        )

    def _library(self, universe: Universe) -> Library:
        """Give the listings of a universe: what depends on it alone."""
        library = self._libraries.get(universe)
        if library is None:
            library = self._libraries[universe] = Library(universe)
            for package in universe.identities():
                library.listings[package] = Listing(package, universe.candidates(package))
            gc.freeze()  # what is loaded stays, and need not be looked through while solving
        return library


def _outcome(name: str, resolution: Resolution | None) -> Outcome:
    """Put an answer in the words of the case; None for one that was not found in time."""
    if resolution is None:
        return Outcome(name=name, verdict="budget", minimal=False)
    if resolution.unresolved:
        conflict = _first_conflict(resolution.unresolved)
        return Outcome(
            name=name, verdict="unsat", causes=causes_of(conflict), minimal=conflict.minimal
        )
    return Outcome(
        name=name,
        verdict="sat",
        solution={
            name_of(chosen.candidate.package): chosen.candidate.version.text
            for chosen in resolution.releases.values()
        },
    )


def _first_conflict(unresolved: Sequence[Unresolved]) -> Conflict:
    """Give the conflict of the first part that failed, or else the one that this part failed for.

    What is left of a part is solved again without the releases that failed, and may then fail because
    of them; such a conflict does not stand by itself.
    """
    part, others = unresolved[0], list(unresolved[1:])
    while blocking := next((other for other in others if _fails_for(part, other)), None):
        part = blocking
        others.remove(blocking)
    assert part.conflict is not None, "a universe in memory can always be asked"
    return part.conflict


def _fails_for(part: Unresolved, other: Unresolved) -> bool:
    """Tell whether a part needs a release of another one, which it cannot have."""
    return any(
        isinstance(ground.cause, Requires)
        and ground.cause.impossible
        and ground.cause.bound in other.releases
        for ground in (part.conflict.grounds if part.conflict else ())
    )


def _milliseconds(effort: Effort, total: int) -> Milliseconds:
    spent = {phase: round(nanoseconds / 1e6, 3) for phase, nanoseconds in effort.spent.items()}
    return Milliseconds(**spent, total=round(total / 1e6, 3))
