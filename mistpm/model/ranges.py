"""A range: which versions a requirement admits, in the spellings that the field writes.

Grammar, meaning of every spelling and the sources they agree with: `specs/versions.md#ranges`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from mistpm.model.bound import (
    InvalidBoundError,
    Partial,
    bound,
    named_prereleases,
    parse_partial,
    span,
)
from mistpm.model.text_types import register
from mistpm.model.version import Version
from mistpm.model.version_set import EVERYTHING, NOTHING, VersionSet


class InvalidRangeError(ValueError):
    """A text is not a range; the message is a whole sentence that names the place."""


class Range:
    """A range as it was written, and what it means.

    `versions` is what it matches; `prereleases` is the part of it that a bound asks for by naming
    a pre-release of the same major.minor.patch.
    """

    # A plain class: msgspec would read a Struct from a mapping, and this is written as a text.
    __slots__ = ("prereleases", "text", "versions")

    def __init__(
        self, *, text: str, versions: VersionSet, prereleases: VersionSet = NOTHING
    ) -> None:
        self.text = text
        self.versions = versions
        self.prereleases = prereleases

    def admits(self, version: Version) -> bool:
        """Tell whether the version matches and, if it is a pre-release, was asked for.

        Where a range matches nothing but pre-releases, all of them are eligible: what is published
        decides that, see `eligible`.
        """
        return version in (self.prereleases if version.is_prerelease else self.versions)

    def __str__(self) -> str:
        return self.text or "*"

    def __repr__(self) -> str:
        return f"Range({self.text!r})"

    def __eq__(self, other: object) -> bool:
        return str(self) == str(other) if isinstance(other, Range) else NotImplemented

    def __hash__(self) -> int:
        return hash(str(self))


ANY: Final = Range(text="*", versions=EVERYTHING)


def eligible(range_: Range, versions: Iterable[Version]) -> tuple[Version, ...]:
    """Give the versions that a requirement may be met by, in the order given.

    These are the ones that the range admits; when it matches nothing but pre-releases, all that it
    matches.  Costs a binary search per version.
    """
    matching = [version for version in versions if version in range_.versions]
    if all(version.is_prerelease for version in matching):
        return tuple(matching)
    return tuple(version for version in matching if range_.admits(version))


LONGEST: Final = 2000
"""Characters that a range may have."""

_TOKEN: Final = re.compile(
    r"(?P<alternative>\|\|)|(?P<comma>,)|(?P<operator>[<>=!~^]+)"
    r"|(?P<span>-(?=\s|$))|(?P<version>[^\s,|<>=!~^]+)|(?P<stray>\|)"
)

_known: dict[str, Range] = {}


def parse_range(text: str) -> Range:
    """Read a range such as `^1.2`, `>=1.2 <2`, `1.2 - 1.4` or `1.x || 3.*`; empty means any.

    Raises `InvalidRangeError`.  A text is read once per process and then looked up.
    """
    range_ = _known.get(text)
    if range_ is None:
        if len(text) > LONGEST:
            raise InvalidRangeError(
                f"`{text[:40]}…` is not a range: it has more than {LONGEST} characters."
            )
        range_ = _known[text] = _Reader(text).range()
    return range_


class _Reader:
    """Reads one range from left to right; each rule of the grammar is a method."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = [
            (str(match.lastgroup), match.group(), match.start() + 1)
            for match in _TOKEN.finditer(text)
        ]
        self.tokens.append(("end", "", len(text) + 1))
        self.tokens.reverse()

    @property
    def kind(self) -> str:
        """What the next token is."""
        return self.tokens[-1][0]

    def range(self) -> Range:
        """Read alternatives joined by `||`; nothing at all is any version."""
        if self.kind == "end":
            return Range(text=self.text, versions=EVERYTHING)
        versions, prereleases = self.alternative()
        while self.kind == "alternative":
            self.tokens.pop()
            further, asked = self.alternative()
            versions, prereleases = versions | further, prereleases | asked
        return Range(text=self.text, versions=versions, prereleases=prereleases)

    def alternative(self) -> tuple[VersionSet, VersionSet]:
        """Read bounds that hold together, spaces or commas between them."""
        versions, named = self.bound()
        while self.kind not in {"alternative", "end"}:
            if self.kind == "comma":
                self.tokens.pop()
            further, also_named = self.bound()
            versions, named = versions & further, named | also_named
        return versions, versions & named

    def bound(self) -> tuple[VersionSet, VersionSet]:
        """Read an operator and a version, a version alone, or two versions joined by ` - `."""
        _, word, at = self.tokens[-1]
        operator = self.tokens.pop()[1] if self.kind == "operator" else ""
        first = self.version(word if operator else "")
        if self.kind == "span" and not operator:
            self.tokens.pop()
            last = self.version("-")
            return span(first, last), named_prereleases("", first) | named_prereleases("", last)
        try:
            return bound(operator, first), named_prereleases(operator, first)
        except InvalidBoundError as error:
            raise self.error(at, str(error)) from None

    def version(self, after: str) -> Partial:
        """Read a version, which must be there; `after` is what it belongs to."""
        kind, word, at = self.tokens.pop()
        if kind != "version":
            missing = f"a version is missing after `{after}`" if after else "a bound is missing"
            raise self.error(at, missing + (f" before `{word}`" if word else ""))
        try:
            return parse_partial(word)
        except InvalidBoundError as error:
            raise self.error(at, str(error)) from None

    def error(self, at: int, fault: str) -> InvalidRangeError:
        """Say what is wrong at a character, counted from 1."""
        return InvalidRangeError(f"`{self.text}` is not a range: at character {at}, {fault}.")


register(Range, parse_range, "a range such as `^16`")
