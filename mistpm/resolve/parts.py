"""Parts: releases that nothing connects are solved apart, so one cannot spoil the other.

`specs/resolve.md#parts`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mistpm.resolve.exclusion import kinds
from mistpm.resolve.node import Node
from mistpm.resolve.universe import Universe


def parts(universe: Universe) -> list[tuple[Node, ...]]:
    """Divide the nodes into groups that share no constraint, those of the file's first release first.

    Nodes are connected through requirements, APIs, kinds that both could own, and conflicts.
    """
    return _grouped(universe.nodes.values(), (*_links(universe), *_hopes(universe)))


def families(universe: Universe) -> list[tuple[Node, ...]]:
    """Divide the releases of the file by bindings among them, and by what they cannot share.

    When one release has no solution, the releases of its family have none either; others, which only
    call or pull in the same packages, are solved without it.
    """
    asked = [node for node in universe.nodes.values() if node.kind == "asked"]
    both = ((one, other) for one, other in _links(universe) if one.kind == other.kind == "asked")
    return _grouped(asked, both)


def _links(universe: Universe) -> Iterator[tuple[Node, Node]]:
    nodes = universe.nodes.values()
    for requirement in universe.requirements():
        if requirement.constrains:
            default = (requirement.default,) if requirement.default is not None else ()
            for option in (*requirement.options, *default):
                yield requirement.context.node, option.node
    first: dict[object, Node] = {}
    for node in nodes:
        for shared in _exclusive(node):
            yield first.setdefault(shared, node), node
    for node in nodes:
        refused = {
            conflict.package.within(node.package.registry)
            for profile in node.profiles()
            for conflict in profile.descriptor.conflicts
        }
        for other in nodes if refused else ():
            if other.package in refused:
                yield node, other


def _hopes(universe: Universe) -> Iterator[tuple[Node, Node]]:
    """Link what requires an API with what may yet bring a provider along, once it is asked."""
    hopes = [node for node in universe.nodes.values() if node.unasked & node.domain]
    for requirement in universe.requirements() if hopes else ():
        if requirement.use == "api" and requirement.constrains:
            for node in hopes:
                yield requirement.context.node, node


def _exclusive(node: Node) -> Iterator[object]:
    """Give what at most one release can have: a kind of a group, a package of scope `cluster`."""
    for profile in node.profiles() if node.kind != "called" else ():
        yield from kinds(profile.descriptor)
    if node.kind == "asked" and any(
        profile.descriptor.scope == "cluster" for profile in node.listing.profiles
    ):
        yield node.package


def _grouped(nodes: Iterable[Node], links: Iterable[tuple[Node, Node]]) -> list[tuple[Node, ...]]:
    """Give the connected groups, each in the order of `nodes` and by its first node."""
    find = _Find()
    for one, other in links:
        find.join(one, other)
    groups: dict[Node, list[Node]] = {}
    for node in nodes:
        groups.setdefault(find(node), []).append(node)
    return [tuple(group) for group in groups.values()]


class _Find:
    """Union-find with path halving; the root of a group is any of its nodes."""

    def __init__(self) -> None:
        self._above: dict[Node, Node] = {}

    def __call__(self, node: Node) -> Node:
        above = self._above
        while above.get(node, node) is not node:
            above[node] = above.get(above[node], above[node])
            node = above[node]
        return node

    def join(self, one: Node, other: Node) -> None:
        self._above[self(one)] = self(other)
