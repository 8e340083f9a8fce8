"""Layers: each node right of everything that leads to it, few crossings.

The method of Sugiyama, Tagawa and Toda ("Methods for Visual Understanding of Hierarchical System
Structures", 1981): break cycles, layer by longest path, put a slot where a link passes a layer, order
each layer by the middle of its neighbours.  What is written on a link has a slot of its own, in a
layer between those of the nodes, so that no text ever lies on another or on a line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from msgspec import Struct

SWEEPS = 12
"""How often all layers are ordered anew; more finds hardly fewer crossings."""


class Box(Struct, frozen=True, kw_only=True):
    """A rectangle to be placed; what is only passed through has no width."""

    width: float = 0.0
    height: float = 0.0


class Link(Struct, frozen=True, kw_only=True):
    """A line from the box at one position to the box at another, with room for its label.

    Of a cycle's links, a `weak` one is drawn backwards rather than another.
    """

    source: int
    target: int
    label: Box = Box()
    weak: bool = False


class Layers(Struct, frozen=True, kw_only=True):
    """Slots in layers from left to right; those of the boxes come first and in their order.

    `chains` has the slots that each link passes, from left to right with both ends; `backward` are the
    links that lead from right to left.
    """

    slots: tuple[Box, ...]
    columns: tuple[tuple[int, ...], ...]
    chains: tuple[tuple[int, ...], ...]
    backward: frozenset[int]


def layered(boxes: Sequence[Box], links: Sequence[Link]) -> Layers:
    """Put boxes into layers; the same for equal input.  Links from a box to itself have no chain.

    Costs `SWEEPS` sorts of all slots, of which there is one for each layer that a link passes.
    """
    backward = _backward(len(boxes), links)
    ranks = _ranks(len(boxes), links, backward)
    slots = list(boxes)
    columns: list[list[int]] = [[] for _ in range(2 * max(ranks, default=0) + 1)]
    for box, rank in enumerate(ranks):
        columns[2 * rank].append(box)
    chains: list[tuple[int, ...]] = []
    for number, link in enumerate(links):
        left, right = _ends(link, backward=number in backward)
        chain = [left]
        for column in range(2 * ranks[left] + 1, 2 * ranks[right]):
            chain.append(len(slots))
            columns[column].append(len(slots))
            slots.append(link.label if column == 2 * ranks[left] + 1 else Box())
        chains.append((*chain, right) if left != right else ())
    ordered = _ordered(columns, chains, len(slots))
    return Layers(
        slots=tuple(slots),
        columns=tuple(tuple(column) for column in ordered),
        chains=tuple(chains),
        backward=frozenset(backward),
    )


def _ends(link: Link, *, backward: bool) -> tuple[int, int]:
    return (link.target, link.source) if backward else (link.source, link.target)


def _backward(count: int, links: Sequence[Link]) -> set[int]:
    """Find links that would close a cycle: first among those that are not weak, then one by one."""
    strong = {number: link for number, link in enumerate(links) if not link.weak}
    found = _closing(count, strong)
    ahead: list[list[int]] = [[] for _ in range(count)]
    for number, link in strong.items():
        left, right = _ends(link, backward=number in found)
        ahead[left].append(right)
    for number, link in enumerate(links):
        if link.weak and _leads(ahead, link.target, link.source):
            found.add(number)
        elif link.weak:
            ahead[link.source].append(link.target)
    return found


def _leads(ahead: Sequence[Sequence[int]], start: int, end: int) -> bool:
    known, waiting = {start}, [start]
    while waiting and end not in known:
        for box in ahead[waiting.pop()]:
            if box not in known:
                known.add(box)
                waiting.append(box)
    return end in known


def _closing(count: int, links: Mapping[int, Link]) -> set[int]:
    """Find links that would close a cycle, walking depth first in the given order."""
    leaving: list[list[int]] = [[] for _ in range(count)]
    for number, link in links.items():
        leaving[link.source].append(number)
    entered = {link.target for link in links.values() if link.target != link.source}
    starts = [box for box in range(count) if box not in entered]
    begun, done, found = set[int](), set[int](), set[int]()
    for start in (*starts, *range(count)):
        if start in begun:
            continue
        begun.add(start)
        stack = [(start, iter(leaving[start]))]
        while stack:
            box, rest = stack[-1]
            number = next(rest, -1)
            if number < 0:
                done.add(box)
                stack.pop()
                continue
            target = links[number].target
            if target not in begun:
                begun.add(target)
                stack.append((target, iter(leaving[target])))
            elif target not in done:
                found.add(number)
    return found


def _ranks(count: int, links: Sequence[Link], backward: set[int]) -> list[int]:
    """Give each box the number of links on the longest way to it."""
    following: list[list[int]] = [[] for _ in range(count)]
    open_links = [0] * count
    for number, link in enumerate(links):
        left, right = _ends(link, backward=number in backward)
        if left != right:
            following[left].append(right)
            open_links[right] += 1
    ranks = [0] * count
    ready = [box for box in range(count) if not open_links[box]]
    for box in ready:  # grows while it is walked
        for right in following[box]:
            ranks[right] = max(ranks[right], ranks[box] + 1)
            open_links[right] -= 1
            if not open_links[right]:
                ready.append(right)
    return ranks


def _ordered(
    columns: list[list[int]], chains: Sequence[tuple[int, ...]], count: int
) -> list[list[int]]:
    """Order the slots of each column by the middle of their neighbours, to the right and back."""
    before: list[list[int]] = [[] for _ in range(count)]
    after: list[list[int]] = [[] for _ in range(count)]
    for chain in chains:
        for left, right in pairwise(chain):
            after[left].append(right)
            before[right].append(left)
    best, fewest = columns, _crossings(columns, after)
    for sweep in range(SWEEPS):
        forward = sweep % 2 == 0
        columns = [list(column) for column in columns]
        for number in range(1, len(columns)):
            at = number if forward else len(columns) - 1 - number
            _sort(columns[at], columns[at - 1 if forward else at + 1], before if forward else after)
        crossings = _crossings(columns, after)
        if crossings < fewest:
            best, fewest = columns, crossings
    return best


def _sort(column: list[int], beside: list[int], neighbours: list[list[int]]) -> None:
    """Order a column by the mean place of what its slots are linked to; the others keep their place."""
    places = {slot: place for place, slot in enumerate(beside)}
    scale = len(beside) / max(len(column), 1)
    wanted = {
        slot: sum(places[other] for other in neighbours[slot]) / len(neighbours[slot])
        if neighbours[slot]
        else place * scale
        for place, slot in enumerate(column)
    }
    column.sort(key=wanted.__getitem__)


def _crossings(columns: list[list[int]], after: list[list[int]]) -> int:
    """Count the pairs of lines that cross, with a Fenwick tree (Barth, Jünger and Mutzel 2002)."""
    total = 0
    for column, beside in pairwise(columns):
        places = {slot: place for place, slot in enumerate(beside)}
        ends = [
            place for slot in column for place in sorted(places[other] for other in after[slot])
        ]
        tree = [0] * (len(beside) + 1)
        for seen, end in enumerate(ends):
            not_above = 0
            at = end + 1
            while at:
                not_above += tree[at]
                at &= at - 1
            total += seen - not_above
            at = end + 1
            while at <= len(beside):
                tree[at] += 1
                at += at & -at
    return total
