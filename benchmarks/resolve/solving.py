"""Solving cases with mistpm's own resolver, and what it cost."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Collection, Iterable, Iterator

from msgspec.structs import replace

from benchmarks.resolve.case import Case
from benchmarks.resolve.families import read_family
from benchmarks.resolve.outcome import Milliseconds, Outcome, causes_of
from benchmarks.resolve.parts import parts
from benchmarks.resolve.universe import Universe, name_of, package_of
from mistpm.errors import ResolutionError
from mistpm.model.cause import Asked, Conflict
from mistpm.model.resolution import Resolution
from mistpm.resolve import Effort, Limits, resolve
from mistpm.resolve.world.catalogue import Library
from mistpm.resolve.world.listing import Listing


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
        # one minimal conflict is told of a case, and nobody reads hints
        self.limits = replace(limits, failures=1, tries=0, calls=0)
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
            resolution = _resolve(case, library, self.limits, effort)
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


def _resolve(case: Case, library: Library, limits: Limits, effort: Effort) -> Resolution:
    """Resolve a case; where it is impossible, its first impossible part is the one that is told."""
    question, held = case.question(), case.held()

    def resolved(roots: Collection[str]) -> Resolution:
        names = {package_of(root).name for root in roots}
        releases = tuple(wanted for wanted in question.releases if wanted.name in names)
        part = replace(question, releases=releases)
        return resolve(part, library, held, limits=limits, effort=effort)

    resolution = resolved(case.roots)
    if not resolution.unresolved or _speaks_of(resolution, tuple(case.roots)[:1]):
        return resolution
    for part in parts(case):
        if _speaks_of(resolution, part):
            break
        earlier = resolved(part)
        if earlier.unresolved:
            return earlier
    return resolution


def _outcome(name: str, resolution: Resolution | None) -> Outcome:
    """Put an answer in the words of the case; None for one that was not found in time."""
    if resolution is None:
        return Outcome(name=name, verdict="budget", minimal=False)
    if resolution.unresolved:
        conflict = _conflict(resolution)
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


def _conflict(resolution: Resolution) -> Conflict:
    (part,) = resolution.unresolved
    assert part.conflict is not None, "a universe in memory can always be asked"
    return part.conflict


def _speaks_of(resolution: Resolution, roots: Collection[str]) -> bool:
    """Tell whether one of these roots is among the causes."""
    packages = {package_of(root) for root in roots}
    causes = (ground.cause for ground in _conflict(resolution).grounds)
    return any(isinstance(cause, Asked) and cause.package in packages for cause in causes)


def _milliseconds(effort: Effort, total: int) -> Milliseconds:
    spent = {phase: round(nanoseconds / 1e6, 3) for phase, nanoseconds in effort.spent.items()}
    return Milliseconds(**spent, total=round(total / 1e6, 3))
