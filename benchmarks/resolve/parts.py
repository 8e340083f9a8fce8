"""Parts of a case: roots that lead to a common package, whatever their versions."""

from __future__ import annotations

from collections.abc import Iterator

import networkx as nx

from benchmarks.resolve.case import Case


def parts(case: Case) -> list[tuple[str, ...]]:
    """Divide the roots of a case into groups that share no package, in the order of their first roots.

    Every version of a package counts, whether it can be chosen or not.  Costs a step for each package
    that can be reached, and for each that it names.
    """
    graph: nx.Graph[str] = nx.Graph()
    graph.add_nodes_from(case.roots)
    graph.add_edges_from(_links(case))
    groups: dict[int, list[str]] = {}
    number = {
        package: part
        for part, packages in enumerate(nx.connected_components(graph))
        for package in packages
    }
    for root in case.roots:
        groups.setdefault(number[root], []).append(root)
    return [tuple(group) for group in groups.values()]


def _links(case: Case) -> Iterator[tuple[str, str]]:
    waiting, seen = list(case.roots), set(case.roots)
    while waiting:
        package = waiting.pop()
        for target in case.universe.targets.get(package, ()):
            yield package, target
            if target not in seen:
                seen.add(target)
                waiting.append(target)
