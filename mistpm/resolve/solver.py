"""The SAT solver, called in slices so that the clock and Ctrl-C are looked at between them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from pysat.solvers import Glucose4

from mistpm.resolve.limits import Deadline

_SLICE: Final = 2000
"""Conflicts between two looks at the clock: some milliseconds."""


class Solver:
    """A CDCL solver (Glucose 4) that keeps what it learns from one call to the next."""

    def __init__(self, clauses: Sequence[Sequence[int]], deadline: Deadline) -> None:
        self._deadline = deadline
        self._solver = Glucose4(bootstrap_with=clauses)

    def add(self, clause: Iterable[int]) -> None:
        """Add a clause for good."""
        self._solver.add_clause(list(clause))

    def solve(self, assumptions: Sequence[int] = (), *, conflicts: int = 0) -> bool | None:
        """Tell whether the clauses can hold under assumptions.

        With a budget of `conflicts` the answer may be None: not decided within it.
        """
        self._deadline.effort.sat_calls += 1
        spent = 0
        while True:
            self._deadline.check("looking for a set of versions")
            self._solver.conf_budget(_SLICE)
            # without `expect_interrupt` pysat would make an exception of its own out of Ctrl-C
            answer: bool | None = self._solver.solve_limited(
                assumptions=list(assumptions), expect_interrupt=True
            )
            spent += _SLICE
            if answer is not None or (conflicts and spent >= conflicts):
                return answer

    def model(self) -> frozenset[int]:
        """Give the literals that are true in the solution found last."""
        return frozenset(literal for literal in self._solver.get_model() if literal > 0)

    def core(self) -> list[int]:
        """Give assumptions that failed together in the last call; empty if none was needed."""
        return list(self._solver.get_core() or ())

    def close(self) -> None:
        """Free the solver's memory."""
        self._solver.delete()
