"""Dividing versions: which of them a number of masks do not tell apart.

`specs/resolve.md#masks`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

Key: TypeAlias = tuple[int, int]


def key(mask: int) -> Key:
    """Give what to look a mask up by.

    An integer's own hash is its remainder by a number of the form 2**n - 1, so that of a thousand single bits
    most would collide.
    """
    return mask.bit_length(), mask


def divided(whole: int, masks: Iterable[int]) -> list[int]:
    """Divide a mask by others; versions that are in the same ones of these stay together.

    Masks are mostly runs of neighbours, so what they begin and end at is looked at, not every version: it
    costs a step for each run, however many masks there are.
    """
    turns: dict[int, int] = {}
    for number, mask in enumerate(masks):
        for place in _places((mask & whole) ^ (mask & whole) << 1):
            turns[place] = turns.get(place, 0) ^ 1 << number
    alike: dict[Key, int] = {}
    inside = begin = 0
    for place in (*sorted(turns), whole.bit_length()):
        between = whole & (1 << place) - (1 << begin)
        if between:
            alike[key(inside)] = alike.get(key(inside), 0) | between
        inside ^= turns.get(place, 0)
        begin = place
    return list(alike.values())


def _places(mask: int) -> Iterator[int]:
    """Give the bits of a mask."""
    while mask:
        last = mask & -mask
        yield last.bit_length() - 1
        mask ^= last
