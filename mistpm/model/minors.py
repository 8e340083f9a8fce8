"""Which minors of Kubernetes a range means: `specs/versions.md#minors`."""

from __future__ import annotations

from mistpm.model.kinds import kind_table
from mistpm.model.minor import (
    InvalidMinorError,
    Minor,
    minor_of,
    parse_cluster_version,
    parse_minor,
)
from mistpm.model.ranges import Range, parse_range
from mistpm.model.version_key import first_key, release_key
from mistpm.model.version_set import between

__all__ = [
    "InvalidMinorError",
    "Minor",
    "known_minors",
    "minor_of",
    "minors_of",
    "newest_minor",
    "oldest_minor",
    "parse_cluster_version",
    "parse_minor",
    "supports",
]


def known_minors() -> tuple[Minor, ...]:
    """Give the minors that the presence table covers, oldest first."""
    table = kind_table()
    return tuple(Minor(number) for number in range(table.oldest, table.newest + 1))


def oldest_minor() -> Minor:
    """Give the oldest minor that the presence table covers."""
    return Minor(kind_table().oldest)


def newest_minor() -> Minor:
    """Give the newest minor that the presence table covers: where open ranges end."""
    return Minor(kind_table().newest)


def supports(range_: Range, minor: Minor) -> bool:
    """Tell whether a range has a version of the minor, pre-releases of its `.0` left out."""
    start = release_key(1, minor.number, 0)
    return range_.versions.meets(between(start, first_key(1, minor.number + 1, 0)))


def minors_of(range_: Range | str) -> tuple[Minor, ...]:
    """Give the known minors that a range supports, oldest first; none when it has none of them.

    Raises `InvalidRangeError` for a text that is not a range.
    """
    if isinstance(range_, str):
        range_ = parse_range(range_)
    return tuple(minor for minor in known_minors() if supports(range_, minor))
