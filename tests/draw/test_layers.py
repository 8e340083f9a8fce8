"""Where boxes and lines go: laws that hold for every graph."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistpm.draw.layers import Box, Layers, Link, layered
from mistpm.draw.placing import Spacing, placed

LABEL = Box(width=30, height=10)
SPACING = Spacing()


@st.composite
def drawings(draw: st.DrawFn) -> tuple[list[Box], list[Link]]:
    """Make boxes and links between them, cycles and links to oneself among them."""
    count = draw(st.integers(1, 12))
    sizes = draw(st.lists(st.integers(1, 90), min_size=count, max_size=count))
    boxes = [Box(width=size, height=size / 2) for size in sizes]
    ends = st.integers(0, count - 1)
    pairs = draw(st.lists(st.tuples(ends, ends), max_size=24))
    labels = draw(st.lists(st.booleans(), min_size=len(pairs), max_size=len(pairs)))
    links = [
        Link(
            source=source,
            target=target,
            label=LABEL if is_labelled else Box(),
            weak=(source + target) % 3 == 0,
        )
        for (source, target), is_labelled in zip(pairs, labels, strict=True)
    ]
    return boxes, links


def columns_of(layers: Layers) -> dict[int, int]:
    """Give the column of each slot."""
    return {slot: number for number, column in enumerate(layers.columns) for slot in column}


@pytest.mark.slow
@given(drawings())
def test_every_link_leads_to_the_right_column_by_column(
    drawing: tuple[list[Box], list[Link]],
) -> None:
    """Its chain has a slot in each column on the way, begins and ends at its boxes."""
    boxes, links = drawing
    layers = layered(boxes, links)
    column = columns_of(layers)
    assert sorted(column) == list(range(len(layers.slots)))
    for number, (link, chain) in enumerate(zip(links, layers.chains, strict=True)):
        ends = [link.source, link.target]
        if link.source == link.target:
            assert () == chain
            continue

        assert ends[:: -1 if number in layers.backward else 1] == [chain[0], chain[-1]]
        assert {1} == {column[right] - column[left] for left, right in pairwise(chain)}
        assert link.label == layers.slots[chain[1]]


@pytest.mark.slow
@given(drawings())
def test_nothing_lies_on_anything_else(drawing: tuple[list[Box], list[Link]]) -> None:
    """In a column everything has its distance from the next, and columns have theirs."""
    layers = layered(*drawing)
    places = placed(layers, SPACING)
    for column in layers.columns:
        for above, below in pairwise(column):
            bottom = places.middles[above] + layers.slots[above].height / 2
            top = places.middles[below] - layers.slots[below].height / 2

            assert top - bottom >= SPACING.lines - 0.001
    for (left, width), right in zip(
        zip(places.lefts, places.widths, strict=True), places.lefts[1:], strict=False
    ):
        assert right - left - width >= SPACING.layers - 0.001


@pytest.mark.slow
@given(drawings())
def test_everything_is_within_the_drawing(drawing: tuple[list[Box], list[Link]]) -> None:
    """Whose size is no more than that takes."""
    layers = layered(*drawing)
    places = placed(layers, SPACING)
    tops = [m - s.height / 2 for m, s in zip(places.middles, layers.slots, strict=True)]
    bottoms = [m + s.height / 2 for m, s in zip(places.middles, layers.slots, strict=True)]

    assert (0, True) == (round(min(tops), 6), abs(max(bottoms) - places.height) < 0.001)


def test_links_that_need_not_cross_do_not() -> None:
    """Two rows whose boxes were given crosswise are put in the order of what they lead to."""
    boxes = [Box(width=10, height=10)] * 6
    pairs = [(0, 5), (1, 4), (2, 3)]
    layers = layered(boxes, [Link(source=source, target=target) for source, target in pairs])
    first, *_, last = layers.columns

    assert [dict(pairs)[slot] for slot in first] == list(last)


def test_a_weak_link_is_drawn_backwards_rather_than_another() -> None:
    """What orders nothing gives way, wherever in the cycle it stands."""
    boxes = [Box(width=10, height=10)] * 3
    pairs = [(0, 1), (1, 2), (2, 0)]
    for weak in range(3):
        links = [Link(source=a, target=b, weak=a == weak) for a, b in pairs]

        assert frozenset({weak}) == layered(boxes, links).backward
    assert frozenset() == layered(boxes, [Link(source=2, target=0, weak=True)]).backward


def test_a_chain_is_straight() -> None:
    """What has one neighbour on each side stands level with both."""
    boxes = [Box(width=10, height=10)] * 5
    layers = layered(boxes, [Link(source=n, target=n + 1, label=LABEL) for n in range(4)])

    assert {5.0} == set(placed(layers, SPACING).middles)


def test_nothing_at_all_can_be_placed() -> None:
    """An empty graph is an empty drawing."""
    places = placed(layered([], []), SPACING)

    assert (0, 0) == (places.width, places.height)


@pytest.mark.slow
def test_long_chains_are_walked() -> None:
    """Nothing recurses along packages."""
    count = 3000
    boxes = [Box(width=10, height=10)] * count
    links = [Link(source=n, target=n + 1) for n in range(count - 1)]

    assert 2 * count - 1 == len(layered(boxes, links).columns)
