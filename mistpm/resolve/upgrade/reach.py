"""Reach: which versions can ever follow what is held of a release, by `upgrades.from` alone.

`specs/upgrade-path.md#reach`.
"""

from __future__ import annotations

from collections.abc import Iterator

from mistpm.model.cause import MayOnlyFollow
from mistpm.model.question import Held, Question
from mistpm.model.resolution import Chosen
from mistpm.model.version import Version
from mistpm.resolve.upgrade.way import Way
from mistpm.resolve.world.catalogue import Catalogue
from mistpm.resolve.world.listing import Listing


def reach(listing: Listing, held: Version, way: Way, last: int) -> int:
    """Give the versions that a release can have at a position, whatever it has before.

    At each position it may move, any number of times, to what supports that position; where it cannot even be
    at the position before, it cannot come from there.
    """
    place = listing.place(held)
    reached = 0 if place is None else 1 << place
    for position in range(last + 1):
        there = listing.all & ~_unsupported(listing, way, position)
        reached = reached & there if position else reached
        first = there & _following(listing, held) if position == 0 else 0
        reached = _closed(listing, reached | first, there)
    return reached


def all_out_of_reach(
    question: Question, held: Held, catalogue: Catalogue, way: Way, last: int
) -> dict[str, tuple[tuple[MayOnlyFollow, int], ...]]:
    """Give the versions that releases of the file can never have at a position, by what they may follow.

    What is pulled in may be gone in between, so that it can come at any version.
    """
    found = {}
    for wanted in question.releases:
        package, version = held.releases.get(wanted.name, (None, None))
        listing = catalogue.listing(wanted.package)
        if version is not None and package == wanted.package and isinstance(listing, Listing):
            found[wanted.name] = tuple(out_of_reach(listing, version, way, last))
    return found


def out_of_reach(
    listing: Listing, held: Version, way: Way, last: int
) -> Iterator[tuple[MayOnlyFollow, int]]:
    """Give the versions that a release can never have at a position, by what they may follow."""
    reached = reach(listing, held, way, last)
    for range_, mask in listing.following.items():
        if mask & ~reached:
            cause = MayOnlyFollow(package=listing.package, range=range_.text, held=held.text)
            yield cause, mask & ~reached


def _closed(listing: Listing, reached: int, there: int) -> int:
    """Add what may follow, as long as there is more."""
    free = there & ~sum(listing.following.values())
    before = -1
    while reached != before:
        before = reached
        reached |= free if reached else 0
        for range_, mask in listing.following.items():
            if listing.matching(range_.versions) & reached:
                reached |= mask & there
    return reached


def _following(listing: Listing, held: Version) -> int:
    """Give what may follow a version in one step; it need not be in the registry any more."""
    barred = (mask for range_, mask in listing.following.items() if held not in range_.versions)
    return listing.all & ~sum(barred)


def _unsupported(listing: Listing, way: Way, position: int) -> int:
    return sum(
        mask for range_, mask in listing.kubernetes.items() if position in way.unsupported(range_)
    )


def may_follow(held: Held, name: str, chosen: Chosen) -> bool:
    """Tell whether a release may move in one step from what is held to what was chosen."""
    package, version = held.releases.get(name, (None, None))
    candidate = chosen.candidate
    if version is None or package != candidate.package or version == candidate.version:
        return True
    return version in candidate.descriptor.upgrades.from_.versions
