"""Counting: how many of some literals are true, told to the solver as far as it is asked for."""

from __future__ import annotations

from collections.abc import Sequence

from pysat.card import ITotalizer

from mistpm.resolve.search.formula import Formula


class Count:
    """A totalizer (Bailleux and Boufkhad 2003) over literals, which grows with what is asked of it."""

    def __init__(self, formula: Formula, literals: Sequence[int]) -> None:
        self._formula = formula
        self._size = len(literals)
        self._totalizer = ITotalizer(lits=list(literals), ubound=1, top_id=formula.last)
        self._take(self._totalizer.cnf.clauses)

    def more_than(self, number: int) -> int | None:
        """Give the literal that is true where more than so many are; None where there are no more."""
        if number >= self._size:
            return None
        if number >= len(self._totalizer.rhs):
            self._totalizer.increase(ubound=number, top_id=self._formula.last)
            self._take(self._totalizer.cnf.clauses[-self._totalizer.nof_new :])
        literal: int = self._totalizer.rhs[number]
        return literal

    def _take(self, clauses: Sequence[Sequence[int]]) -> None:
        for clause in clauses:
            self._formula.add(*clause)
        self._formula.reserve(self._totalizer.top_id)
