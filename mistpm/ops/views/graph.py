"""The graph of a lock: releases, called packages, APIs, and who meets them."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from mistpm.model.graph import Graph, GraphEdge, GraphNode, NodeKind
from mistpm.model.lockfile import LockedFailure, LockedPackage, Lockfile
from mistpm.ops.lock_graph import Need, find_nodes, needs_of, nodes
from mistpm.ops.views.glance import Glance, require_locked

NOBODY = "(nobody)"
OUTSIDE: dict[str, NodeKind] = {
    "kubernetes": "kubernetes",
    "provided": "provided",
    NOBODY: "unmet",
}
"""Who meets a requirement that no node meets; no release can be called so."""


class GraphReport(Struct, frozen=True, kw_only=True, rename="camel"):
    """A graph, with what is known of the lock that it was made from."""

    environment: str
    stale: tuple[str, ...]
    graph: Graph
    unresolved: tuple[LockedFailure, ...]


def graph(seen: Glance, names: tuple[str, ...] = ()) -> GraphReport:
    """Give the graph of everything in the lock, or of what `names` need; raises `UsageError`.

    A required API is a node between who requires it and who provides it.  Releases without a solution
    are nodes of their own, without edges unless the lock kept what they had.
    """
    lockfile = seen.lockfile
    for name in names:
        require_locked(seen, name)
    whole = f"{seen.environment.name} ({seen.file})" if seen.environment else seen.file
    return GraphReport(
        environment=seen.file,
        stale=seen.stale,
        graph=graph_of(lockfile, f"{', '.join(names)} in {whole}" if names else whole, names),
        unresolved=lockfile.unresolved,
    )


def graph_of(lockfile: Lockfile, title: str, names: tuple[str, ...] = ()) -> Graph:
    """Give the graph of everything in a lock, or of what `names` need; raises `UsageError`."""
    roots = {node for name in names for node in find_nodes(lockfile, name)}
    known = nodes(lockfile)
    needs = needs_of(lockfile)
    shown = _below(roots, needs) if names else set(known)
    edges = sorted(
        {edge for name in shown for need in needs[name] for edge in _edges(need)},
        key=lambda edge: (edge.source, edge.alias, edge.target),
    )
    failed = {name for part in lockfile.unresolved for name in part.releases}
    failed = failed & shown if names else failed
    ids = {edge.target for edge in edges} | {edge.source for edge in edges} | shown | failed
    return Graph(
        title=title,
        nodes=tuple(_node(id_, known.get(id_), lockfile, failed) for id_ in sorted(ids)),
        edges=tuple(edges),
    )


def _below(roots: set[str], needs: dict[str, tuple[Need, ...]]) -> set[str]:
    found, waiting = set(roots), list(roots)
    while waiting:
        for need in needs[waiting.pop()]:
            target = need.edge.target
            if target in needs and target not in found:
                found.add(target)
                waiting.append(target)
    return found


def _edges(need: Need) -> Iterator[GraphEdge]:
    edge = need.edge
    target = edge.requires if edge.use == "api" else edge.target or NOBODY
    yield GraphEdge(
        source=need.node,
        target=target,
        use=edge.use,
        alias=need.alias,
        range=need.range,
        optional=edge.optional,
    )
    if edge.use == "api":
        yield GraphEdge(source=target, target=edge.target or NOBODY, use="provides")


def _node(
    id_: str, locked: LockedPackage | None, lockfile: Lockfile, failed: set[str]
) -> GraphNode:
    if locked is None:
        return GraphNode(id=id_, kind="unresolved" if id_ in failed else OUTSIDE.get(id_, "api"))
    kind: NodeKind = (
        "called" if id_ in lockfile.called else "asked" if locked.requested else "pulled-in"
    )
    return GraphNode(
        id=id_,
        kind="unresolved" if id_ in failed else kind,
        package=str(locked.package),
        version=str(locked.version),
    )
