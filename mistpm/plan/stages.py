"""Putting releases in order (`specs/plan.md`)."""

from __future__ import annotations

import networkx as nx

from mistpm.errors import PlanError
from mistpm.model.lockfile import LockedEdge, LockedPackage, Lockfile
from mistpm.model.plan import Plan, Step
from mistpm.plan.cycles import find_cycle


def plan_releases(lock: Lockfile) -> Plan:
    """Order the releases of a lock: each stands in the first stage after everything that it needs.

    What a release needs are the other releases that it binds and those that provide an API to it.  An
    optional edge that would close a cycle orders nothing (`specs/plan.md#optional-edges`).

    Raises `PlanError`: `dependency-cycle` when releases need each other, `call-cycle` when packages
    call each other.  Costs one walk over all edges, and one more for each optional edge.
    """
    _refuse_call_cycles(lock)
    needs = _needs(lock)
    stages = tuple(
        tuple(
            _step(name, lock.releases[name], set(needs.successors(name))) for name in sorted(stage)
        )
        for stage in nx.topological_generations(needs.reverse(copy=False))
    )
    return Plan(stages=stages)


def _needs(lock: Lockfile) -> nx.DiGraph[str]:
    """Draw the graph from each release to what it needs; raises on a cycle."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(sorted(lock.releases))
    edges = [
        (name, alias, edge)
        for name in sorted(lock.releases)
        for alias, edge in sorted(lock.releases[name].dependencies.items())
        if edge.use != "call" and edge.target in lock.releases and edge.target != name
    ]
    for name, alias, edge in edges:
        if not edge.optional:
            _connect(graph, name, edge.target, alias)
    if cycle := find_cycle(graph):
        raise PlanError(
            "dependency-cycle",
            f"the releases need each other in a circle: {cycle}",
            hint="bind one of the aliases to another release (`bind` in `mistpm.yaml`), "
            "or ask a package's author to make the dependency optional",
        )
    for name, alias, edge in edges:
        if edge.optional and name not in nx.descendants(graph, edge.target) | {edge.target}:
            _connect(graph, name, edge.target, alias)
    return graph


def _refuse_call_cycles(lock: Lockfile) -> None:
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(sorted(lock.called))
    for key in sorted(lock.called):
        for alias, edge in sorted(lock.called[key].dependencies.items()):
            if edge.use == "call":
                _connect(graph, key, edge.target, alias)
    if cycle := find_cycle(graph):
        raise PlanError(
            "call-cycle",
            f"the packages call each other in a circle: {cycle}",
            hint="rendering would never end; exclude one of the versions, or tell the packages' authors",
        )


def _connect(graph: nx.DiGraph[str], source: str, target: str, alias: str) -> None:
    """Add an edge; of several aliases for one target the first is kept."""
    if not graph.has_edge(source, target):
        graph.add_edge(source, target, alias=alias)


def _step(name: str, release: LockedPackage, after: set[str]) -> Step:
    """Say of a release what it comes after, and why."""
    reasons = [
        _reason(alias, edge)
        for alias, edge in sorted(release.dependencies.items())
        if edge.use != "call" and edge.target in after
    ]
    return Step(
        release=name,
        after=tuple(sorted(after)),
        reason=f"after {', '.join(reasons)}" if reasons else "needs no other release",
    )


def _reason(alias: str, edge: LockedEdge) -> str:
    if edge.use == "api":
        return f"`{edge.target}`, which provides `{edge.requires}`"
    return f"`{edge.target}`, its `{alias}`"
