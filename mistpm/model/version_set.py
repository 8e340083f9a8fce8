"""A set of versions, exact under union, intersection and complement.

How a set is represented, and why that is exact, is in `specs/versions.md#sets`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import Final

import msgspec

from mistpm.model.version import Version
from mistpm.model.version_key import LEAST, Key, after_build, interval_text


class VersionSet(msgspec.Struct, frozen=True):
    """Versions given by `cuts`, the ascending keys at which membership changes, first to "in".

    A cut lies just before the version with its key, so that the intervals between are half-open:
    `(a, b, c)` is everything from a up to but not including b, and everything from c on.  Two sets
    are equal (and have equal hashes) exactly when they have the same members.

    Membership costs a binary search over the cuts, the algebra one pass over both operands' cuts.
    """

    cuts: tuple[Key, ...] = ()

    def __contains__(self, version: Version) -> bool:
        return self.holds(version.key)

    def holds(self, key: Key) -> bool:
        """Tell whether the version with this key is a member."""
        return bisect_right(self.cuts, key) % 2 == 1

    def contains(self, version: Version) -> bool:
        """Tell whether the version is a member; the same as `version in self`."""
        return self.holds(version.key)

    def is_empty(self) -> bool:
        """Tell whether no version at all, published or not, is a member."""
        return not self.cuts

    def union(self, other: VersionSet) -> VersionSet:
        """Give what is in either."""
        if not (self.cuts and other.cuts):
            return self if self.cuts else other
        return self._combined(other, lambda here, there: here or there)

    def intersection(self, other: VersionSet) -> VersionSet:
        """Give what is in both."""
        if not (self.cuts and other.cuts):
            return NOTHING
        return self._combined(other, lambda here, there: here and there)

    def difference(self, other: VersionSet) -> VersionSet:
        """Give what is here and not in the other."""
        return self._combined(other, lambda here, there: here and not there)

    def complement(self) -> VersionSet:
        """Give what is not here."""
        if self.cuts[:1] == (LEAST,):
            return VersionSet(self.cuts[1:])
        return VersionSet((LEAST, *self.cuts))

    def is_subset(self, other: VersionSet) -> bool:
        """Tell whether the other has every member of this."""
        return self.difference(other).is_empty()

    def meets(self, other: VersionSet) -> bool:
        """Tell whether some version is in both."""
        return not self.intersection(other).is_empty()

    __or__ = union
    __and__ = intersection
    __sub__ = difference
    __invert__ = complement
    __le__ = is_subset

    def intervals(self) -> Iterator[tuple[Key, Key | None]]:
        """Give the disjoint intervals in order, as first key in and first key out (None: no end)."""
        ends: list[Key | None] = [*self.cuts, None]
        for at in range(0, len(self.cuts), 2):
            yield self.cuts[at], ends[at + 1]

    def __str__(self) -> str:
        """Give a range in the grammar of `parse_range` that has exactly these members."""
        if not self.cuts:
            return "<0.0.0"
        if self.cuts == (LEAST,):
            return "*"
        return " || ".join(interval_text(start, end) for start, end in self.intervals())

    def _combined(self, other: VersionSet, rule: Callable[[bool, bool], bool]) -> VersionSet:
        """Apply a rule of membership, which is constant between cuts of the two."""
        cuts: list[Key] = []
        for cut in sorted({*self.cuts, *other.cuts}):
            if rule(self.holds(cut), other.holds(cut)) != (len(cuts) % 2 == 1):
                cuts.append(cut)
        return VersionSet(tuple(cuts))


NOTHING: Final = VersionSet()
EVERYTHING: Final = VersionSet((LEAST,))


def between(start: Key, end: Key | None) -> VersionSet:
    """Give the versions from `start` up to but not including `end` (None: without end)."""
    if end is None:
        return VersionSet((start,))
    return VersionSet((start, end)) if start < end else NOTHING


def exactly(version: Version) -> VersionSet:
    """Give the set of this one version, its build included."""
    return VersionSet((version.key, after_build(version.key)))
