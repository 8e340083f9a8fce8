"""Graphs to draw, small and strange and large."""

from __future__ import annotations

import pytest

from mistpm.model.graph import Graph, GraphEdge, GraphNode, NodeKind

ODD = "a\"b\\c<d>&'#;`|*{}[]()\n→é"


@pytest.fixture
def odd() -> Graph:
    """Give a graph with one node of each kind, and with names that mean something to somebody."""
    kinds: tuple[NodeKind, ...] = (
        "asked",
        "pulled-in",
        "called",
        "api",
        "kubernetes",
        "provided",
        "unmet",
        "unresolved",
    )
    nodes = tuple(
        GraphNode(id=f"{kind} {ODD}", kind=kind, package=ODD, version="1") for kind in kinds
    )
    ids = [node.id for node in nodes]
    return Graph(
        title=ODD,
        nodes=nodes,
        edges=(
            GraphEdge(source=ids[0], target=ids[1], use="install", alias="end", range=ODD),
            GraphEdge(source=ids[0], target=ids[2], use="call", alias="call", range=">=1 <2 || ^3"),
            GraphEdge(source=ids[1], target=ids[3], use="api", alias="api", optional=True),
            GraphEdge(source=ids[3], target=ids[1], use="provides"),
            GraphEdge(source=ids[3], target=ids[3], use="provides"),
        ),
    )


def made_graph(size: int) -> Graph:
    """Make a graph as large environments have: releases in rows, an engine that all call, cycles."""
    names = [f"release-{number}" for number in range(size)]
    edges = {
        (names[number], names[(number + step * step) % size])
        for number in range(size)
        for step in range(1, 1 + number % 4)
    }
    return Graph(
        title="made",
        nodes=(
            *(
                GraphNode(
                    id=name,
                    kind="pulled-in" if number % 3 else "asked",
                    package=f"registry/group/package-{number:x}",
                    version=f"{number}.{number % 7}.0",
                )
                for number, name in enumerate(names)
            ),
            GraphNode(id="r/e/engine@1", kind="called", package="r/e/engine", version="1.0.0"),
        ),
        edges=(
            *(
                GraphEdge(
                    source=a, target=b, use="install", alias=f"to-{b}", range="^1.2 || >=3 <4"
                )
                for a, b in sorted(edges)
            ),
            *(
                GraphEdge(
                    source=name, target="r/e/engine@1", use="call", alias="engine", range="^1"
                )
                for name in names
            ),
        ),
    )


@pytest.fixture
def small() -> Graph:
    """Give a graph of a dozen releases."""
    return made_graph(12)


@pytest.fixture
def large() -> Graph:
    """Give a graph of a hundred releases."""
    return made_graph(100)
