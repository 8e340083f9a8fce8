"""What the oracle of `brute_force` speaks of: places, how they are used, what they need."""

from __future__ import annotations

from typing import Literal, NamedTuple

from mistpm.model.descriptor import Candidate, Dependency
from mistpm.model.identity import PackageId
from mistpm.model.version import Version


class Place(NamedTuple):
    """A release (by name or, pulled in, by package) or a called package in a series."""

    kind: Literal["asked", "pulled-in", "called"]
    name: str
    package: PackageId
    series: str = ""


class Use(NamedTuple):
    """A place as somebody uses it: the `with` of a call, and what is bound below."""

    place: Place
    with_: str = ""
    bind: tuple[tuple[str, str], ...] = ()


class Need(NamedTuple):
    """What a chosen version requires in one use.

    `mistake` is the reference of the error that it is to choose this version.
    """

    use: Use
    alias: str
    kind: Literal["install", "call", "api"]
    dependency: Dependency
    package: PackageId | None = None
    target: Place | None = None
    mistake: str = ""


class Solution(NamedTuple):
    """Versions of places, and the series that each caller picked by alias."""

    versions: dict[Place, Version]
    picks: dict[tuple[Place, str], str]


def series(version: Version) -> str:
    """Give the part of a version that callers see."""
    numbers = version.major, version.minor, version.patch
    for count, number in enumerate(numbers, start=1):
        if number:
            return ".".join(str(part) for part in numbers[:count])
    return "0.0.0"


def kinds(candidate: Candidate) -> set[tuple[str, str]]:
    """Give what a release of this would own."""
    return {(api.group, api.kind) for api in candidate.descriptor.provides.apis}
