"""A version: SemVer 2, with build metadata as the last tie-break.

The order and its reasons are in `specs/versions.md#versions`.
"""

from __future__ import annotations

import re
from typing import Final

from mistpm.model.text_types import register
from mistpm.model.version_key import RELEASE, Key, identifiers

LONGEST: Final = 256
"""Characters that a version may have: far beyond real ones, and hostile input costs nothing."""

_NUMBER = r"(0|[1-9][0-9]*)"
_PRERELEASE = r"(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
_BUILD = r"[0-9A-Za-z-]+"
_SUFFIX = rf"(?:-({_PRERELEASE}(?:\.{_PRERELEASE})*))?(?:\+({_BUILD}(?:\.{_BUILD})*))?"
_VERSION: Final = re.compile(rf"v?{_NUMBER}\.{_NUMBER}(?:\.{_NUMBER})?{_SUFFIX}")


class InvalidVersionError(ValueError):
    """A text is not a version; `fault` says why, the message says it as a whole sentence."""

    def __init__(self, text: str, fault: str) -> None:
        super().__init__(f"`{text}` is not a version: {fault}.")
        self.fault = fault


class Version:
    """One version, made by `parse_version`.

    Compared and hashed by `key`, so `v1.2`, `1.2` and `1.2.0` are equal; `str()` gives the text as
    it was written.  `prerelease` and `build` are empty where there are none.
    """

    # A plain class: msgspec would read a Struct from a mapping, and this is written as a text.
    __slots__ = ("build", "key", "prerelease", "text")

    def __init__(self, *, text: str, prerelease: str, build: str, key: Key) -> None:
        self.text = text
        self.prerelease = prerelease
        self.build = build
        self.key = key

    @property
    def major(self) -> int:
        """The first number."""
        return self.key[0]

    @property
    def minor(self) -> int:
        """The second number."""
        return self.key[1]

    @property
    def patch(self) -> int:
        """The third number, 0 where it was not written."""
        return self.key[2]

    @property
    def is_prerelease(self) -> bool:
        """Whether this comes before the release of the same numbers."""
        return self.prerelease != ""

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"Version({self.text!r})"

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return self.key == other.key if isinstance(other, Version) else NotImplemented

    def __lt__(self, other: Version) -> bool:
        return self.key < other.key

    def __le__(self, other: Version) -> bool:
        return self.key <= other.key

    def __gt__(self, other: Version) -> bool:
        return self.key > other.key

    def __ge__(self, other: Version) -> bool:
        return self.key >= other.key


_known: dict[str, Version] = {}


def parse_version(text: str) -> Version:
    """Read `1.2.3-rc.1+2`; a leading `v` and a missing patch are accepted and kept as written.

    Raises `InvalidVersionError`.  A text is read once per process (2 µs) and then looked up.
    """
    version = _known.get(text)
    if version is None:
        match = _VERSION.fullmatch(text) if len(text) <= LONGEST else None
        if match is None:
            raise InvalidVersionError(shortened(text), _fault(text))
        major, minor, patch, prerelease, build = match.groups("")
        version = _known[text] = Version(
            text=text,
            prerelease=prerelease,
            build=build,
            key=(
                int(major),
                int(minor),
                int(patch or 0),
                identifiers(prerelease) if prerelease else RELEASE,
                identifiers(build) if build else (),
            ),
        )
    return version


def shortened(text: str) -> str:
    """Cut a text that is too long to be shown in a message."""
    return text if len(text) <= LONGEST else f"{text[:40]}…"


def _fault(text: str) -> str:
    """Say what keeps a text that `_VERSION` refuses from being a version."""
    if not text.strip():
        return "it is empty"
    if len(text) > LONGEST:
        return f"it has more than {LONGEST} characters"
    if odd := re.search(r"[^0-9A-Za-z.+-]", text):
        return f"it contains `{odd.group()}`"
    core, *rest = re.split(r"(?=[-+])", text.removeprefix("v"), maxsplit=1)
    suffix = "".join(rest)
    numbers = core.split(".")
    for number in numbers:
        if not number.isdigit():
            return f"`{number}` is not a number" if number else "a number is missing"
        if number[0] == "0" and number != "0":
            return f"the number `{number}` has a leading zero"
    if len(numbers) == 1:
        return f"it has one number only; write `{core}.0.0{suffix}`"
    if len(numbers) > len(("major", "minor", "patch")):
        return "it has more than three numbers"
    return _suffix_fault(suffix)


def _suffix_fault(suffix: str) -> str:
    """Say what is wrong with `-rc.1+2`."""
    prerelease, plus, build = suffix.partition("+")
    if "+" in build:
        return "it has more than one `+`"
    if plus and "" in build.split("."):
        return "an identifier after `+` is empty"
    if "" in prerelease[1:].split("."):
        return "an identifier after `-` is empty"
    zero = next(part for part in prerelease[1:].split(".") if not re.fullmatch(_PRERELEASE, part))
    return f"the pre-release number `{zero}` has a leading zero"


register(Version, parse_version, "a version such as `16.4.0`")
