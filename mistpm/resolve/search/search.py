"""The search: clauses, solver and objective together.

It brings in the SAT solver, so it is imported only where the straight walk does not do.
"""

from __future__ import annotations

from types import TracebackType
from typing import Final, Self

from mistpm.model.cause import Cause
from mistpm.resolve.search.forcing import Forcing
from mistpm.resolve.search.improvement import Improvement
from mistpm.resolve.search.optimum import Optimum
from mistpm.resolve.search.sketch import Sketch
from mistpm.resolve.search.solutions import Solutions
from mistpm.resolve.search.solver import Solver
from mistpm.resolve.world.choice import Choice
from mistpm.resolve.world.limits import Deadline
from mistpm.resolve.world.node import Node
from mistpm.resolve.world.universe import Universe

_EASY: Final = 2000
"""Conflicts of the solver within which most questions are decided."""


class Search:
    """Looks for the best choice in a universe, which grows on the way; to be used in a `with`.

    Where there is none, it knows causes that fail together.
    """

    def __init__(self, universe: Universe, deadline: Deadline) -> None:
        if universe.catalogue.is_distant:
            # one by one, packages would take a round trip each; apart, so that the answer is the same
            Universe(universe.problem, universe.catalogue).grow()
        universe.ask()
        self.universe = universe
        deadline.begin([node.name for node in universe.roots])
        self._forcing = Forcing(universe)
        self._sketch = Sketch(universe)
        for node in () if self._forcing.core else tuple(universe.nodes.values()):
            self._sketch.enter(node)
        self._solver = Solver((), deadline)
        self._solutions = Solutions((self._sketch,), self._solver)

    def __enter__(self) -> Self:
        """Give itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Free the solver's memory."""
        self._solver.close()

    def is_possible(self, *, conflicts: int = 0) -> bool | None:
        """Tell whether there is a solution; None where that takes more conflicts than a budget.

        Where it is hard to tell, causes are no longer kept apart: then it is easier by far.
        """
        if self._forcing.core:
            return False
        answer = self._solutions.solve(conflicts=conflicts or _EASY)
        if answer is None and not conflicts:
            self._sketch.settle()
            answer = self._solutions.solve()
        return answer

    def best(self) -> Choice | None:
        """Give the best choice, None where there is no solution."""
        if not self.is_possible():
            return None
        self._sketch.settle()
        return Optimum(Improvement(self._solutions)).find().choice()

    def choice(self) -> Choice:
        """Give the choice that was found last."""
        return self._solutions.found[0].choice()

    def renew(self, node: Node, *, conflicts: int) -> None:
        """Find a choice with a node as new as possible, as far as a budget for each step allows."""
        self._sketch.enter(node)
        possible = self.universe.allowed(node)
        while possible:
            blocks = self._sketch.ordered(node, possible)
            tried = possible & sum(block.mask for block in blocks[: (len(blocks) + 1) // 2])
            if self._solutions.solve([self._sketch.within(node, tried)], conflicts=conflicts):
                found = self._solutions.found[0].block(node)
                possible = tried & node.listing.better(found.place) if found is not None else 0
            else:
                possible &= ~tried

    # --- where there is none ---------------------------------------------------------------------

    def core(self) -> list[Cause]:
        """Give causes that failed together in the last call, in the order in which they were met."""
        if self._forcing.core:
            return self._forcing.core
        sketch = self._sketch
        failed = set(sketch.selectors.values() if sketch.is_settled else self._solver.core())
        return [cause for cause, selector in sketch.selectors.items() if selector in failed]

    def causes(self) -> list[Cause]:
        """Give all causes, in the order in which they were met."""
        return list(self._spoken_of)

    def spoken_of(self, cause: Cause) -> tuple[Node, int]:
        """Give a node that a cause speaks of, and which of its versions that were considered."""
        node, mask = self._spoken_of[cause]
        return node, mask & node.domain

    @property
    def _spoken_of(self) -> dict[Cause, tuple[Node, int]]:
        return (self._forcing if self._forcing.core else self._sketch).spoken_of
