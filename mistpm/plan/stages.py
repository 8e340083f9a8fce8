"""Putting releases in order (`specs/plan.md`)."""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter

from mistpm.errors import PlanError
from mistpm.model.lockfile import LockedEdge, LockedPackage, Lockfile
from mistpm.model.plan import Plan, Step

_Graph = dict[str, dict[str, str]]
"""From each name to those that it needs, with the alias by which it calls them."""


def plan_releases(lock: Lockfile) -> Plan:
    """Order the releases of a lock: each stands in the first stage after everything that it needs.

    What a release needs are the other releases that it binds and those that provide an API to it.  An
    optional edge that would close a cycle orders nothing (`specs/plan.md#optional-edges`).

    Raises `PlanError`: `dependency-cycle` when releases need each other, `call-cycle` when packages
    call each other.  Costs one walk over all edges, and one more for each optional edge.
    """
    _refuse_call_cycles(lock)
    needs = _needs(lock)
    stages = []
    sorter = TopologicalSorter(needs)
    sorter.prepare()
    while sorter.is_active():
        names = sorted(sorter.get_ready())
        stages.append(tuple(_step(name, lock.releases[name], set(needs[name])) for name in names))
        sorter.done(*names)
    return Plan(stages=tuple(stages))


def _needs(lock: Lockfile) -> _Graph:
    """Draw the graph from each release to what it needs; raises on a cycle."""
    graph: _Graph = {name: {} for name in sorted(lock.releases)}
    edges = [
        (name, alias, edge)
        for name in sorted(lock.releases)
        for alias, edge in sorted(lock.releases[name].dependencies.items())
        if edge.use != "call" and edge.target in lock.releases and edge.target != name
    ]
    for name, alias, edge in edges:
        if not edge.optional:
            graph[name].setdefault(edge.target, alias)
    if cycle := _cycle(graph):
        raise PlanError(
            "dependency-cycle",
            f"the releases need each other in a circle: {cycle}",
            hint="bind one of the aliases to another release (`bind` in `mistpm.yaml`), "
            "or ask a package's author to make the dependency optional",
        )
    for name, alias, edge in edges:
        if edge.optional and not _leads(graph, edge.target, name):
            graph[name].setdefault(edge.target, alias)
    return graph


def _refuse_call_cycles(lock: Lockfile) -> None:
    graph: _Graph = {name: {} for name in sorted(lock.called)}
    for key in sorted(lock.called):
        for alias, edge in sorted(lock.called[key].dependencies.items()):
            if edge.use == "call":
                graph[key].setdefault(edge.target, alias)
    if cycle := _cycle(graph):
        raise PlanError(
            "call-cycle",
            f"the packages call each other in a circle: {cycle}",
            hint="rendering would never end; exclude one of the versions, or tell the packages' authors",
        )


def _cycle(graph: _Graph) -> str:
    """Name a cycle, empty where there is none; only naming it takes networkx, which takes long to import."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError:
        from mistpm.plan.cycles import find_cycle

        return find_cycle(graph)
    return ""


def _leads(graph: Mapping[str, Mapping[str, str]], start: str, goal: str) -> bool:
    """Tell whether a way leads from one name to another, or they are the same."""
    seen, ahead = {start}, [start]
    while ahead and goal not in seen:
        found = [name for name in graph[ahead.pop()] if name not in seen]
        seen.update(found)
        ahead += found
    return goal in seen


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
