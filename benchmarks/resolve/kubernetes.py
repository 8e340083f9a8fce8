"""Exact versions of Kubernetes, as minors that a question can name.

A question speaks of minors; a case has one exact version, 1.21.3, which ranges tell apart from 1.21.4.  So
each exact version stands for a minor of its own, far beyond the real ones, and a package's range gets
the minors of the exact versions that it contains.  Below them, at the real minors, a range stays what it is.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from mistpm.model.minor import Minor
from mistpm.model.ranges import Range
from mistpm.model.version import Version
from mistpm.model.version_key import LEAST, Key, first_key
from mistpm.model.version_set import between

_FIRST: Final = 1_000_000
_REAL: Final = between(LEAST, first_key(1, _FIRST, 0))

_numbers: dict[Key, int] = {}


def minor_for(version: Version) -> Minor:
    """Give the minor that stands for an exact version, always the same one in a process."""
    return Minor(_numbers.setdefault(version.key, _FIRST + len(_numbers)))


def supporting(range_: Range, versions: Collection[Version]) -> Range:
    """Give a range of Kubernetes, under the same text, that speaks of these exact versions."""
    told = range_.versions & _REAL
    for version in versions:
        if version in range_.versions:
            number = minor_for(version).number
            told |= between(first_key(1, number, 0), first_key(1, number + 1, 0))
    return Range(text=range_.text, versions=told)
