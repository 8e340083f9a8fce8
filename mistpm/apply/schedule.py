"""What may begin, given what has happened."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from typing import Final, Literal

from mistpm.model.object_order import Gate, Node, ObjectOrder
from mistpm.model.resource import ResourceId

_CAUSES: Final = 3
"""How many objects are named at most that something waits for."""

_Happening = tuple[Node, Literal["written", "ready"]]


class Schedule:
    """An order, and how far it is followed; not for several threads.

    All operations together are linear in the order's size, but for a heap's logarithm.
    """

    def __init__(self, order: ObjectOrder) -> None:
        self._order = order
        self._nodes = list(order.waits)
        self._place = {node: place for place, node in enumerate(self._nodes)}
        self._missing = {node: len(waits) for node, waits in order.waits.items()}
        self._followers: dict[_Happening, list[Node]] = {}
        for node, waits in order.waits.items():
            for each in waits:
                self._followers.setdefault((each.on, each.until), []).append(node)
        self._happened: set[_Happening] = set()
        self._barred: set[Node] = set()
        self._startable: list[tuple[int, ResourceId]] = []
        self._begun: set[Node] = set()
        self._waiting = sum(isinstance(node, ResourceId) for node in self._nodes)
        self._happen(
            *(
                happening
                for node in [each for each in self._nodes if not self._missing[each]]
                for happening in self._opened(node)
            )
        )

    def next(self) -> ResourceId | None:
        """Give the next object that may begin, each one once; None where none may now."""
        if not self._startable:
            return None
        _, resource = heapq.heappop(self._startable)
        self._begun.add(resource)
        self._waiting -= 1
        return resource

    @property
    def has_more(self) -> bool:
        """Tell whether there are objects whose turn has not come, and may still come."""
        return self._waiting > 0

    def written(self, resource: ResourceId) -> None:
        """Note that it is written; may be said twice."""
        self._happen((resource, "written"))

    def ready(self, resource: ResourceId) -> None:
        """Note that it is ready, and so written; may be said twice."""
        self._happen((resource, "written"), (resource, "ready"))

    def failed(self, resource: ResourceId) -> None:
        """Note that it failed: what waits for what did not happen to it will never begin."""
        lost: list[_Happening] = [(resource, "written"), (resource, "ready")]
        while lost:
            happening = lost.pop()
            if happening in self._happened:
                continue
            for node in self._followers.get(happening, ()):
                if node not in self._barred:
                    self._barred.add(node)
                    self._waiting -= isinstance(node, ResourceId)
                    lost += [(node, "written"), (node, "ready")]

    def untouched(self) -> Iterator[tuple[ResourceId, tuple[ResourceId, ...]]]:
        """Give the objects that did not begin, with a few that did and that all this waits for."""
        causes: dict[Node, tuple[ResourceId, ...]] = {}
        for node in self._nodes:
            if node in self._begun:
                continue
            found: dict[ResourceId, None] = {}
            for each in self._order.waits[node]:
                if (each.on, each.until) in self._happened:
                    continue
                if isinstance(each.on, ResourceId) and each.on in self._begun:
                    found[each.on] = None
                else:
                    found |= dict.fromkeys(causes[each.on])
                if len(found) >= _CAUSES:
                    break
            causes[node] = tuple(found)[:_CAUSES]
            if isinstance(node, ResourceId):
                yield node, causes[node]

    def _happen(self, *these: _Happening) -> None:
        happenings = list(these)
        while happenings:
            happening = happenings.pop()
            if happening in self._happened:
                continue
            self._happened.add(happening)
            for follower in self._followers.get(happening, ()):
                self._missing[follower] -= 1
                if not self._missing[follower] and follower not in self._barred:
                    happenings += self._opened(follower)

    def _opened(self, node: Node) -> list[_Happening]:
        """Let a node that waits for nothing more begin; a gate is passed with that."""
        if isinstance(node, Gate):
            return [(node, "written"), (node, "ready")]
        heapq.heappush(self._startable, (self._place[node], node))
        return []
