"""Why there is no solution: causes of which none can be left out, and how they lead to that.

`specs/resolve.md#explanations`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from msgspec import Struct

from mistpm.model.cause import Asked, Cause, Conflict
from mistpm.resolve.cores import Cores
from mistpm.resolve.derivation import Step, derive
from mistpm.resolve.grounds import Grounds
from mistpm.resolve.limits import Deadline
from mistpm.resolve.minimizing import minimized
from mistpm.resolve.node import Node
from mistpm.resolve.nogood import Nogoods

_MOST_CAUSES: Final = 40
"""A derivation of more causes than this is not looked for: nobody would follow it."""


class Explanation(Struct, frozen=True, kw_only=True):
    """A conflict, and the steps that lead to it; there are none where they would be too many."""

    conflict: Conflict
    steps: tuple[Step, ...]


def explain(
    nodes: Sequence[Node], releases: Collection[str], deadline: Deadline
) -> Explanation | None:
    """Give causes that cannot hold together, taken from nodes of a relaxed universe.

    Only these releases are asked for; None where there is no conflict among them.  The clauses of all
    causes are needed once, for a first core; everything after that is done with the few that are in it.
    """
    with Cores(nodes, deadline) as all_cores:
        asked = [c for c in all_cores.causes if not isinstance(c, Asked) or c.release in releases]
        if all_cores.can_hold(asked):
            return None
        core = all_cores.core()
        order = [cause for cause in asked if cause in core]
        spoken_of = all_cores.encoding.spoken_of
    with Cores(nodes, deadline, order) as cores:
        remaining, minimal = minimized(cores, order, deadline.limits.conflicts)
    grounds = Grounds(nodes, {cause: spoken_of[cause] for cause in remaining})
    return Explanation(
        conflict=Conflict(grounds=grounds.all(), minimal=minimal),
        steps=_steps(nodes, remaining, deadline),
    )


def _steps(nodes: Sequence[Node], causes: Sequence[Cause], deadline: Deadline) -> tuple[Step, ...]:
    """Derive the conflict; what has to be added so that nothing holds itself up is known only then."""
    if len(causes) > _MOST_CAUSES:
        return ()
    with Cores(nodes, deadline, causes) as cores:
        cores.can_hold(causes)
        return derive(Nogoods(cores.encoding, cores.clauses).all)
