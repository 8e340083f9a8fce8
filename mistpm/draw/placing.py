"""Places: where the slots of layers stand, as straight as their order allows."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import fsum

from msgspec import Struct

from mistpm.draw.layers import Layers

PASSES = 10
"""How often the layers are straightened, to the right and back."""


class Spacing(Struct, frozen=True, kw_only=True):
    """How far things stand apart: layers, boxes above each other, lines above each other."""

    layers: float = 36.0
    boxes: float = 14.0
    lines: float = 7.0


class Places(Struct, frozen=True, kw_only=True):
    """Where the left edge of each column is, and its width; where the middle of each slot is, from above."""

    lefts: tuple[float, ...]
    widths: tuple[float, ...]
    middles: tuple[float, ...]
    column_of: tuple[int, ...]
    width: float
    height: float

    def left_of(self, slot: int) -> float:
        """Give where the left edge of a slot's column is."""
        return self.lefts[self.column_of[slot]]


def placed(layers: Layers, spacing: Spacing) -> Places:
    """Place the slots of layers without one lying on another; costs `PASSES` walks over all of them."""
    middles = _middles(layers, spacing)
    tops = [middles[s] - slot.height / 2 for s, slot in enumerate(layers.slots)]
    top = min(tops, default=0.0)
    bottom = max(
        (m + s.height / 2 for m, s in zip(middles, layers.slots, strict=True)), default=0.0
    )
    widths = [max((layers.slots[s].width for s in column), default=0) for column in layers.columns]
    lefts, x = [], 0.0
    column_of = [0] * len(layers.slots)
    for number, (column, width) in enumerate(zip(layers.columns, widths, strict=True)):
        lefts.append(x)
        x += width + spacing.layers
        for slot in column:
            column_of[slot] = number
    return Places(
        lefts=tuple(lefts),
        widths=tuple(widths),
        middles=tuple(middle - top for middle in middles),
        column_of=tuple(column_of),
        width=x - spacing.layers if widths else 0.0,
        height=bottom - top,
    )


def _middles(layers: Layers, spacing: Spacing) -> list[float]:
    """Move every slot towards its neighbours, as far as its column has room."""
    linked: list[list[list[int]]] = [[[], []] for _ in layers.slots]
    for chain in layers.chains:
        for left, right in pairwise(chain):
            linked[left][1].append(right)
            linked[right][0].append(left)
    middles = [0.0] * len(layers.slots)
    apart = [_apart(layers, column, spacing) for column in layers.columns]
    for column, distances in zip(layers.columns, apart, strict=True):
        _spread(column, distances, middles, [0.0] * len(column), [1.0] * len(column))
    for turn in range(PASSES):
        sides = [0, 1] if turn >= PASSES - 2 else [turn % 2]
        numbers = range(len(layers.columns))
        for number in numbers if turn % 2 == 0 else reversed(numbers):
            column = layers.columns[number]
            wanted, weights = [], []
            for slot in column:
                near = [middles[other] for side in sides for other in linked[slot][side]]
                wanted.append(fsum(near) / len(near) if near else middles[slot])
                # what is only passed through is drawn straight before anything else
                weights.append(0.1 if not near else 1.0 if layers.slots[slot].height else 4.0)
            _spread(column, apart[number], middles, wanted, weights)
    return middles


def _apart(layers: Layers, column: Sequence[int], spacing: Spacing) -> list[float]:
    """Give how far from the top of its column each slot is at least."""
    found, y = [], 0.0
    for number, slot in enumerate(column):
        height = layers.slots[slot].height
        if number:
            above = layers.slots[column[number - 1]].height
            y += (above + height) / 2 + (spacing.boxes if above and height else spacing.lines)
        found.append(y)
    return found


def _spread(
    column: Sequence[int],
    apart: Sequence[float],
    middles: list[float],
    wanted: Sequence[float],
    weights: Sequence[float],
) -> None:
    """Put a column as near to what is wanted as its order and distances allow, by least squares.

    That is an isotonic regression, solved by pooling adjacent violators (Ayer and others 1955).
    """
    pools: list[tuple[float, float, int]] = []
    for aim, distance, weight in zip(wanted, apart, weights, strict=True):
        value, mass, size = aim - distance, weight, 1
        while pools and pools[-1][0] >= value:
            other, other_mass, other_size = pools.pop()
            value = (value * mass + other * other_mass) / (mass + other_mass)
            mass += other_mass
            size += other_size
        pools.append((value, mass, size))
    at = 0
    for value, _mass, size in pools:
        for slot, distance in zip(column[at : at + size], apart[at : at + size], strict=True):
            middles[slot] = value + distance
        at += size
