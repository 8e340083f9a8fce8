"""Why there is no solution: causes of which none can be left out, and how they lead to that.

`specs/resolve.md#explanations`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from mistpm.model.cause import Cause, Conflict, RequiresApi
from mistpm.resolve.explain.cores import NodeCores
from mistpm.resolve.explain.derivation import Step, derive
from mistpm.resolve.explain.grounds import Grounds
from mistpm.resolve.explain.minimizing import minimized
from mistpm.resolve.explain.smallest import smaller
from mistpm.resolve.search.search import Search
from mistpm.resolve.world.limits import Deadline
from mistpm.resolve.world.node import Node

_MOST_CAUSES: Final = 40
"""A derivation of more causes than this is not looked for: nobody would follow it."""

_FEW: Final = 2
"""Nobody needs fewer causes than these."""
_MOST_COMPARED: Final = 300
"""With more causes than this, the smallest conflict among them takes too long to look for."""


class Explanation(Struct, frozen=True, kw_only=True):
    """A conflict, and the steps that lead to it; there are none where they would be too many."""

    conflict: Conflict
    steps: tuple[Step, ...]


def explain(search: Search, deadline: Deadline) -> Explanation:
    """Give causes that cannot hold together, of a search that has just found nothing possible.

    The search gives a first core; everything after that is done with the few causes that are in it.
    """
    order = search.core()
    search.universe.know_all_of(order)
    nodes = tuple(search.universe.nodes.values())
    with NodeCores(nodes, deadline, order) as cores:
        # what excludes versions of which nobody knows yet what they require says nothing here
        said = [cause for cause in order if cause in cores.causes]
        remaining, minimal = minimized(cores, said, deadline)
    fewest = remaining
    if minimal and deadline.limits.calls:
        fewest = _fewest(search, remaining, deadline)
        nodes = tuple(search.universe.nodes.values())
    grounds = Grounds(nodes, {cause: search.spoken_of(cause) for cause in fewest})
    return Explanation(
        conflict=Conflict(grounds=grounds.all(), minimal=minimal),
        steps=_steps(cores if fewest == order else None, nodes, fewest, deadline),
    )


def _fewest(search: Search, found: list[Cause], deadline: Deadline) -> list[Cause]:
    """Give the smallest conflict among all causes that were met, as far as it is found soon."""
    causes = search.causes()
    # an API may be met by what holds only itself up, and a model does not tell
    may_try = not any(isinstance(cause, RequiresApi) for cause in causes)
    if not may_try or not _FEW < len(found) <= _MOST_CAUSES or len(causes) > _MOST_COMPARED:
        return found
    search.universe.know_all_of(causes)
    with NodeCores(tuple(search.universe.nodes.values()), deadline, causes) as cores:
        said = [cause for cause in causes if cause in cores.causes]
        return smaller(cores, said, len(found), deadline.limits.calls) or found


def _steps(
    cores: NodeCores | None, nodes: Sequence[Node], causes: Sequence[Cause], deadline: Deadline
) -> tuple[Step, ...]:
    """Derive the conflict, from what was asked about just these causes if that is there.

    What has to be added so that nothing holds itself up is known only when it was asked.
    """
    if len(causes) > _MOST_CAUSES:
        return ()
    if cores is None:
        with NodeCores(nodes, deadline, causes) as cores_of_few:
            cores_of_few.can_hold(causes)
            cores = cores_of_few
    return derive(cores.nogoods)
