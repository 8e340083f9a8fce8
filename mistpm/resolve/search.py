"""The search: clauses, solver and objective together, for the nodes of one part.

It brings in the SAT solver, so it is imported only where the straight walk does not do.
"""

from __future__ import annotations

from collections.abc import Sequence

from mistpm.resolve.choice import Choice
from mistpm.resolve.encoding import Encoding
from mistpm.resolve.foundation import FoundedSolver
from mistpm.resolve.limits import Deadline
from mistpm.resolve.node import Node
from mistpm.resolve.optimum import Optimum
from mistpm.resolve.solver import Solver


def search(nodes: Sequence[Node], free: frozenset[str], deadline: Deadline) -> Choice | None:
    """Give the best choice for nodes that have nothing to do with others; None if there is none.

    `free` names held nodes that may move without counting as changes.
    """
    with deadline.effort.time("encode"):
        encoding = Encoding(nodes)
        solver = Solver(encoding.clauses, deadline)
    try:
        with deadline.effort.time("solve"):
            selection = Optimum(FoundedSolver(encoding, solver), free).find()
    finally:
        solver.close()
    return None if selection is None else selection.choice()
