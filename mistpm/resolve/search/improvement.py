"""Improving a solution: asking for a better one, and counting what there shall be little of.

What the levels of an objective are is in `optimum.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from mistpm.resolve.search.counting import Count
from mistpm.resolve.search.selection import Selection
from mistpm.resolve.search.solutions import Solutions


class Improvement:
    """Keeps the best solution so far, and what was counted: later levels leave it as it is."""

    def __init__(self, solutions: Solutions) -> None:
        self.solutions = solutions
        self._formula = solutions.sketches[0].formula
        self._counted: list[Callable[[], Iterable[int]]] = []
        self._known: set[tuple[Callable[[], Iterable[int]], int]] = set()

    @property
    def found(self) -> tuple[Selection, ...]:
        """What the best solution needs, of each sketch."""
        return self.solutions.found

    @property
    def model(self) -> frozenset[int]:
        """The literals that are true in the best solution."""
        return self.solutions.found[0].model

    def solve(self, assumptions: Sequence[int] = ()) -> bool:
        """Look for a solution that is no worse in what was counted before.

        What comes into sight only now was not among it, so it would be more.
        """
        best = self.solutions.found
        while self.solutions.solve(assumptions):
            new = [literal for count in self._counted for literal in self._new(count)]
            for literal in new:
                self._formula.add(-literal)
            if self.model.isdisjoint(new):
                return True
        self.solutions.found = best  # what was found meanwhile is worse
        return False

    def fewest(self, count: Callable[[], Iterable[int]]) -> None:
        """Make as few of these literals true as possible, and keep it so.

        All are hoped to be false.  Of hopes that fail together (a core) one has to be given up, and it is
        hoped that no second one has (Morgado, Dodaro and Marques-Silva 2014, OLL).  Literals that come
        into sight on the way join the hopes.
        """
        hopes: dict[int, tuple[Count, int] | None] = {
            -literal: None for literal in self._new(count)
        }
        done = self.model.isdisjoint(-hope for hope in hopes)
        while not done:
            if self.solve(list(hopes)):
                new = self._new(count)
                hopes |= {-literal: None for literal in new}
                done = self.model.isdisjoint(new)
            else:
                self._give_up(hopes)
        for hope in hopes:
            self._formula.add(hope)
        self._counted.append(count)

    def _give_up(self, hopes: dict[int, tuple[Count, int] | None]) -> None:
        """Replace hopes that failed together by the next best ones."""
        failed = self.solutions.solver.core()
        if len(failed) == 1:
            self._formula.add(-failed[0])
        else:
            counted = Count(self._formula, [-hope for hope in failed])
            self._hope(hopes, counted, 1)
        for hope in failed:
            before = hopes.pop(hope)
            if before is not None:
                self._hope(hopes, before[0], before[1] + 1)

    def _hope(self, hopes: dict[int, tuple[Count, int] | None], count: Count, number: int) -> None:
        """Hope that no more than so many are true."""
        more = count.more_than(number)
        if more is not None:
            hopes[-more] = count, number

    def _new(self, count: Callable[[], Iterable[int]]) -> list[int]:
        """Give the literals to count that were not known before; two counts may have one in common."""
        new = [literal for literal in count() if (count, literal) not in self._known]
        self._known.update((count, literal) for literal in new)
        return new
