"""What stands in a graph: the same words in every form of drawing."""

from __future__ import annotations

from mistpm.model.graph import GraphEdge, GraphNode, NodeKind

KINDS: dict[NodeKind, str] = {
    "asked": "asked for",
    "pulled-in": "pulled in",
    "called": "called while rendering",
    "api": "API",
    "kubernetes": "Kubernetes",
    "provided": "provided by others",
    "unmet": "nobody",
    "unresolved": "cannot be resolved",
}
"""Kinds of nodes in words, in the order of a legend."""

LONGEST = 48
"""Characters of one line in a drawing; what is longer is cut in its middle."""


def node_lines(node: GraphNode) -> tuple[str, ...]:
    """Give the lines of a node: what it is called, and what it is."""
    if node.kind == "called":
        return node.package, node.version
    if node.kind in {"kubernetes", "provided", "unmet"}:
        return (KINDS[node.kind],)
    if node.package:
        failed = ", unresolved" if node.kind == "unresolved" else ""
        return node.id, f"{node.package} {node.version}".rstrip() + failed
    return node.id, KINDS[node.kind]


def edge_line(edge: GraphEdge) -> str:
    """Give the words at an edge: the alias, and the range where there is one."""
    if edge.use == "provides":
        return ""
    words = (edge.alias, edge.range if edge.range != "*" else "", "?" if edge.optional else "")
    return " ".join(word for word in words if word)


def node_title(node: GraphNode) -> str:
    """Say all of a node in one line."""
    what = f": {node.package} {node.version}".rstrip() if node.package else ""
    return f"{node.id}{what} ({KINDS[node.kind]})"


def edge_title(edge: GraphEdge) -> str:
    """Say all of an edge in one line."""
    if edge.use == "provides":
        return f"{edge.source} is provided by {edge.target}"
    verb = {"install": "needs", "call": "calls", "api": "needs the API"}[edge.use]
    range_ = f" {edge.range}" if edge.range else ""
    optional = ", if it is there" if edge.optional else ""
    return f"{edge.source} {verb} {edge.target}{range_} as {edge.alias}{optional}"


def shortened(text: str) -> str:
    """Cut a text in its middle so that it fits into a drawing."""
    if len(text) <= LONGEST:
        return text
    half = (LONGEST - 1) // 2
    return f"{text[: LONGEST - 1 - half]}…{text[-half:]}"
