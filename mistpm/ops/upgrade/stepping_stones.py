"""The versions by which a release gets from one version to another, where `upgrades.from` forbids to go there at once."""

from __future__ import annotations

from collections.abc import Iterable

from mistpm.model.descriptor import Candidate
from mistpm.model.minor import Minor
from mistpm.model.minors import supports
from mistpm.model.version import Version


def stepping_stones(
    candidates: Iterable[Candidate], before: Version, after: Version, minors: Iterable[Minor]
) -> tuple[Version, ...] | None:
    """Give the fewest versions in between, each of which may follow the one before; None where there is no way.

    Looks at one release alone: versions between the two that support all minors and were not withdrawn,
    as new as possible.  Quadratic in their number, and asked only where something is in the way.
    """
    minors = tuple(minors)
    low, high = min(before, after), max(before, after)
    known = [
        each
        for each in sorted(candidates, key=lambda one: one.version, reverse=True)
        if each.version == after or (low < each.version < high and _is_a_stone(each, minors))
    ]
    # backwards, so that it is the newest from which each can be reached
    ways: dict[Version, tuple[Version, ...]] = {after: ()}
    ends = [each for each in known if each.version == after]
    while ends:
        for end in ends:
            if before in end.descriptor.upgrades.from_.versions:
                return ways[end.version]
        reached = []
        for end in ends:
            for each in known:
                follows = each.version in end.descriptor.upgrades.from_.versions
                if follows and each.version not in ways:
                    ways[each.version] = (each.version, *ways[end.version])
                    reached.append(each)
        ends = sorted(reached, key=lambda one: one.version, reverse=True)
    return None


def _is_a_stone(candidate: Candidate, minors: tuple[Minor, ...]) -> bool:
    range_ = candidate.descriptor.kubernetes
    fits = range_ is None or all(supports(range_, minor) for minor in minors)
    return fits and not candidate.yanked and not candidate.version.is_prerelease
