"""The key that versions are ordered by, and the keys of their neighbours.

`specs/versions.md#sets` tells why the neighbours are all that a set of versions needs.
"""

from __future__ import annotations

from functools import cache
from typing import Final, TypeAlias

Identifiers: TypeAlias = tuple[tuple[int, int | str], ...]
"""Dot-separated identifiers as SemVer compares them: numbers `(0, n)` before words `(1, word)`."""

Key: TypeAlias = tuple[int, int, int, Identifiers, Identifiers]
"""Major, minor, patch, pre-release, build; ordered as tuples are."""

RELEASE: Final[Identifiers] = ((2, 0),)
"""Stands for "no pre-release": after every pre-release of the same numbers."""

_ZERO: Final[Identifiers] = ((0, 0),)

LEAST: Final[Key] = (0, 0, 0, _ZERO, ())
"""The key of `0.0.0-0`, before which there is no version."""


@cache  # the same few, `rc.1` and `1`, end most versions
def identifiers(dotted: str) -> Identifiers:
    """Split `rc.1` into comparable identifiers.

    Build metadata may have digits with a leading zero (`007`).  They count as words, which keeps
    them different from `7`, so that versions with equal keys differ in spelling only.
    """
    return tuple(
        (0, int(part)) if part.isdigit() and (part[0] != "0" or part == "0") else (1, part)
        for part in dotted.split(".")
    )


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
    """Give the first key after all builds of a version.

    `1.2.4-0` comes after every `1.2.3+…`, and `1.2.3-rc.1.0` after every `1.2.3-rc.1+…`.
    """
    major, minor, patch, prerelease, _ = key
    if prerelease == RELEASE:
        return first_key(major, minor, patch + 1)
    return major, minor, patch, prerelease + _ZERO, ()


def version_text(key: Key) -> str:
    """Write the version that has this key, with all three numbers."""
    major, minor, patch, prerelease, build = key
    text = f"{major}.{minor}.{patch}"
    if prerelease != RELEASE:
        text += "-" + ".".join(str(identifier) for _, identifier in prerelease)
    if build:
        text += "+" + ".".join(str(identifier) for _, identifier in build)
    return text


def interval_text(start: Key, end: Key | None) -> str:
    """Write the bounds, in the grammar of ranges, of `start` up to but not including `end`."""
    if end == (after_build(start) if start[4] else after_builds(start)):
        return f"={version_text(start)}"
    major, minor, patch, prerelease, build = start
    bounds = []
    if patch and (prerelease, build) == (_ZERO, ()):
        bounds.append(f">{version_text(release_key(major, minor, patch - 1))}")
    elif start != LEAST:
        bounds.append(f">={version_text(start)}")
    if end is None:
        return " ".join(bounds)
    major, minor, patch, prerelease, build = end
    if (prerelease, build) == (_ZERO, ()):
        bounds.append(f"<{version_text(release_key(major, minor, patch))}")
    elif (prerelease, build) == (RELEASE, ()):
        # `<1.2.3` leaves out the pre-releases of 1.2.3, which belong to the interval here.
        bounds.append("<={0} !={0}".format(version_text(end)))
    else:
        bounds.append(f"<{version_text(end)}")
    return " ".join(bounds)
