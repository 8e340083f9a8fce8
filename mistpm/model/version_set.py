"""A set of versions, exact under union, intersection and complement.

How a set is represented, and why that is exact, is in `specs/versions.md#sets`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import Final

import msgspec

from mistpm.model.version import RELEASE, Identifiers, Key, Version

_ZERO: Final[Identifiers] = ((0, 0),)

LEAST: Final[Key] = (0, 0, 0, _ZERO, ())
"""The key of `0.0.0-0`, before which there is no version."""


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
        return " || ".join(_interval(start, end) for start, end in self.intervals())

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


def release_key(major: int, minor: int, patch: int) -> Key:
    """Give the key of the release `major.minor.patch`."""
    return major, minor, patch, RELEASE, ()


def first_key(major: int, minor: int, patch: int) -> Key:
    """Give the key of `major.minor.patch-0`, which no other version of these numbers precedes."""
    return major, minor, patch, _ZERO, ()


def after_build(key: Key) -> Key:
    """Give the key next after this one: nothing lies between `1.2.3+4` and `1.2.3+4.0`."""
    major, minor, patch, prerelease, build = key
    return major, minor, patch, prerelease, build + _ZERO


def after_builds(key: Key) -> Key:
    """Give the first key after all builds of a version: `1.2.4-0` after every `1.2.3+…`.

    After every build of `1.2.3-rc.1` that is `1.2.3-rc.1.0`.
    """
    major, minor, patch, prerelease, _ = key
    if prerelease == RELEASE:
        return first_key(major, minor, patch + 1)
    return major, minor, patch, prerelease + _ZERO, ()


def _interval(start: Key, end: Key | None) -> str:
    if end == (after_build(start) if start[4] else after_builds(start)):
        return f"={_text(start)}"
    bounds = []
    if start[2:] == (start[2], _ZERO, ()) and start[2]:
        bounds.append(f">{_text(release_key(start[0], start[1], start[2] - 1))}")
    elif start != LEAST:
        bounds.append(f">={_text(start)}")
    if end is not None and end[3] == RELEASE and not end[4]:
        # `<1.2.3` leaves out the pre-releases of 1.2.3, which are members here.
        bounds.append(f"<={_text(end)} !={_text(end)}")
    elif end is not None and end[3:] == (_ZERO, ()):
        bounds.append(f"<{_text(release_key(*end[:3]))}")
    elif end is not None:
        bounds.append(f"<{_text(end)}")
    return " ".join(bounds)


def _text(key: Key) -> str:
    major, minor, patch, prerelease, build = key
    text = f"{major}.{minor}.{patch}"
    if prerelease != RELEASE:
        text += "-" + ".".join(str(identifier) for _, identifier in prerelease)
    if build:
        text += "+" + ".".join(str(identifier) for _, identifier in build)
    return text
