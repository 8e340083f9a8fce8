"""Cores: which of some causes cannot hold together, asked of the SAT solver."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
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
from mistpm.resolve.explain.nogood import Nogoods
from mistpm.resolve.search.solver import Solver
from mistpm.resolve.world.limits import Deadline
from mistpm.resolve.world.node import Node

_BETWEEN_RELEASES = (RequiresApi, OneOwner, OncePerEnvironment, ConflictsWith)
"""Causes that nodes bear on which they do not name, so that none may be left out."""


class Cores:
    """The clauses of causes, each of which can be switched on and off.

    With `only`, the other causes cannot be asked about, and the clauses are as few as can be.  `calls`
    are the questions asked so far.
    """

    def __init__(
        self, nodes: Sequence[Node], deadline: Deadline, only: Collection[Cause] | None = None
    ) -> None:
        if only is not None:
            only = frozenset(only)
            nodes = _touched(nodes, only)
        self.encoding = Encoding(nodes, only)
        self._solver = Solver(self.encoding.clauses, deadline, simplifies=True)
        self._founded = FoundedSolver(self.encoding, self._solver)
        self._causes = {switch: cause for cause, switch in self.encoding.selectors.items()}
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
    def causes(self) -> Iterable[Cause]:
        """All causes, in the order of the encoding."""
        return self.encoding.selectors

    @property
    def conflicts(self) -> int:
        """How many conflicts of the solver all of this took."""
        return self._solver.conflicts

    @cached_property
    def nogoods(self) -> Nogoods:
        """The clauses read back, with what was added until now so that nothing holds only itself up."""
        return Nogoods(self.encoding, (*self.encoding.clauses, *self._founded.formulas))

    def can_hold(self, causes: Iterable[Cause], *, conflicts: int = 0) -> bool | None:
        """Tell whether causes can hold together; None where that is not known within a budget."""
        self.calls += 1
        switches = [self.encoding.selectors[cause] for cause in causes]
        return self._founded.decide(switches, conflicts=conflicts)

    def fix(self, causes: Iterable[Cause], *, hold: bool) -> None:
        """Let causes hold from now on, or never again; then they are not to be asked about."""
        for cause in causes:
            switch = self.encoding.selectors[cause]
            self._solver.add([switch if hold else -switch])

    def core(self) -> set[Cause]:
        """Give causes that cannot hold together, of those asked about last."""
        return {self._causes[switch] for switch in self._solver.core()}

    def hope(self) -> None:
        """Look for possibilities in which as many causes as can be hold, asked about or not."""
        self._solver.prefer(list(self._causes))

    def holding(self) -> set[Cause]:
        """Give causes that hold in what was found to be possible last."""
        model = self.model()
        return {cause for switch, cause in self._causes.items() if switch in model}

    def model(self) -> frozenset[int]:
        """Give the literals that are true in what was found to be possible last."""
        return self._solver.model()


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
