"""What an unquoted YAML scalar means, by YAML 1.2's core schema and as kubectl reads manifests."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, TypeAlias

Scalar: TypeAlias = str | int | float | bool | None
Resolver: TypeAlias = Callable[[str], Scalar]


class NotInJsonError(ValueError):
    """A scalar is a number that JSON cannot write: not a number, infinite, or without measure."""


_CORE_WORDS: Final[dict[str, Scalar]] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_MAYBE_CORE: Final = frozenset("~nNtTfF+-.0123456789")
_CORE_INTEGER: Final = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NO_NUMBER: Final = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")

_KUBECTL_WORDS: Final[dict[str, Scalar]] = {
    **_CORE_WORDS,
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "off", "Off", "OFF"), False),
}
_MAYBE_KUBECTL: Final = _MAYBE_CORE | frozenset("yYoO")
_KUBECTL_INTEGER: Final = re.compile(
    r"(?P<sign>[-+]?)(?:0[xX](?P<x>[0-9a-fA-F]+)|0[bB](?P<b>[01]+)|0[oO]?(?P<o>[0-7]+)"
    r"|(?P<d>0|[1-9][0-9]*))"
)
_BASES: Final = {"x": 16, "b": 2, "o": 8, "d": 10}
_LOOSE: Final = re.compile(r"(?<=[0-9])_(?=[0-9])")
_INFINITE: Final = frozenset((float("inf"), float("-inf")))
_LARGEST_INTEGER: Final = 2**64
_MOST_DIGITS: Final = 1000
_LARGEST_EXACT: Final = 1e21  # from here on Go writes a float with an exponent


def core(text: str) -> Scalar:
    """Give the value of an unquoted scalar in YAML 1.2's core schema (chapter 10.3).

    Raises `NotInJsonError`.
    """
    if text and text[0] not in _MAYBE_CORE:
        return text
    if text in _CORE_WORDS:
        return _CORE_WORDS[text]
    if _CORE_INTEGER.fullmatch(text):
        return _integer(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
    if _FLOAT.fullmatch(text):
        value = float(text)
        if value in _INFINITE:
            raise NotInJsonError(f"the number `{text[:40]}` is too large")
        return value
    return _no_number(text)


def kubectl(text: str) -> Scalar:
    """Give the value of an unquoted scalar as kubectl reads it, whose YAML is mostly 1.1.

    There are words for booleans (`yes`, `off`), octals (`0644`), binaries and `_` between digits, but
    neither dates nor base 60; a float without a fraction becomes an integer on its way through JSON
    (go-yaml's `resolve.go` and Go's `encoding/json`).  Raises `NotInJsonError`.
    """
    if text and text[0] not in _MAYBE_KUBECTL:
        return text
    if text in _KUBECTL_WORDS:
        return _KUBECTL_WORDS[text]
    digits = _LOOSE.sub("", text) if text[:1] == "." else text.replace("_", "")
    if match := _KUBECTL_INTEGER.fullmatch(digits):
        base = match.lastgroup or "d"
        number = _integer(match["sign"] + match[base], _BASES[base])
        if -_LARGEST_INTEGER // 2 <= number < _LARGEST_INTEGER:
            return number
    if _FLOAT.fullmatch(digits) and (value := float(digits)) not in _INFINITE:
        return without_fraction(value)
    return _no_number(text)


def without_fraction(value: float) -> int | float:
    """Give a float as Go writes it in JSON: as an integer where nothing stands behind the point."""
    return int(value) if value.is_integer() and abs(value) < _LARGEST_EXACT else value


def _integer(text: str, base: int) -> int:
    if len(text) > _MOST_DIGITS:
        raise NotInJsonError(f"a number of {len(text)} digits is too long")
    return int(text, base)


def _no_number(text: str) -> str:
    if _NO_NUMBER.fullmatch(text):
        raise NotInJsonError(f"`{text}` is a number that JSON cannot write")
    return text
