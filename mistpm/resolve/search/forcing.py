"""Forcing: what the file alone leads to, whatever is chosen.

A requirement that a node has at every version which it can still have must be met.  So the versions of
what meets it become fewer; where none is left there is the conflict, and no clause was written:
`specs/resolve.md#forcing`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct

from mistpm.model.cause import Cause
from mistpm.resolve.world.listing import newest
from mistpm.resolve.world.node import Node, Requirement
from mistpm.resolve.world.universe import Universe

_FEW: Final = 4
"""A conflict of more causes than this may not be the shortest: the search looks for another."""


class _Narrowing(Struct, frozen=True, kw_only=True, eq=False):
    """A node can have only these versions because of a cause; None stands for what nobody disputes.

    `brings` tells that the node is there because of it.  A `requirement` is forced by the first `known`
    narrowings of the node that has it.
    """

    mask: int
    cause: Cause | None
    brings: bool = False
    requirement: Requirement | None = None
    known: int = 0


class Forcing:
    """Follows forced requirements from the releases of the file, to the end or to a conflict.

    `core` are causes that cannot hold together, none where it found no such thing; `spoken_of` has what
    causes it met, each with a node that it speaks of and which of its versions.
    """

    def __init__(self, universe: Universe) -> None:
        self._universe = universe
        self._left: dict[Node, int] = {}
        self._narrowings: dict[Node, list[_Narrowing]] = {}
        self.spoken_of: dict[Cause, tuple[Node, int]] = {}
        found = self._follow()
        self.core = found if len(found) <= _FEW else []

    def _follow(self) -> list[Cause]:
        waiting = deque(self._universe.roots)
        for node in waiting:
            self._enter(node)
            if not self._left[node]:
                return self._causes(node, 0)
        while waiting:
            node = waiting.popleft()
            for requirement in self._forced(node):
                if not requirement.options:
                    self._speak(requirement.cause, node, requirement.holders)
                    return self._causes(node, requirement.holders, requirement.cause)
                (option,) = requirement.options
                before = self._left.get(option.node)
                self._meet(requirement)
                if not self._left[option.node]:
                    return self._causes(option.node, 0)
                if self._left[option.node] != before:
                    waiting.append(option.node)
        return []

    def _forced(self, node: Node) -> Iterator[Requirement]:
        """Give the requirements that a node has at every version left, and that one node alone can meet."""
        left = self._left[node]
        if node.is_unconditional:
            for statement in node.listing.profile(newest(left)).statements:
                if not left & ~statement.mask and statement.use != "api":
                    requirement = self._universe.require_stated(node, statement)
                    if requirement.constrains and len(requirement.options) <= 1:
                        yield requirement

    def _enter(self, node: Node) -> None:
        """Narrow a node by what holds of it whatever is chosen beside it."""
        self._left[node] = node.listing.all
        self._narrowings[node] = []
        if node.asked is not None:
            is_root = node in self._universe.roots
            cause = node.asked if is_root else None
            self._narrow(node, _Narrowing(mask=node.range, cause=cause, brings=is_root))
            self._speak(cause, node, node.range)
        for exclusion in node.exclusions:
            self._narrow(node, _Narrowing(mask=~exclusion.mask, cause=exclusion.cause))
            self._speak(exclusion.cause, node, exclusion.mask)

    def _meet(self, requirement: Requirement) -> None:
        """Narrow what meets a requirement."""
        (option,) = requirement.options
        node, holder = option.node, requirement.context.node
        if node not in self._left:
            self._enter(node)
        self._speak(requirement.cause, holder, requirement.holders)
        self._narrow(
            node,
            _Narrowing(
                mask=option.mask,
                cause=requirement.cause,
                brings=True,
                requirement=requirement,
                known=len(self._narrowings[holder]),
            ),
        )

    def _narrow(self, node: Node, narrowing: _Narrowing) -> None:
        known = self._narrowings[node]
        is_new = narrowing.brings and not any(each.brings for each in known)
        if is_new or self._left[node] & ~narrowing.mask:
            known.append(narrowing)
            self._left[node] &= narrowing.mask

    def _speak(self, cause: Cause | None, node: Node, mask: int) -> None:
        if cause is not None:
            _, before = self.spoken_of.get(cause, (node, 0))
            self.spoken_of[cause] = node, before | mask

    # --- why -------------------------------------------------------------------------------------

    def _causes(self, node: Node, mask: int, cause: Cause | None = None) -> list[Cause]:
        """Give what leaves a node only versions of a mask, and a cause that speaks against these."""
        found = {cause}
        waiting = [(node, mask, len(self._narrowings[node]))]
        while waiting:
            node, mask, known = waiting.pop()
            for narrowing in _needed(self._narrowings[node][:known], mask):
                found.add(narrowing.cause)
                requirement = narrowing.requirement
                if requirement is not None:
                    holder = requirement.context.node
                    waiting.append((holder, requirement.holders, narrowing.known))
        return [cause for cause in self.spoken_of if cause in found]


def _needed(narrowings: Sequence[_Narrowing], mask: int) -> list[_Narrowing]:
    """Leave narrowings out, those found last first, as long as a node is there and in a mask."""
    before: list[tuple[int, bool]] = []
    left, is_there = ~mask, False
    for narrowing in narrowings:
        before.append((left, is_there))
        left &= narrowing.mask
        is_there |= narrowing.brings
    needed: list[_Narrowing] = []
    left, is_there = -1, False
    for narrowing, (left_before, was_there) in zip(
        reversed(narrowings), reversed(before), strict=True
    ):
        if left_before & left or not (was_there or is_there):
            needed.append(narrowing)
            left &= narrowing.mask
            is_there |= narrowing.brings
    return needed
