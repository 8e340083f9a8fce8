"""Drawings: well-formed, alone sufficient, readable."""

from __future__ import annotations

import re
from itertools import combinations
from xml.etree import ElementTree as ET

import pytest
from msgspec import Struct

from mistpm.draw.labels import LONGEST
from mistpm.draw.svg import svg
from mistpm.model.graph import Graph, GraphEdge, GraphNode

NAMESPACE = "{http://www.w3.org/2000/svg}"
SIZES = {"name": 13, "detail": 11, "label": 10}


class Area(Struct, frozen=True):
    """What a text or a box covers."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Area) -> bool:
        """Tell whether two areas share more than an edge."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


def parsed(graph: Graph) -> ET.Element:
    """Draw a graph and read the drawing."""
    return ET.fromstring(svg(graph))  # noqa: S314 - our own


def texts(root: ET.Element) -> list[tuple[str, Area]]:
    """Give the texts of the drawing itself with what they cover in a wide font."""
    found = []
    [drawing] = [g for g in root.findall(f"{NAMESPACE}g") if "transform" in g.attrib]
    for text in drawing.iter(f"{NAMESPACE}text"):
        size = SIZES[text.attrib["class"]]
        x, y = float(text.attrib["x"]), float(text.attrib["y"])
        width = len(text.text or "") * size * 0.62
        found.append((text.text or "", Area(x, y - size * 0.75, x + width, y + size * 0.25)))
    return found


def boxes(root: ET.Element) -> list[Area]:
    """Give what the boxes of the drawing itself cover."""
    [drawing] = [g for g in root.findall(f"{NAMESPACE}g") if "transform" in g.attrib]
    found = []
    for rect in drawing.iter(f"{NAMESPACE}rect"):
        x, y, width, height = (float(rect.attrib[key]) for key in ("x", "y", "width", "height"))
        found.append(Area(x, y, x + width, y + height))
    return found


def test_odd_names_are_only_text(odd: Graph) -> None:
    """What means something in XML stands as it is, once it was read."""
    root = parsed(odd)
    titles = [title.text or "" for title in root.iter(f"{NAMESPACE}title")]

    assert odd.title.replace("\n", " ") == titles[0].replace("\n", " ")
    assert {node.id for node in odd.nodes} <= {
        title.partition(": ")[0] for title in titles[1:] if ": " in title
    }


@pytest.mark.slow
def test_a_large_graph_can_be_read(large: Graph) -> None:
    """No text lies on another, or across the edge of a box, with a hundred releases."""
    root = parsed(large)
    areas = texts(root)
    assert len(areas) > 300
    overlapping = [(one, other) for (one, a), (other, b) in combinations(areas, 2) if a.meets(b)]
    across = [
        text
        for text, area in areas
        for box in boxes(root)
        if area.meets(box)
        and not (box.left <= area.left and area.right <= box.right and box.top <= area.top)
    ]

    assert ([], []) == (overlapping, across)


@pytest.mark.slow
def test_everything_is_within_the_paper(large: Graph) -> None:
    """The drawing is as large as it says."""
    root = parsed(large)
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    shift = re.fullmatch(r"translate\(([\d.]+) ([\d.]+)\)", root.findall(f"{NAMESPACE}g")[0].attrib["transform"])  # fmt: skip
    assert shift is not None
    areas = [*(area for _, area in texts(root)), *boxes(root)]

    assert max(area.right for area in areas) + float(shift[1]) <= width
    assert max(area.bottom for area in areas) + float(shift[2]) <= height
    assert min(min(area.left, area.top) for area in areas) >= 0


@pytest.mark.slow
def test_a_drawing_needs_nothing_else(large: Graph) -> None:
    """No script, no font, no image, no address but that of the format."""
    text = svg(large)
    addresses = set(re.findall(r"https?://[^\"]+", text))

    assert {NAMESPACE.strip("{}")} == addresses
    assert [] == re.findall(r"<(script|image|foreignObject|use)\b|href|@import|url\((?!#)", text)


def test_a_drawing_says_in_words_what_it_shows(odd: Graph) -> None:
    """For those who do not see it; each box and each line has its own words too."""
    root = parsed(odd)
    labels = (root.attrib["aria-labelledby"] or "").split()
    named = {element.attrib.get("id"): element.text for element in root}

    assert ("img", ["mistpm-title", "mistpm-description"]) == (root.attrib["role"], labels)
    assert " is provided by " in (named["mistpm-description"] or "")
    assert len(odd.nodes) + len(odd.edges) == len(list(root.iter(f"{NAMESPACE}title"))) - 1


def test_kinds_can_be_told_apart_without_colour(odd: Graph) -> None:
    """By their lines and corners, which a legend explains."""
    style = svg(odd).partition("@media")[0]
    legend = [text.text for text in parsed(odd).iter(f"{NAMESPACE}text")][-8:]

    assert ["asked for", "pulled in", "called while rendering", "API"] == legend[:4]
    for kind in ("called", "unmet", "unresolved"):
        assert re.search(rf"\.{kind} rect {{[^}}]*stroke-dasharray", style), kind
    assert "stroke-width: 2.6" in style


@pytest.mark.slow
def test_equal_graphs_give_equal_bytes(large: Graph) -> None:
    """The drawing depends on nothing else."""
    assert svg(large) == svg(large)


@pytest.mark.parametrize("length", [LONGEST, LONGEST + 1, 200])
def test_long_names_are_cut_in_their_middle(length: int) -> None:
    """Beginning and end tell the most; the whole name is in the words of the box."""
    name = "a" * (length // 2) + "z" * (length - length // 2)
    root = parsed(Graph(title="t", nodes=(GraphNode(id=name, kind="asked"),), edges=()))
    [shown, *_] = [text for text, _ in texts(root)]

    assert min(length, LONGEST) == len(shown)
    assert (("…" in shown), "a", "z") == (length > LONGEST, shown[0], shown[-1])
    assert name in svg(Graph(title="t", nodes=(GraphNode(id=name, kind="asked"),), edges=()))


def test_an_empty_graph_is_a_drawing() -> None:
    """An environment without releases."""
    assert [] == texts(parsed(Graph(title="nothing", nodes=(), edges=())))


def test_a_cycle_is_drawn_backwards() -> None:
    """The arrow is at the end that is needed, wherever that stands."""
    nodes = (GraphNode(id="a", kind="asked"), GraphNode(id="b", kind="asked"))
    edges = (
        GraphEdge(source="a", target="b", use="install", alias="x"),
        GraphEdge(source="b", target="a", use="install", alias="y"),
    )
    paths = parsed(Graph(title="t", nodes=nodes, edges=edges)).iter(f"{NAMESPACE}path")

    assert ["marker-end", "marker-start"] == [
        key for path in paths for key in path.attrib if key.startswith("marker-")
    ]


def test_several_drawings_fit_on_one_page(small: Graph) -> None:
    """Their names begin with what tells them apart."""
    before, after = (set(re.findall(r'id="([^"]+)"', svg(small, identity=name))) for name in "ab")

    assert {"a-title", "a-description", "a-arrow"} == before
    assert {"b-title", "b-description", "b-arrow"} == after


def test_nodes_can_be_marked(small: Graph) -> None:
    """With a dot, so that nothing depends on colour."""
    first = small.nodes[0].id

    assert [0, 1, 0] == [
        svg(small, marked=marked).count('class="mark"') for marked in ((), {first}, {"nobody"})
    ]
