"""A resolution as a graph that can be drawn: who needs what, and who meets it."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

NodeKind = Literal[
    "asked", "pulled-in", "called", "api", "kubernetes", "provided", "unmet", "unresolved"
]
"""A release of the file, one that was pulled in, a called package, a required API, who else meets a
requirement (Kubernetes, somebody outside, nobody), and a release that has no solution."""


class GraphNode(Struct, frozen=True, kw_only=True, rename="camel"):
    """One thing in the graph; `id` is its name, its called key, or the API.

    `package` and `version` are those of releases and called packages, empty for others.
    """

    id: str
    kind: NodeKind
    package: str = ""
    version: str = ""


class GraphEdge(Struct, frozen=True, kw_only=True, rename="camel"):
    """`source` needs `target` as `alias`, in this range; `use` is `provides` where an API is met by it."""

    source: str
    target: str
    use: Literal["install", "call", "api", "provides"]
    alias: str = ""
    range: str = ""
    optional: bool = False


class Graph(Struct, frozen=True, kw_only=True, rename="camel"):
    """Nodes and edges, sorted: equal locks give equal graphs.  `title` says of what."""

    title: str
    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]
