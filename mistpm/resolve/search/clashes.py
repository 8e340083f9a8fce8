"""Clashes: chosen versions of two nodes that exclude each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from mistpm.model.cause import Cause, ConflictsWith, OncePerEnvironment, OneOwner
from mistpm.resolve.world.exclusion import kinds
from mistpm.resolve.world.node import Node


class Clash(Struct, frozen=True, kw_only=True):
    """No version of `one` and version of `other` can be together; the cause speaks of the first."""

    cause: Cause
    one: tuple[Node, int]
    other: tuple[Node, int]


def clashes(places: Mapping[Node, int]) -> Iterator[Clash]:
    """Find what excludes each other among chosen versions, each time with all versions alike."""
    exclusive = [node for node, place in places.items() if node.listing.exclusive >> place & 1]
    if exclusive:
        yield from _owners(exclusive, places)
        yield from _once(exclusive, places)
        yield from _refused(exclusive, places)


def _owners(nodes: list[Node], places: Mapping[Node, int]) -> Iterator[Clash]:
    """Let each kind of a group have at most one owner."""
    first: dict[tuple[str, str], Node] = {}
    for node in nodes:
        descriptor = node.candidate(places[node]).descriptor
        for group, kind in sorted(kinds(descriptor)) if node.kind != "called" else ():
            other = first.setdefault((group, kind), node)
            if other is not node:
                owners = tuple(sorted((node.dependent.title, other.dependent.title)))
                yield Clash(
                    cause=OneOwner(group=group, kind=kind, owners=owners),
                    one=(other, other.listing.owning(group, kind)),
                    other=(node, node.listing.owning(group, kind)),
                )


def _once(nodes: list[Node], places: Mapping[Node, int]) -> Iterator[Clash]:
    """Let a package of scope `cluster` have at most one release."""
    for one in nodes:
        if one.kind == "asked" and one.listing.cluster_wide >> places[one] & 1:
            for other in places:
                if other is not one and other.kind == "asked" and other.package == one.package:
                    releases = tuple(sorted((one.name, other.name)))
                    yield Clash(
                        cause=OncePerEnvironment(package=one.package, releases=releases),
                        one=(one, one.listing.cluster_wide),
                        other=(other, other.listing.all),
                    )


def _refused(nodes: list[Node], places: Mapping[Node, int]) -> Iterator[Clash]:
    """Let nothing be beside a package that it conflicts with."""
    for node in nodes:
        for conflict in node.candidate(places[node]).descriptor.conflicts:
            package = conflict.package.within(node.package.registry)
            for other, place in places.items():
                if other is not node and other.package == package:
                    refused = other.listing.matching(conflict.version.versions)
                    if refused >> place & 1:
                        yield Clash(
                            cause=ConflictsWith(
                                dependent=node.dependent,
                                package=package,
                                range=str(conflict.version),
                            ),
                            one=(node, node.listing.refusing(conflict)),
                            other=(other, refused),
                        )
