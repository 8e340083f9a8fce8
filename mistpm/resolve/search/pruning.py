"""Pruning: what need not be written, because it is about versions that cannot be chosen anyway."""

from __future__ import annotations

from collections.abc import Iterable

from mistpm.resolve.world.node import Node, Requirement
from mistpm.resolve.world.universe import Universe


def pruned(universe: Universe, requirements: Iterable[Requirement]) -> list[Requirement]:
    """Leave out what only versions require that others of these requirements rule out.

    A requirement that nothing possible can meet rules its versions out, and where it is written nothing
    else need be said of these.  That makes less possible, so what requires them may be ruled out in turn.
    """
    possible: dict[Node, int] = {}
    ruling: list[Requirement] = []
    waiting, before = list(requirements), -1
    while len(ruling) > before:
        before = len(ruling)
        rest: list[Requirement] = []
        for requirement in waiting:
            node = requirement.context.node
            left = possible.setdefault(node, universe.allowed(node))
            if not left & requirement.holders:
                continue
            if _is_plain(requirement) and not any(
                option.mask & possible.setdefault(option.node, universe.allowed(option.node))
                for option in requirement.options
            ):
                ruling.append(requirement)
                possible[node] = left & ~requirement.holders
            else:
                rest.append(requirement)
        waiting = rest
    return ruling + waiting


def _is_plain(requirement: Requirement) -> bool:
    """Tell whether it is in force wherever a version is chosen that has it."""
    is_called = requirement.context.node.kind == "called"
    return not (is_called or requirement.use == "api" or requirement.computed)
