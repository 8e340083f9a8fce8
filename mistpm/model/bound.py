"""One bound of a range, `>=1.2`: an operator and a version whose last numbers may be left out.

What each operator means for each shape of version is tabulated in `specs/versions.md#bounds`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import takewhile
from typing import Final

import msgspec

from mistpm.model.version import InvalidVersionError, parse_version, shortened
from mistpm.model.version_key import (
    LEAST,
    RELEASE,
    Key,
    after_build,
    after_builds,
    first_key,
    release_key,
)
from mistpm.model.version_set import EVERYTHING, NOTHING, VersionSet, between

_NUMBERS: Final = 3
_WILDCARDS: Final = frozenset("xX*")
_SUFFIX: Final = re.compile(r"(?=[-+])")


class InvalidBoundError(ValueError):
    """A bound cannot be read; the message is the clause that says why."""


class Partial(msgspec.Struct, frozen=True, kw_only=True):
    """A version in a range: `1`, `1.2`, `1.2.x`, `*` or a complete one.

    `numbers` are those that were written, `key` belongs to the version with the others as 0, and
    `complete` says that nothing was left open.
    """

    numbers: tuple[int, ...]
    key: Key
    complete: bool
    wildcard: bool

    @property
    def start(self) -> Key:
        """The first version that is at least this: 1.2.0 for `1.2`, anything for `*`."""
        return self.key if self.numbers else LEAST

    @property
    def past(self) -> Key | None:
        """The first version after all that this covers: 1.3.0-0 for `1.2`, none for `*`."""
        if self.complete:
            return after_build(self.key) if self.key[4] else after_builds(self.key)
        return self.after(len(self.numbers) - 1) if self.numbers else None

    def after(self, at: int) -> Key:
        """Give the first version after all that agree with this up to the number at `at`."""
        major, minor, patch = (*self.numbers[:at], self.numbers[at] + 1, 0, 0)[:_NUMBERS]
        return first_key(major, minor, patch)


def parse_partial(text: str) -> Partial:
    """Read a version that may end early or in `x`, `X` or `*`.

    Raises `InvalidBoundError`.
    """
    core, *rest = _SUFFIX.split(text, maxsplit=1)
    suffix = "".join(rest)
    numbers = core.removeprefix("v").split(".")
    written = list(takewhile(lambda number: number not in _WILDCARDS, numbers))
    left_open = numbers[len(written) :]
    if left_open and (suffix or len(numbers) > _NUMBERS or not _WILDCARDS.issuperset(left_open)):
        raise InvalidBoundError(f"nothing can follow `{left_open[0]}` in `{text}`")
    zeros = ["0"] * (_NUMBERS - len(written))
    try:
        version = parse_version(".".join(written + zeros) + suffix)
    except InvalidVersionError as error:
        raise InvalidBoundError(f"`{shortened(text)}` is not a version: {error.fault}") from None
    return Partial(
        numbers=(version.major, version.minor, version.patch)[: len(written)],
        key=version.key,
        complete=len(written) == _NUMBERS or suffix != "",
        wildcard=left_open != [],
    )


def bound(operator: str, version: Partial) -> VersionSet:
    """Give what `operator version` matches; without an operator it is `=`.

    Raises `InvalidBoundError` for an unknown operator, or one that needs more numbers.
    """
    meaning = _MEANING.get(operator)
    if meaning is None:
        raise InvalidBoundError(f"`{operator}` is not an operator")
    return meaning(version)


def span(first: Partial, last: Partial) -> VersionSet:
    """Give what `first - last` matches, both ends included."""
    return between(first.start, last.past)


def named_prereleases(operator: str, version: Partial) -> VersionSet:
    """Give the pre-releases that a bound asks for: those of the one that it names, if it names one.

    What a bound leaves out (`!=`) is not asked for.
    """
    if version.key[3] == RELEASE or operator == "!=":
        return NOTHING
    major, minor, patch, _, _ = version.key
    return between(first_key(major, minor, patch), release_key(major, minor, patch))


def _covered(version: Partial) -> VersionSet:
    """`=1.2`: everything that begins with 1.2."""
    if version.complete:
        return between(version.key, version.past)
    major, minor, patch, _, _ = version.key
    return between(first_key(major, minor, patch), version.past)


def _bare(version: Partial) -> VersionSet:
    """`1.2` is `=1.2`, but `1.2-1.4` is meant as a span by whoever writes it."""
    if version.complete and len(version.numbers) < _NUMBERS and version.key[3][0][0] == 0:
        raise InvalidBoundError("a span needs spaces, as in `1.2 - 1.4`")
    return _covered(version)


def _same(version: Partial) -> VersionSet:
    """`==1.2`: 1.2.0 alone, as in PEP 440; only `==1.2.*` is a prefix."""
    if version.complete or version.wildcard:
        return _covered(version)
    return between(version.key, after_builds(version.key))


def _above(version: Partial) -> VersionSet:
    return NOTHING if version.past is None else between(version.past, None)


def _below(version: Partial) -> VersionSet:
    """`<2` and `<2.0.0` leave out the pre-releases of 2.0.0; one that is named is a plain end."""
    major, minor, patch, prerelease, build = version.key
    plain = prerelease == RELEASE and not build
    return between(LEAST, first_key(major, minor, patch) if plain else version.key)


def _tilde(version: Partial) -> VersionSet:
    """`~1.2.3` and `~1.2` fix the minor, `~1` the major."""
    if not version.numbers:
        return EVERYTHING
    return between(version.key, version.after(min(len(version.numbers) - 1, 1)))


def _caret(version: Partial) -> VersionSet:
    """`^1.2.3` fixes everything up to the first number that is not 0, or the last one written."""
    if not version.numbers:
        return EVERYTHING
    last = len(version.numbers) - 1
    fixed = next((at for at, number in enumerate(version.numbers) if number), last)
    return between(version.key, version.after(fixed))


def _compatible(version: Partial) -> VersionSet:
    """`~=1.2.3` fixes all numbers but the last written one, as in PEP 440."""
    if version.wildcard or len(version.numbers) == 1:
        raise InvalidBoundError("`~=` needs at least two numbers and no wildcard")
    return between(version.key, version.after(len(version.numbers) - 2))


_MEANING: Final[Mapping[str, Callable[[Partial], VersionSet]]] = {
    "": _bare,
    "=": _covered,
    "==": _same,
    "!=": lambda version: _same(version).complement(),
    ">": _above,
    ">=": lambda version: between(version.start, None),
    "=>": lambda version: between(version.start, None),
    "<": _below,
    "<=": lambda version: between(LEAST, version.past),
    "=<": lambda version: between(LEAST, version.past),
    "~": _tilde,
    "~>": _tilde,
    "^": _caret,
    "~=": _compatible,
}
