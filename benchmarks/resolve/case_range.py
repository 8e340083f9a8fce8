"""Versions and ranges as cases write them: plain SemVer precedence and six operators.

This is stricter and plainer than the grammar of `mistpm.model.ranges`: `=1.2` is the one version 1.2.0,
and nothing is special about a pre-release.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

from mistpm.model.ranges import Range
from mistpm.model.version import InvalidVersionError, Version, parse_version
from mistpm.model.version_key import LEAST, Key, after_builds
from mistpm.model.version_set import EVERYTHING, NOTHING, VersionSet, between

_CORE: Final = re.compile(r"(v?[0-9]+(?:\.[0-9]+){0,2})([-+].*)?", re.DOTALL)
_BOUND: Final = re.compile(r"(>=|<=|>|<|=|)\s*([^\s<>=|]+)")

_MEANING: Final[Mapping[str, Callable[[Key], VersionSet]]] = {
    ">=": lambda key: between(key, None),
    "<=": lambda key: between(LEAST, after_builds(key)),
    ">": lambda key: between(after_builds(key), None),
    "<": lambda key: between(LEAST, key),
    "=": lambda key: between(key, after_builds(key)),
    "": lambda key: between(key, after_builds(key)),
}


@cache
def parse_case_version(text: str) -> Version:
    """Read `1.2.3`; numbers that are left out are 0, so `19` is 19.0.0.

    Raises `InvalidVersionError`.
    """
    match = _CORE.fullmatch(text)
    if match is None:
        raise InvalidVersionError(text, "it has no numbers in front")
    core, suffix = match.groups("")
    padded = parse_version(core + ".0" * (2 - core.count(".")) + suffix)
    return Version(text=text, prerelease=padded.prerelease, build=padded.build, key=padded.key)


@cache
def parse_case_range(text: str) -> Range:
    """Read `*`, or groups joined by `||`, each of bounds that hold together; empty means any.

    The range keeps the text as it was written.  Raises `ValueError`, whose message is a whole sentence.
    """
    if not text.strip():
        return Range(text="*", versions=EVERYTHING)
    versions = NOTHING
    for group in text.split("||"):
        versions |= _group(text, group)
    return Range(text=text, versions=versions)


def _group(text: str, group: str) -> VersionSet:
    versions, at = EVERYTHING, 0
    group = group.strip()
    if not group:
        raise ValueError(f"`{text}` is not a range: nothing stands beside `||`.")
    while at < len(group):
        bound = _BOUND.match(group, at)
        if bound is None:
            raise ValueError(f"`{text}` is not a range: `{group[at:]}` is not a bound.")
        operator, version = bound.groups()
        if (operator, version) != ("", "*"):
            try:
                major, minor, patch, prerelease, _ = parse_case_version(version).key
            except InvalidVersionError as error:
                raise ValueError(f"`{text}` is not a range: {error}") from None
            versions &= _MEANING[operator]((major, minor, patch, prerelease, ()))
        at = bound.end()
        while at < len(group) and group[at].isspace():
            at += 1
    return versions
