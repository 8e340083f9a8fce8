"""Courses: at which positions of a way the states of a chain begin and end, as clauses.

`specs/upgrade-path.md#clauses`.
"""

from __future__ import annotations

from mistpm.resolve.search.formula import Formula
from mistpm.resolve.search.improvement import Improvement
from mistpm.resolve.upgrade.way import Span, Way


class Course:
    """Bounds between states: the state with a number lies between the bounds of this number and the next.

    A bound at a position is written by its order: `beyond(bound, p)` says that it is at `p` or later.  The
    first bound is no further than `furthest`, up to where nothing has to move.
    """

    def __init__(self, formula: Formula, way: Way, furthest: int) -> None:
        self.way = way
        self._formula = formula
        self._true = formula.variable()
        formula.add(self._true)
        self._orders = [[self._true if p == 0 else formula.variable() for p in range(way.last + 1)]]
        self._covers: dict[tuple[int, int], int] = {}
        self._spans: dict[tuple[int, Span], int] = {}
        self._write(0)
        formula.add(-self.beyond(0, max(furthest, 0) + 1))

    def extend(self) -> None:
        """Add a bound, no earlier than the one before."""
        before = self._orders[-1]
        self._orders.append([before[0], *(self._formula.variable() for _ in before[1:])])
        self._write(len(self._orders) - 1)
        for earlier, later in zip(before, self._orders[-1], strict=True):
            self._formula.add(-earlier, later)

    def _write(self, bound: int) -> None:
        for position in range(1, self.way.last + 1):
            self._formula.add(-self.beyond(bound, position + 1), self.beyond(bound, position))

    def beyond(self, bound: int, position: int) -> int:
        """Give the literal that says that a bound is at a position or later."""
        order = self._orders[bound]
        return order[position] if position < len(order) else -self._true

    def covers(self, number: int, position: int) -> int:
        """Give a literal that is true where a state is there at a position."""
        literal = self._covers.get((number, position))
        if literal is None:
            literal = self._covers[number, position] = self._formula.variable()
            begins_later = self.beyond(number, position + 1)
            self._formula.add(literal, begins_later, -self.beyond(number + 1, position))
        return literal

    def spans(self, number: int, span: Span) -> int:
        """Give a literal that is true where a state has just this span."""
        literal = self._spans.get((number, span))
        if literal is None:
            literal = self._spans[number, span] = self._formula.variable()
            is_not = []
            for bound, position in zip((number, number + 1), span, strict=True):
                is_not += [-self.beyond(bound, position), self.beyond(bound, position + 1)]
            self._formula.add(literal, *is_not)
        return literal

    def span(self, number: int, model: frozenset[int]) -> Span:
        """Give the span that a state has in a model."""
        return self._position(number, model), self._position(number + 1, model)

    def bring_forward(self, improvement: Improvement) -> None:
        """Let every bound be as early as possible, the first ones first, and keep it so.

        The last one, where the chain ends, is none of them.
        """
        for bound in range(len(self._orders) - 1):
            while True:
                position = self._position(bound, improvement.model)
                earlier = -self.beyond(bound, position)
                if position == 0 or not improvement.solve([earlier]):
                    break
            self._formula.add(self.beyond(bound, position))
            self._formula.add(-self.beyond(bound, position + 1))

    def _position(self, bound: int, model: frozenset[int]) -> int:
        return sum(literal in model for literal in self._orders[bound]) - 1
