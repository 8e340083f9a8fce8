"""A graph in the language of Graphviz (https://graphviz.org/doc/info/lang.html)."""

from __future__ import annotations

from collections.abc import Iterator

from mistpm.draw.labels import edge_line, edge_title, node_lines, node_title
from mistpm.model.graph import Graph, GraphEdge, GraphNode, NodeKind

STYLES: dict[NodeKind, str] = {
    "asked": 'style="rounded,bold"',
    "pulled-in": 'style="rounded"',
    "called": 'style="dashed"',
    "api": 'shape="hexagon"',
    "kubernetes": 'shape="box3d"',
    "provided": 'shape="box3d"',
    "unmet": 'shape="plain"',
    "unresolved": 'style="rounded,bold,dashed", color="red"',
}


def dot(graph: Graph) -> str:
    """Give a graph as dot; equal graphs give equal bytes."""
    return "\n".join(_lines(graph)) + "\n"


def _lines(graph: Graph) -> Iterator[str]:
    yield f"digraph {_quoted(graph.title)} {{"
    yield '  rankdir="LR";'
    yield '  node [shape="box", fontname="sans-serif", fontsize="11"];'
    yield '  edge [fontname="sans-serif", fontsize="9"];'
    for node in graph.nodes:
        yield f"  {_quoted(node.id)} [{_node(node)}];"
    for edge in graph.edges:
        yield f"  {_quoted(edge.source)} -> {_quoted(edge.target)} [{_edge(edge)}];"
    yield "}"


def _node(node: GraphNode) -> str:
    label = "\\n".join(_escaped(line) for line in node_lines(node))
    return f'label="{label}", tooltip={_quoted(node_title(node))}, {STYLES[node.kind]}'


def _edge(edge: GraphEdge) -> str:
    style = "dotted" if edge.optional else "dashed" if edge.use == "call" else "solid"
    label = f"label={_quoted(edge_line(edge))}, " if edge_line(edge) else ""
    arrow = ', arrowhead="empty"' if edge.use == "provides" else ""
    return f'{label}tooltip={_quoted(edge_title(edge))}, style="{style}"{arrow}'


def _quoted(text: str) -> str:
    return f'"{_escaped(text)}"'


def _escaped(text: str) -> str:
    """Escape what ends a string of dot, and the backslash, which begins an escape in a label."""
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
