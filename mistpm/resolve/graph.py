"""The consistent set, built by resolvelib from the solver's choice.

resolvelib gets one candidate per node, the chosen one, and walks the graph once, requirement by
requirement; that it never has to go back confirms the choice by other means than clauses.  It is not
asked to search: on cyclic graphs it may not end (`specs/resolve.md#resolvelib`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from msgspec import Struct
from resolvelib import AbstractProvider, BaseReporter, Resolver
from resolvelib.resolvers import ResolverException

from mistpm.resolve.world.choice import Choice
from mistpm.resolve.world.node import Node

_PORTION: Final = 4
"""Nodes given to resolvelib at a time; each of its rounds looks at every node that it knows."""


class Link(Struct, frozen=True, kw_only=True, eq=False):
    """A node must be at one of these versions; `parent` is who says so, None for the file."""

    parent: Node | None
    node: Node
    mask: int


class Pin(Struct, frozen=True, kw_only=True, eq=False):
    """A node at the version chosen for it."""

    node: Node
    place: int


class _Provider(AbstractProvider[Link, Pin, str]):
    """Answers from the choice, for the nodes of one portion."""

    def __init__(self, pins: Mapping[str, Pin], links: Mapping[Node, Sequence[Link]]) -> None:
        self._pins = pins
        self._order = {key: number for number, key in enumerate(pins)}
        self._links = links

    def identify(self, requirement_or_candidate: Link | Pin) -> str:
        return requirement_or_candidate.node.key

    def get_preference(self, identifier: str, *_: Any, **__: Any) -> int:
        return self._order[identifier]

    def find_matches(
        self, identifier: str, requirements: Mapping[str, Iterator[Link]], incompatibilities: Any
    ) -> Iterable[Pin]:
        del incompatibilities  # of one candidate none is left when it is tried and fails
        pin = self._pins[identifier]
        fits = all(self.is_satisfied_by(link, pin) for link in requirements[identifier])
        return (pin,) if fits else ()

    def is_satisfied_by(self, requirement: Link, candidate: Pin) -> bool:
        return bool(requirement.mask >> candidate.place & 1)

    def get_dependencies(self, candidate: Pin) -> Iterable[Link]:
        return self._links.get(candidate.node, ())


def build(choice: Choice) -> dict[Node, int]:
    """Give the place of every node of the consistent set, in breadth-first order.

    A choice that is not consistent, or has more than is required, would be a bug, and raises
    `AssertionError`.  Costs `_PORTION` steps
    for each node.
    """
    links = [
        Link(parent=None, node=node, mask=node.range)
        for node in choice.places
        if node.asked is not None
    ]
    links += [
        Link(parent=context.node, node=option.node, mask=option.mask)
        for context, _, option in choice.links()
    ]
    into: dict[Node, list[Link]] = {}
    for link in links:
        into.setdefault(link.node, []).append(link)
    found: dict[Node, int] = {}
    nodes = tuple(choice.places)
    for start in range(0, len(nodes), _PORTION):
        portion = nodes[start : start + _PORTION]
        pins = {node.key: Pin(node=node, place=choice.places[node]) for node in portion}
        found |= _portion(pins, [link for node in portion for link in into.get(node, ())])
    if found != choice.places:
        raise AssertionError("the solver's choice is not consistent: resolvelib's is another")
    return {node: found[node] for node in nodes}


def _portion(pins: Mapping[str, Pin], links: Sequence[Link]) -> dict[Node, int]:
    """Let resolvelib build the set of some nodes; links from outside of it are its roots."""
    inner: dict[Node, list[Link]] = {}
    roots: list[Link] = []
    for link in links:
        if link.parent is not None and link.parent.key in pins:
            inner.setdefault(link.parent, []).append(link)
        else:
            roots.append(link)
    resolver = Resolver(_Provider(pins, inner), BaseReporter())
    try:
        mapping = resolver.resolve(roots, max_rounds=len(pins) + 1).mapping
    except ResolverException as error:
        raise AssertionError(f"the solver's choice is not consistent: {error!r}") from error
    return {pin.node: pin.place for pin in mapping.values()}
