"""Finding a cycle, and saying it in words."""

from __future__ import annotations

import networkx as nx


def find_cycle(graph: nx.DiGraph[str]) -> str:
    """Give a cycle as `a -> b -> a, through the aliases x, y`, or nothing where there is none.

    It is a shortest one through the first name, in alphabetical order, that is on any cycle: the same
    for equal graphs whatever the order in which they were drawn.  Linear in the graph's size.
    """
    circular = {
        name
        for component in nx.strongly_connected_components(graph)
        if len(component) > 1
        for name in component
    } | set(nx.nodes_with_selfloops(graph))
    if not circular:
        return ""
    path = _shortest(graph, min(circular))
    aliases = [graph.edges[edge]["alias"] for edge in nx.utils.pairwise(path)]
    noun = "alias" if len(aliases) == 1 else "aliases"
    return f"`{' -> '.join(path)}`, through the {noun} {', '.join(f'`{a}`' for a in aliases)}"


def _shortest(graph: nx.DiGraph[str], start: str) -> list[str]:
    """Give a shortest path from a node on a cycle back to itself; of several, the first in order."""
    found = {start: [start]}
    frontier = [start]
    while frontier:
        reached: list[str] = []
        for name in frontier:
            for successor in sorted(graph.successors(name)):
                if successor == start:
                    return [*found[name], start]
                if successor not in found:
                    found[successor] = [*found[name], successor]
                    reached.append(successor)
        frontier = reached
    raise AssertionError(start)  # pragma: no cover - only called for nodes on a cycle
