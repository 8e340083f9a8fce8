"""A graph as a drawing: one SVG that needs nothing else, light or dark as whoever looks at it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from html import escape
from typing import Final

from mistpm.draw.labels import KINDS, edge_line, edge_title, node_lines, node_title, shortened
from mistpm.draw.layers import Box, Layers, Link, layered
from mistpm.draw.placing import Places, Spacing, placed
from mistpm.draw.routes import Routes, shown
from mistpm.model.graph import Graph, GraphEdge, GraphNode, NodeKind

CHARACTER: Final = 0.62
"""How wide a character of a monospaced font is, as a part of the font's size; real ones are narrower."""

NAME, DETAIL, LABEL = 13, 11, 10
"""Sizes of text: the first line of a node, its second one, what stands at an edge."""

MARGIN, HEAD, LEGEND_ROW = 20.0, 34.0, 24.0
NODE_HEIGHT, LABEL_HEIGHT, PADDING = 42.0, 17.0, 12.0
NARROWEST = 320.0
"""How much room a legend has, however narrow the drawing is."""

SPACING = Spacing()
STYLE = """\
.mistpm text { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #1f2328; }
.mistpm .name { font-size: 13px; font-weight: 600; }
.mistpm .detail { font-size: 11px; fill: #59636e; }
.mistpm .label { font-size: 10px; fill: #59636e; }
.mistpm .paper { fill: #ffffff; }
.mistpm .node rect { fill: #f6f8fa; stroke: #6e7781; stroke-width: 1.2; }
.mistpm .asked rect { fill: #ddf4ff; stroke: #0969da; stroke-width: 2.6; }
.mistpm .called rect { fill: #ffffff; stroke-dasharray: 5 3; }
.mistpm .api rect { fill: #fff8c5; stroke: #9a6700; }
.mistpm .kubernetes rect, .mistpm .provided rect { fill: #eaeef2; stroke: #1f2328; }
.mistpm .unmet rect { fill: none; stroke-dasharray: 1 4; }
.mistpm .unresolved rect { fill: #ffebe9; stroke: #cf222e; stroke-width: 2.6; stroke-dasharray: 9 4; }
.mistpm .mark { fill: #bf8700; stroke: #ffffff; stroke-width: 2; }
.mistpm .edge path { fill: none; stroke: #6e7781; stroke-width: 1.2; }
.mistpm .call path { stroke-dasharray: 5 3; }
.mistpm .optional path { stroke-dasharray: 1 4; }
.mistpm .edge:hover path { stroke: #0969da; stroke-width: 2.4; }
.mistpm marker path { fill: #6e7781; }
@media (prefers-color-scheme: dark) {
  .mistpm text { fill: #f0f6fc; }
  .mistpm .detail, .mistpm .label { fill: #9198a1; }
  .mistpm .paper { fill: #0d1117; }
  .mistpm .node rect { fill: #151b23; stroke: #9198a1; }
  .mistpm .asked rect { fill: #0c2d6b; stroke: #4493f8; }
  .mistpm .called rect { fill: #0d1117; }
  .mistpm .api rect { fill: #341a00; stroke: #d29922; }
  .mistpm .kubernetes rect, .mistpm .provided rect { fill: #262c36; stroke: #f0f6fc; }
  .mistpm .unresolved rect { fill: #490202; stroke: #f85149; }
  .mistpm .mark { fill: #d29922; stroke: #0d1117; }
  .mistpm .edge path { stroke: #9198a1; }
  .mistpm .edge:hover path { stroke: #4493f8; }
  .mistpm marker path { fill: #9198a1; }
}"""

_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def svg(graph: Graph, *, identity: str = "mistpm", marked: Collection[str] = ()) -> str:
    """Give a graph as SVG; equal graphs give equal bytes.

    All ids begin with `identity`, so that one page can hold several drawings; the nodes `marked` have a dot.
    """
    return "\n".join(_Drawing(graph, identity, marked).lines()) + "\n"


class _Drawing:
    """The graph with a place for everything in it."""

    def __init__(self, graph: Graph, identity: str, marked: Collection[str]) -> None:
        self.graph = graph
        self.identity = identity
        self.marked = marked
        numbers = {node.id: number for number, node in enumerate(graph.nodes)}
        self.links = [
            Link(
                source=numbers[edge.source],
                target=numbers[edge.target],
                label=_label_box(edge),
                weak=edge.optional,
            )
            for edge in graph.edges
        ]
        self.layers: Layers = layered([_node_box(node) for node in graph.nodes], self.links)
        self.places: Places = placed(self.layers, SPACING)
        self.routes = Routes(self.layers, self.places)
        self.legend = _legend_rows(graph, self.places.width)
        widest = max((sum(_legend_width(kind) for kind in row) for row in self.legend), default=0)
        title = _text_width(graph.title, NAME)
        self.width = max(self.places.width, widest, title) + 2 * MARGIN
        legend = LEGEND_ROW * (len(self.legend) + 0.5)
        self.height = self.places.height + 2 * MARGIN + HEAD + legend

    def lines(self) -> Iterator[str]:
        """Give the lines of the file: what is behind comes first."""
        title = _xml(self.graph.title)
        width, height = shown(self.width), shown(self.height)
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
            f' viewBox="0 0 {width} {height}" class="mistpm" role="img"'
            f' aria-labelledby="{self.identity}-title {self.identity}-description">'
        )
        yield f'<title id="{self.identity}-title">{title}</title>'
        yield f'<desc id="{self.identity}-description">{_xml(self._description())}</desc>'
        yield f"<style>\n{STYLE}\n</style>"
        yield (
            f'<defs><marker id="{self.identity}-arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8"'
            ' markerHeight="8" markerUnits="userSpaceOnUse" orient="auto-start-reverse">'
            '<path d="M0 0.5 L8 4 L0 7.5 Z"/></marker></defs>'
        )
        yield f'<rect class="paper" width="{width}" height="{height}"/>'
        yield f'<text class="name" x="{shown(MARGIN)}" y="{shown(MARGIN + 8)}">{title}</text>'
        yield f'<g transform="translate({shown(MARGIN)} {shown(MARGIN + HEAD)})">'
        for number, edge in enumerate(self.graph.edges):
            yield from self._edge(number, edge)
        for number, node in enumerate(self.graph.nodes):
            yield from self._node(number, node)
        yield "</g>"
        yield from self._legend()
        yield "</svg>"

    def _description(self) -> str:
        """Say in words what the drawing shows, for those who do not see it."""
        told = "; ".join(edge_title(edge) for edge in self.graph.edges)
        names = ", ".join(node_title(node) for node in self.graph.nodes)
        return f"{names}. {told}." if told else f"{names}."

    def _node(self, number: int, node: GraphNode) -> Iterator[str]:
        box = self.layers.slots[number]
        x = self.places.left_of(number)
        y = self.places.middles[number] - box.height / 2
        yield f'<g class="node {node.kind}"><title>{_xml(node_title(node))}</title>'
        yield _rectangle(node.kind, x, y, box.width, box.height)
        texts = node_lines(node)
        baselines = (17.0, 33.0) if len(texts) == 2 else (25.0,)
        for place, (text, baseline) in enumerate(zip(texts, baselines, strict=True)):
            yield _text("detail" if place else "name", x + PADDING, y + baseline, shortened(text))
        if node.id in self.marked:
            yield f'<circle class="mark" cx="{shown(x + box.width)}" cy="{shown(y)}" r="6"/>'
        yield "</g>"

    def _edge(self, number: int, edge: GraphEdge) -> Iterator[str]:
        classes = [
            "edge",
            "call" if edge.use == "call" else "",
            "optional" if edge.optional else "",
        ]
        path = self.routes.path(number)
        path = path or self.routes.loop(self.links[number].source, SPACING.layers / 2)
        end = "start" if number in self.layers.backward else "end"
        yield f'<g class="{" ".join(filter(None, classes))}"><title>{_xml(edge_title(edge))}</title>'
        yield f'<path d="{path}" marker-{end}="url(#{self.identity}-arrow)"/>'
        chain = self.layers.chains[number]
        if edge_line(edge) and chain:
            x, y = self.places.left_of(chain[1]), self.places.middles[chain[1]]
            yield _text("label", x, y + 2, shortened(edge_line(edge)))
        yield "</g>"

    def _legend(self) -> Iterator[str]:
        """Tell what the kinds of boxes mean, below the drawing."""
        top = self.places.height + HEAD + 2 * MARGIN + LEGEND_ROW / 2
        for row, kinds in enumerate(self.legend):
            x, y = MARGIN, top + row * LEGEND_ROW
            for kind in kinds:
                yield f'<g class="node {kind}">'
                yield _rectangle(kind, x, y - 11, 22, 14)
                yield f"{_text('label', x + 30, y, KINDS[kind])}</g>"
                x += _legend_width(kind)


def _node_box(node: GraphNode) -> Box:
    name, *details = (shortened(line) for line in node_lines(node))
    widths = [_text_width(name, NAME), *(_text_width(line, DETAIL) for line in details)]
    return Box(width=max(widths) + 2 * PADDING, height=NODE_HEIGHT)


def _label_box(edge: GraphEdge) -> Box:
    line = shortened(edge_line(edge))
    return Box(width=_text_width(line, LABEL), height=LABEL_HEIGHT) if line else Box()


def _legend_rows(graph: Graph, width: float) -> list[list[NodeKind]]:
    """Divide the kinds that the graph has into rows that are not wider than it, if that can be."""
    there = {node.kind for node in graph.nodes}
    rows: list[list[NodeKind]] = []
    room = 0.0
    for kind in (kind for kind in KINDS if kind in there):
        if room < _legend_width(kind):
            rows.append([])
            room = max(width, NARROWEST)
        rows[-1].append(kind)
        room -= _legend_width(kind)
    return rows


def _legend_width(kind: NodeKind) -> float:
    return 30 + _text_width(KINDS[kind], LABEL) + 24


def _text_width(text: str, size: float) -> float:
    return len(text) * size * CHARACTER


def _rectangle(kind: NodeKind, x: float, y: float, width: float, height: float) -> str:
    corner = height / 2 if kind == "api" else 1 if kind == "called" else 5
    where = f'x="{shown(x)}" y="{shown(y)}" width="{shown(width)}" height="{shown(height)}"'
    return f'<rect {where} rx="{shown(corner)}"/>'


def _text(style: str, x: float, y: float, text: str) -> str:
    return f'<text class="{style}" x="{shown(x)}" y="{shown(y)}">{_xml(text)}</text>'


def _xml(text: str) -> str:
    return escape(_NOT_XML.sub("\ufffd", text))
