"""A graph as a flowchart of Mermaid, which GitHub and GitLab draw in Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mistpm.draw.labels import edge_line, node_lines
from mistpm.model.graph import Graph, GraphEdge, NodeKind

MOST_ARROWS = 500
"""Arrows that Mermaid draws unless whoever embeds it allows more; GitHub does not."""

SHAPES: dict[NodeKind, tuple[str, str]] = {
    "asked": ("(", ")"),
    "pulled-in": ("(", ")"),
    "called": ("[[", "]]"),
    "api": ("{{", "}}"),
    "kubernetes": ("[/", "/]"),
    "provided": ("[/", "/]"),
    "unmet": (">", "]"),
    "unresolved": ("(", ")"),
}
CLASSES: dict[NodeKind, str] = {
    "asked": "stroke-width:3px",
    "unresolved": "stroke-width:3px,stroke:#cf222e,stroke-dasharray:5 3",
}
_ODD = re.compile(r"[^A-Za-z0-9 ./@:,_^~+-]")


def mermaid(graph: Graph) -> str:
    """Give a graph as a flowchart; equal graphs give equal bytes."""
    return "\n".join(_lines(graph)) + "\n"


def _lines(graph: Graph) -> Iterator[str]:
    # names of one's own for the nodes: `end`, `subgraph` and others are words of the language
    names = {node.id: f"n{number}" for number, node in enumerate(graph.nodes, start=1)}
    yield "flowchart LR"
    for node in graph.nodes:
        before, after = SHAPES[node.kind]
        label = "<br/>".join(_escaped(line) for line in node_lines(node))
        yield f'  {names[node.id]}{before}"{label}"{after}'
    for edge in graph.edges:
        yield f"  {names[edge.source]} {_arrow(edge)} {names[edge.target]}"
    for kind, style in CLASSES.items():
        members = ",".join(names[node.id] for node in graph.nodes if node.kind == kind)
        if members:
            yield f"  classDef {kind} {style}"
            yield f"  class {members} {kind}"


def _arrow(edge: GraphEdge) -> str:
    arrow = "-.->" if edge.use == "call" or edge.optional else "-->"
    label = _escaped(edge_line(edge))
    return f'{arrow}|"{label}"|' if label else arrow


def _escaped(text: str) -> str:
    """Write what Mermaid or Markdown would read as their own as the number of its character."""
    return _ODD.sub(lambda found: f"#{ord(found[0])};", text)
