"""Hints: changes that dissolve a conflict, each tried out before it is given."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import islice
from typing import Final

from mistpm.model.cause import Conflict
from mistpm.resolve.explain.changes import NEWEST, Change, Kind, changes
from mistpm.resolve.search.search import Search
from mistpm.resolve.search.walk import walk
from mistpm.resolve.world.catalogue import Catalogue
from mistpm.resolve.world.choice import Choice
from mistpm.resolve.world.limits import Deadline
from mistpm.resolve.world.universe import Universe

_MOST_HINTS: Final = 3
_MOST: Final[dict[Kind, int]] = {
    "range": 2,
    "policy": 1,
    "presence": 2,
    "kubernetes": 1,
    "less": 1,
}
"""How many hints of a kind are of use."""
_ENOUGH: Final = 2
"""Hints after which nobody wants to hear what could be left out."""


_CONFLICTS: Final = 2000
"""Conflicts of the solver after which a change counts as no help."""


def find_hints(
    universe: Universe, releases: Sequence[str], conflict: Conflict, deadline: Deadline
) -> tuple[str, ...]:
    """Give changes that make some releases possible together, the smallest first.

    Each is tried out by solving; at most `Limits.tries` are tried.
    """
    found: list[str] = []
    kinds: Counter[Kind] = Counter()
    for change in islice(changes(universe, conflict, releases), deadline.limits.tries):
        useless = change.kind == "less" and len(found) >= _ENOUGH
        if useless or kinds[change.kind] == _MOST[change.kind]:
            continue
        version = _tried(change, universe, deadline)
        if version is None:
            continue
        hint = change.hint.replace(NEWEST, version)
        if hint not in found:
            found.append(hint)
            kinds[change.kind] += 1
        if len(found) == _MOST_HINTS:
            break
    return tuple(found)


def _tried(change: Change, universe: Universe, deadline: Deadline) -> str | None:
    """Give the newest version that the change's node can have; None if the change does not help.

    Whoever computes requirements is asked, as in any other resolution.
    """
    catalogue, problem = universe.catalogue, change.problem
    while True:
        choice = walk(Universe(problem, catalogue)) or _searched(change, catalogue, deadline)
        if choice is None or choice.open_releases():
            return None
        if not catalogue.computed.ask(choice, problem.question):
            break
    if not change.node:
        return ""
    versions = (
        str(node.candidate(place).version)
        for node, place in choice.places.items()
        if change.node in {node.key, node.name}
    )
    return next(versions, None)


def _searched(change: Change, catalogue: Catalogue, deadline: Deadline) -> Choice | None:
    """Find a choice, with the change's node as new as possible; None where that is too hard."""
    universe = Universe(change.problem, catalogue)
    with Search(universe, deadline) as search:
        if universe.missing or not search.is_possible(conflicts=_CONFLICTS):
            return None
        if any(node.unasked for node in universe.nodes.values()):
            return search.best()
        for node in tuple(universe.nodes.values()):
            if change.node in {node.key, node.name}:
                search.renew(node, conflicts=_CONFLICTS)
        return search.choice()
