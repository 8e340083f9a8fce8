"""A value of a Secret with placeholders in it: values put in, and found again in what is live."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Final

from mistpm.model.secrets import PLACEHOLDER

_SPLIT: Final = re.compile(b"(" + PLACEHOLDER.pattern.encode() + b")")


class SecretText:
    """Bytes in which placeholders stand, each for the bytes of a secret."""

    def __init__(self, text: bytes) -> None:
        self._parts = _SPLIT.split(text)  # what is between placeholders, and those, by turns

    @property
    def placeholders(self) -> frozenset[str]:
        """What has to be put in."""
        return frozenset(part.decode() for part in self._parts[1::2])

    def filled(self, values: Mapping[str, bytes]) -> bytes:
        """Put in all values; what looks like a placeholder in a value stays as it is."""
        return b"".join(
            values[part.decode()] if index % 2 else part for index, part in enumerate(self._parts)
        )

    def found(self, live: bytes, known: Mapping[str, bytes]) -> dict[str, bytes]:
        """Give the values that are not known, as `live` has them in their places.

        Nothing where it has not this text around them, or where it can be read in two ways.  A known
        value may be another one than it was: then it is left open, too.
        """
        return self._found(live, known) or self._found(live, {})

    def _found(self, live: bytes, known: Mapping[str, bytes]) -> dict[str, bytes]:
        between, wanted = [self._parts[0]], []
        for placeholder, text in zip(self._parts[1::2], self._parts[2::2], strict=True):
            if (value := known.get(placeholder.decode())) is not None:
                between[-1] += value + text
            else:
                wanted.append(placeholder.decode())
                between.append(text)
        values = _between(live, between) if wanted else None
        if values is None:
            return {}
        found = dict(zip(wanted, values, strict=True))
        is_same = all(found[name] == value for name, value in zip(wanted, values, strict=True))
        return found if is_same else {}


def _between(whole: bytes, texts: list[bytes]) -> list[bytes] | None:
    """Give what stands between `texts`, which follow each other and make up `whole`; None if not in exactly one way.

    In every reading a text stands between its leftmost and its rightmost place, so that there is one
    reading alone where these are the same.
    """
    first, *inner, last = texts
    end = len(whole) - len(last)
    if not whole.startswith(first) or not whole.endswith(last) or end < len(first):
        return None
    leftmost, at = [], len(first)
    for text in inner:
        at = whole.find(text, at, end)
        if at < 0:
            return None
        leftmost.append(at)
        at += len(text)
    rightmost, at = [], end
    for text in reversed(inner):
        at = whole.rfind(text, len(first), at)
        rightmost.append(at)
    if leftmost != rightmost[::-1]:
        return None
    places = [0, *leftmost, end]
    return [
        whole[place + len(text) : following]
        for (place, following), text in zip(pairwise(places), texts[:-1], strict=True)
    ]
