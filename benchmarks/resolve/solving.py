"""Solving cases with mistpm's own resolver, and what it cost."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from benchmarks.resolve.case import Case
from benchmarks.resolve.outcome import Milliseconds, Outcome, causes_of
from benchmarks.resolve.universe import name_of
from mistpm.errors import ResolutionError
from mistpm.model.resolution import Resolution
from mistpm.resolve import Limits, resolve
from mistpm.resolve.effort import Effort


class Solving:
    """Solves cases of one or several universes.

    What depends on a universe alone is made before the clock starts, and kept from case to case.
    """

    def __init__(self, *, limits: Limits, runs: int = 1) -> None:
        self.limits = limits
        self.runs = runs

    def solve_all(self, cases: Iterable[Case]) -> Iterator[Outcome]:
        """Solve cases in turn."""
        for case in cases:
            yield self.solve(case)

    def solve(self, case: Case) -> Outcome:
        """Solve a case as often as wanted; gives the run whose total is the median."""
        outcomes = sorted((self._once(case) for _ in range(self.runs)), key=lambda o: o.ms.total)
        return outcomes[(len(outcomes) - 1) // 2]

    def _once(self, case: Case) -> Outcome:
        effort = Effort()
        begin = time.perf_counter_ns()
        try:
            resolution = resolve(
                case.question(), case.universe, case.held(), limits=self.limits, effort=effort
            )
        except ResolutionError as error:
            if error.reference != "resolution-timeout":
                raise
            resolution = None
        total = time.perf_counter_ns() - begin
        return replace(
            _outcome(case.name, resolution),
            ms=_milliseconds(effort, total),
            sat_calls=effort.sat_calls,
        )


def _outcome(name: str, resolution: Resolution | None) -> Outcome:
    """Put an answer in the words of the case; None for one that was not found in time."""
    if resolution is None:
        return Outcome(name=name, verdict="budget", minimal=False)
    if resolution.unresolved:
        conflict = resolution.unresolved[0].conflict
        assert conflict is not None, "a universe in memory can always be asked"
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


def _milliseconds(effort: Effort, total: int) -> Milliseconds:
    spent = {phase: round(nanoseconds / 1e6, 3) for phase, nanoseconds in effort.spent.items()}
    return Milliseconds(**spent, total=round(total / 1e6, 3))
