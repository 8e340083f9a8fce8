"""Finding a cycle, and saying it in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import networkx as nx

_MOST_NAMES: Final = 20


def find_cycle(edges: Mapping[str, Mapping[str, str]]) -> str:
    """Give a cycle as `a -> b -> a, through the aliases x, y`, or nothing where there is none.

    `edges` lead from each name to others, with an alias.

    It is a shortest one through the first name, in alphabetical order, that is on any cycle: the same
    for equal graphs whatever the order in which they were drawn.  Linear in the graph's size.
    """
    graph: nx.DiGraph[str] = nx.DiGraph(
        (source, target) for source, targets in edges.items() for target in targets
    )
    circular = {
        name
        for component in nx.strongly_connected_components(graph)
        if len(component) > 1
        for name in component
    } | set(nx.nodes_with_selfloops(graph))
    if not circular:
        return ""
    path = _shortest(graph, min(circular))
    aliases = [f"`{edges[edge[0]][edge[1]]}`" for edge in nx.utils.pairwise(path)]
    noun = "alias" if len(aliases) == 1 else "aliases"
    shown = " -> ".join(_shortened(path))
    return f"`{shown}`, through the {noun} {', '.join(_shortened(aliases))}"


def _shortened(names: list[str]) -> list[str]:
    """Leave the middle out where there are too many names to read."""
    left_out = len(names) - _MOST_NAMES
    if left_out <= 0:
        return names
    half = _MOST_NAMES // 2
    return [*names[:half], f"({left_out} more)", *names[-half:]]


def _shortest(graph: nx.DiGraph[str], start: str) -> list[str]:
    """Give a shortest path from a node on a cycle back to itself; of several, the first in order."""
    before: dict[str, str] = {}
    frontier = [start]
    while frontier:
        reached: list[str] = []
        for name in frontier:
            for successor in sorted(graph.successors(name)):
                if successor not in before:
                    before[successor] = name
                    reached.append(successor)
                if successor == start:
                    return _path(before, start)
        frontier = reached
    raise AssertionError(start)  # pragma: no cover - only called for nodes on a cycle


def _path(before: dict[str, str], start: str) -> list[str]:
    path = [start, before[start]]
    while path[-1] != start:
        path.append(before[path[-1]])
    return path[::-1]
