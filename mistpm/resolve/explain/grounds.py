"""Grounds: the causes of a conflict with the versions that they speak of, and what else to know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from mistpm.model.cause import Asked, Cause, Ground, Requires, RequiresApi
from mistpm.model.ranges import parse_range
from mistpm.resolve.explain.grouping import versions_text
from mistpm.resolve.explain.phrases import joined_words
from mistpm.resolve.world.listing import Listing
from mistpm.resolve.world.node import Node, Requirement


class Grounds:
    """Tells of causes what the nodes of their part know about them.

    `spoken_of` has the node and the versions that each cause speaks of.
    """

    def __init__(self, nodes: Sequence[Node], spoken_of: Mapping[Cause, tuple[Node, int]]) -> None:
        self._nodes = nodes
        self._spoken_of = spoken_of
        self._requirements: dict[Cause, Requirement] = {}
        for node in dict.fromkeys(node for node, _ in spoken_of.values()):
            for context in node.contexts:
                for requirement in context.distinct.values():
                    if requirement.cause is not None and requirement.cause in spoken_of:
                        self._requirements.setdefault(requirement.cause, requirement)

    def all(self) -> tuple[Ground, ...]:
        """Give a ground for each cause."""
        return tuple(
            Ground(
                cause=cause,
                versions=versions_text(node.listing, mask),
                note=self._providers(cause) or self._prereleases(cause),
            )
            for cause, (node, mask) in self._spoken_of.items()
        )

    def _providers(self, cause: Cause) -> str:
        """Say who could provide an API."""
        if not isinstance(cause, RequiresApi) or not self._requirements[cause].options:
            return ""
        options = self._requirements[cause].options
        names = [option.node.dependent.title for option in options]
        return f"which only {joined_words(names, 'or')} could provide"

    def _prereleases(self, cause: Cause) -> str:
        """Name pre-releases that are in a range and do not count, if they would count for another."""
        listing, eligible = self._admitted(cause)
        if listing is None or not listing.prereleases or not isinstance(cause, Asked | Requires):
            return ""
        left_out = listing.matching(parse_range(cause.range).versions) & ~eligible
        names = versions_text(listing, left_out & self._by_anybody.get(listing.package, 0))
        return f"leaving out the pre-release {names}" if names else ""

    @cached_property
    def _by_anybody(self) -> dict[str, int]:
        """Give what some cause admits of each package."""
        found: dict[str, int] = {}
        for cause in self._spoken_of:
            listing, mask = self._admitted(cause)
            if listing is not None:
                found[listing.package] = found.get(listing.package, 0) | mask
        return found

    def _admitted(self, cause: Cause) -> tuple[Listing | None, int]:
        """Give the listing of the package that a cause speaks of, and what it admits of it."""
        if isinstance(cause, Asked):
            node = self._spoken_of[cause][0]
            return node.listing, node.range
        options = self._requirements[cause].options if isinstance(cause, Requires) else ()
        mask = 0
        for option in options:
            mask |= option.mask
        return (options[0].node.listing, mask) if options else (None, 0)
