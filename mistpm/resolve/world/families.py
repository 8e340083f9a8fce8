"""Families: releases of the file that are bound to each other, or cannot share something.

`specs/resolve.md#families`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mistpm.model.identity import PackageId
from mistpm.resolve.world.exclusion import kinds
from mistpm.resolve.world.node import Node
from mistpm.resolve.world.universe import Universe


def families(universe: Universe) -> list[tuple[Node, ...]]:
    """Divide the releases of the file by bindings among them, and by what they cannot share.

    When one release has no solution, the releases of its family have none either; others, which only
    call or pull in the same packages, are solved without it.
    """
    asked = [node for node in universe.nodes.values() if node.kind == "asked"]
    return _grouped(asked, (*_bound(universe, asked), *_exclusive(asked)))


def _bound(universe: Universe, asked: list[Node]) -> Iterator[tuple[Node, Node]]:
    """Link releases with those that could meet what they require."""
    packages = frozenset((None, *(node.package for node in asked)))
    for node in asked:
        _know_requirements(universe, node, packages)
        for requirement in node.contexts[0].distinct.values():
            if requirement.constrains and requirement.api is not None:
                yield from ((node, each) for each in asked if each.providing(requirement.api))
            elif requirement.constrains:
                yield from ((node, o.node) for o in requirement.options if o.node.kind == "asked")


def _know_requirements(
    universe: Universe, node: Node, packages: frozenset[PackageId | None]
) -> None:
    """Find what a release requires of these packages; None stands for every API."""
    if packages.isdisjoint(node.listing.requires):
        return
    if node.is_unconditional:
        for statement in node.listing.statements:
            if statement.package in packages and statement.mask & node.domain:
                universe.require_stated(node, statement)
    else:
        for profile in node.profiles():
            if any(statement.package in packages for statement in profile.statements):
                universe.require(node.contexts[0], profile)


def _exclusive(asked: list[Node]) -> Iterator[tuple[Node, Node]]:
    """Link releases that could own the same, be there twice, or refuse each other."""
    first: dict[object, Node] = {}
    for node in asked:
        listing = node.listing
        if not listing.exclusive:
            continue
        shared = {kind for profile in node.profiles() for kind in kinds(profile.descriptor)}
        for each in (*shared, *([node.package] if listing.cluster_wide else ())):
            yield first.setdefault(each, node), node
        refused = {
            conflict.package.within(node.package.registry)
            for profile in node.profiles()
            for conflict in profile.descriptor.conflicts
        }
        yield from ((node, other) for other in asked if other.package in refused)


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
