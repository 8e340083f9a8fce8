"""Paths through a lock, from the releases that the file asks for to what they lead to."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from heapq import heappop, heappush
from itertools import count, islice
from typing import Literal, TypeAlias

from msgspec import Struct

from mistpm.model.lockfile import Lockfile
from mistpm.ops.lock_graph import Need, needed_by, nodes


class Hop(Struct, frozen=True, kw_only=True, rename="camel"):
    """One step of a path: `node` needs the next one as `alias`, at a version in `range`.

    `condition` tells that a `when` of the node's package decided so, `computed` that its module did.
    """

    node: str
    package: str
    version: str
    alias: str
    use: Literal["install", "call", "api"]
    requires: str
    range: str
    condition: bool = False
    computed: bool = False


_Path: TypeAlias = "tuple[Need, _Path] | None"
"""A path from its first step to its last, made from the end: steps before it cost nothing to add."""


class Above:
    """Who needs what in a lock, for walking upwards."""

    def __init__(self, lockfile: Lockfile) -> None:
        self._nodes = nodes(lockfile)
        self._above = needed_by(lockfile)
        self._requested = {name for name, pin in lockfile.releases.items() if pin.requested}
        self._far = self._distances()

    def needing(self, node: str) -> tuple[Need, ...]:
        """Give the edges that lead to a node."""
        return tuple(self._above.get(node, ()))

    def requiring(self, api: str) -> tuple[Need, ...]:
        """Give the edges that require an API."""
        needs = (need for needs in self._above.values() for need in needs)
        found = [need for need in needs if need.edge.use == "api" and need.edge.requires == api]
        return tuple(sorted(found, key=lambda need: (need.node, need.alias)))

    def paths(
        self, last: tuple[Need, ...], most: int, goal: str = ""
    ) -> tuple[tuple[tuple[Hop, ...], ...], int | None]:
        """Give the shortest paths that end with one of these steps, and how many more there are.

        None of them passes `goal`, the node that they lead to.
        """
        number = self._number(last)
        found = tuple(islice(self._paths(last, goal, may_circle=number is None), most + 1))
        shown = tuple(tuple(self._hops(path)) for path in found[:most])
        if number is None:
            return shown, None if len(found) > most else 0
        return shown, number - len(shown)

    def _paths(self, last: tuple[Need, ...], goal: str, *, may_circle: bool) -> Iterator[_Path]:
        """Give simple paths from a requested release, the shortest first.

        Paths grow upwards, always the one with the shortest whole, of these the one with the least
        missing (A*), so that what a wide graph has besides is never looked at.
        """
        order = count()
        pending: list[tuple[int, int, int, int, _Path, tuple[Need, ...]]] = [
            (0, 0, next(order), 0, None, last)
        ]
        while pending:
            _, _, _, length, path, steps = heappop(pending)
            if path is not None and path[0].node in self._requested:
                yield path
            for need in steps:
                name = need.node
                if name not in self._far or (may_circle and (name == goal or _passes(path, name))):
                    continue
                rest = self._far[name]
                step = (need, path), self.needing(name)
                heappush(pending, (length + 1 + rest, rest, next(order), length + 1, *step))

    def _number(self, last: tuple[Need, ...]) -> int | None:
        """Count the paths that end with one of these steps; None where there is a cycle above them."""
        from graphlib import CycleError, TopologicalSorter

        above: dict[str, list[str]] = {}
        waiting = [need.node for need in last if need.node in self._far]
        while waiting:
            name = waiting.pop()
            if name not in above:
                above[name] = [n.node for n in self.needing(name) if n.node in self._far]
                waiting += above[name]
        ways: dict[str, int] = {}
        try:
            for name in TopologicalSorter(above).static_order():
                ways[name] = (name in self._requested) + sum(ways[other] for other in above[name])
        except CycleError:
            return None
        return sum(ways[need.node] for need in last if need.node in ways)

    def _hops(self, path: _Path) -> Iterator[Hop]:
        while path is not None:
            need, path = path
            locked = self._nodes[need.node]
            yield Hop(
                node=need.node,
                package=str(locked.package),
                version=str(locked.version),
                alias=need.alias,
                use=need.edge.use,
                requires=need.edge.requires,
                range=need.range,
                condition=need.has_condition,
                computed=need.edge.computed,
            )

    def _distances(self) -> dict[str, int]:
        """Give how many steps each node is below the nearest requested release; others are left out."""
        found = dict.fromkeys(sorted(self._requested), 0)
        waiting = deque(found)
        while waiting:
            node = waiting.popleft()
            for edge in self._nodes[node].dependencies.values():
                if edge.target in self._nodes and edge.target not in found:
                    found[edge.target] = found[node] + 1
                    waiting.append(edge.target)
        return found


def _passes(path: _Path, name: str) -> bool:
    while path is not None:
        if path[0].node == name:
            return True
        path = path[1]
    return False
