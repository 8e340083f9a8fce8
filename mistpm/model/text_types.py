"""Types that documents write as one text; each is registered by the module that defines it.

The document room so needs to import none of them: start-up loads only those that are used.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct


class TextType(Struct, frozen=True, kw_only=True):
    """How a type is read from a text, and how messages name what is wanted.

    `parse` raises `ValueError` with a sentence that says what is wrong.  An index says the same few
    thousand texts over and over, so it looks up what it has read.
    """

    parse: Callable[[str], Any]
    expected: str


TEXT_TYPES: dict[type, TextType] = {}


def register(type_: type, parse: Callable[[str], Any], expected: str) -> None:
    """Tell that a type is written as a text; `expected` is such as ``a range such as `^16` ``."""
    TEXT_TYPES[type_] = TextType(parse=parse, expected=expected)
