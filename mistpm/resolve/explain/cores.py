"""Cores: which of some causes cannot hold together, asked of the SAT solver."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from types import TracebackType
from typing import Self

from mistpm.model.cause import (
    Cause,
    ConflictsWith,
    OncePerEnvironment,
    OneOwner,
    Requires,
    RequiresApi,
)
from mistpm.resolve.explain.encoding import Encoding
from mistpm.resolve.explain.foundation import FoundedSolver
from mistpm.resolve.explain.nogood import Nogood, read_back
from mistpm.resolve.search.solver import Solver
from mistpm.resolve.world.limits import Deadline
from mistpm.resolve.world.node import Node

_BETWEEN_RELEASES = (RequiresApi, OneOwner, OncePerEnvironment, ConflictsWith)
"""Causes that nodes bear on which they do not name, so that none may be left out."""


class Cores:
    """Clauses of causes, each of which can be switched on and off by its selector.

    `calls` are the questions asked so far.
    """

    def __init__(self, selectors: Mapping[Cause, int], solver: Solver) -> None:
        self._selectors = selectors
        self._causes = {selector: cause for cause, selector in selectors.items()}
        self._solver = solver
        self.calls = 0

    def __enter__(self) -> Self:
        """Give itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Free the solver's memory."""
        self._solver.close()

    @property
    def causes(self) -> Collection[Cause]:
        """All causes, in the order of their selectors; others cannot be asked about."""
        return self._selectors.keys()

    @property
    def conflicts(self) -> int:
        """How many conflicts of the solver all of this took."""
        return self._solver.conflicts

    def can_hold(self, causes: Iterable[Cause], *, conflicts: int = 0) -> bool | None:
        """Tell whether causes can hold together; None where that is not known within a budget."""
        self.calls += 1
        return self._decide([self._selectors[cause] for cause in causes], conflicts)

    def fix(self, causes: Iterable[Cause], *, hold: bool) -> None:
        """Let causes hold from now on, or never again; then they are not to be asked about."""
        for cause in causes:
            selector = self._selectors[cause]
            self._add([selector if hold else -selector])

    def core(self) -> set[Cause]:
        """Give causes that cannot hold together, of those asked about last."""
        return {self._causes[selector] for selector in self._solver.core()}

    def hope(self) -> None:
        """Look for possibilities in which as many causes as can be hold, asked about or not."""
        self._solver.prefer(list(self._causes))

    def holding(self) -> set[Cause]:
        """Give causes that hold in what was found to be possible last."""
        model = self._solver.model()
        return {cause for selector, cause in self._causes.items() if selector in model}

    def _decide(self, selectors: Sequence[int], conflicts: int) -> bool | None:
        return self._solver.solve(selectors, conflicts=conflicts)

    def _add(self, clause: list[int]) -> None:
        self._solver.add(clause)


class NodeCores(Cores):
    """What causes say of nodes; with `only`, the other causes cannot be asked about.

    Then the clauses are as few as can be.
    """

    def __init__(
        self, nodes: Sequence[Node], deadline: Deadline, only: Collection[Cause] | None = None
    ) -> None:
        if only is not None:
            only = frozenset(only)
            nodes = _touched(nodes, only)
        self._encoding = Encoding(nodes, only)
        solver = Solver(self._encoding.clauses, deadline, "cadical")
        super().__init__(self._encoding.selectors, solver)
        self._founded = FoundedSolver(self._encoding, solver)

    @cached_property
    def nogoods(self) -> tuple[Nogood, ...]:
        """The clauses read back, with what was added until now so that nothing holds only itself up."""
        return read_back(self._encoding, (*self._encoding.clauses, *self._founded.formulas))

    def _decide(self, selectors: Sequence[int], conflicts: int) -> bool | None:
        return self._founded.decide(selectors, conflicts=conflicts)


def _touched(nodes: Sequence[Node], causes: Collection[Cause]) -> Sequence[Node]:
    """Leave out nodes that the clauses of causes do not mention."""
    if any(isinstance(cause, _BETWEEN_RELEASES) for cause in causes):
        return nodes
    touched: set[Node] = set()
    for node in nodes:
        if node.asked in causes or any(e.cause in causes for e in node.exclusions):
            touched.add(node)
        for context in node.contexts:
            for requirement in context.distinct.values():
                if isinstance(requirement.cause, Requires) and requirement.cause in causes:
                    touched.add(node)
                    touched.update(option.node for option in requirement.options)
    return [node for node in nodes if node in touched]
