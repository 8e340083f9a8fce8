"""Why there is no solution: a set of causes of which none can be left out.

`specs/resolve.md#explanations`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from mistpm.model.cause import Asked, Cause, Conflict, Ground
from mistpm.resolve.encoding import Encoding
from mistpm.resolve.foundation import FoundedSolver
from mistpm.resolve.limits import Deadline
from mistpm.resolve.node import Node
from mistpm.resolve.solver import Solver
from mistpm.resolve.writer import versions_text


def explain(
    nodes: Sequence[Node], releases: Collection[str], deadline: Deadline
) -> Conflict | None:
    """Give causes that cannot hold together, taken from nodes of a relaxed universe.

    Only these releases are asked for; None where there is no conflict among them.  Causes are left out one by one, those found last first, and each
    time the solver's core replaces the rest (deletion; Bakker and others 1993), so it takes at most one
    call for each cause of the first core.
    """
    encoding = Encoding(nodes, explaining=True)
    solver = Solver(encoding.clauses, deadline)
    try:
        founded = FoundedSolver(encoding, solver)
        switches = [
            switch
            for cause, switch in encoding.selectors.items()
            if not isinstance(cause, Asked) or cause.release in releases
        ]
        if founded.decide(switches):
            return None
        remaining = _ordered(switches, solver.core())
        minimal = True
        needed: set[int] = set()
        while (
            attempt := next((s for s in reversed(remaining) if s not in needed), None)
        ) is not None:
            others = [switch for switch in remaining if switch != attempt]
            answer = founded.decide(others, conflicts=deadline.limits.conflicts)
            if answer is False:
                remaining = _ordered(others, solver.core())
            else:
                needed.add(attempt)
                minimal &= answer is not None
    finally:
        solver.close()
    kept = set(remaining)
    causes = [cause for cause, switch in encoding.selectors.items() if switch in kept]
    return Conflict(grounds=tuple(_ground(cause, encoding) for cause in causes), minimal=minimal)


def _ordered(switches: Sequence[int], core: Collection[int]) -> list[int]:
    kept = set(core)
    return [switch for switch in switches if switch in kept]


def _ground(cause: Cause, encoding: Encoding) -> Ground:
    node, mask = encoding.spoken_of[cause]
    return Ground(cause=cause, versions=versions_text(node.listing, mask))
