"""The graph that a lockfile records: who needs what, read without any registry."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from heapq import heappop, heappush
from itertools import count, islice

from msgspec import Struct

from mistpm.errors import UsageError
from mistpm.model.lockfile import LockedEdge, LockedPackage, Lockfile
from mistpm.ops.did_you_mean import did_you_mean


class TreeNode(Struct, frozen=True, kw_only=True):
    """A release or a called package, and below it what it depends on.

    `alias` and `requires` tell how it was reached (empty for a root).  `node` is a release's name or a
    called key.  `repeated` says that its own dependencies are shown where it came first; `note` says
    what meets a requirement that no package meets (`provided by Kubernetes`).
    """

    alias: str = ""
    use: str = ""
    requires: str = ""
    node: str = ""
    package: str = ""
    version: str = ""
    note: str = ""
    repeated: bool = False
    dependencies: tuple[TreeNode, ...] = ()


class Hop(Struct, frozen=True, kw_only=True):
    """One step of a path: `node` needs the next one as `alias`, which `requires` says."""

    node: str
    alias: str
    use: str
    requires: str


class Reason(Struct, frozen=True, kw_only=True, rename="camel"):
    """Why one node is there: the file asks for it, or paths lead to it from releases that it asks for.

    There may be very many paths; `more_paths` tells that not all are given.
    """

    node: str
    package: str
    version: str
    requested: bool
    paths: tuple[tuple[Hop, ...], ...]
    more_paths: bool = False


MOST_PATHS = 50
"""Paths that `why` gives for one node; a wide graph has more than anybody reads."""

NOTES = {
    "kubernetes": "Kubernetes itself",
    "provided": "provided by somebody else",
    "": "nobody; it is optional",
}
"""What meets a requirement that no node meets."""


def nodes(lockfile: Lockfile) -> dict[str, LockedPackage]:
    """Give releases and called packages by name or key."""
    return {**lockfile.releases, **lockfile.called}


def tree(lockfile: Lockfile, names: tuple[str, ...] = ()) -> tuple[TreeNode, ...]:
    """Give the releases that the file asks for (or `names`) with everything below them.

    What was shown once is shown again without its dependencies, so cycles end.  Raises `UsageError`.
    """
    roots = [node for name in names for node in find_nodes(lockfile, name)] or sorted(
        name for name, release in lockfile.releases.items() if release.requested
    )
    seen: set[str] = set()
    start = LockedEdge(use="install", requires="")
    return tuple(_node(lockfile, name, start, "", seen) for name in dict.fromkeys(roots))


def _node(lockfile: Lockfile, name: str, edge: LockedEdge, alias: str, seen: set[str]) -> TreeNode:
    locked = nodes(lockfile).get(name)
    if locked is None:
        note = NOTES.get(edge.target, edge.target)
        return TreeNode(alias=alias, use=edge.use, requires=edge.requires, note=note)
    repeated = name in seen
    seen.add(name)
    below = {} if repeated else locked.dependencies
    return TreeNode(
        alias=alias,
        use=edge.use if alias else "",
        requires=edge.requires,
        node=name,
        package=str(locked.package),
        version=str(locked.version),
        repeated=repeated and bool(locked.dependencies),
        dependencies=tuple(
            _node(lockfile, inner.target, inner, inner_alias, seen)
            for inner_alias, inner in sorted(below.items())
        ),
    )


def find_nodes(lockfile: Lockfile, text: str) -> tuple[str, ...]:
    """Find nodes by a release's name, a called key, or a package: `REGISTRY/GROUP/NAME`, or its end.

    The registry may be one's own name for it.

    Raises `UsageError` with what was perhaps meant.
    """
    known = nodes(lockfile)
    if text in known:
        return (text,)
    exact = [name for name, locked in known.items() if locked.package == text]
    tail = "/".join(text.split("/")[-2:])
    close = [name for name, locked in known.items() if f"/{locked.package}".endswith(f"/{tail}")]
    found = exact or close
    if not found:
        packages = {str(locked.package) for locked in known.values()}
        raise UsageError(
            "not-in-the-lock",
            f"nothing in the lock is called `{text}`",
            context=did_you_mean(text, {*known, *packages}),
            hint="`mistpm tree` shows everything that is there",
        )
    return tuple(sorted(found))


def why(lockfile: Lockfile, text: str) -> tuple[Reason, ...]:
    """Give all reasons for what `text` names, one for each release or called package that it means."""
    return tuple(_reason(lockfile, name) for name in find_nodes(lockfile, text))


def _reason(lockfile: Lockfile, name: str) -> Reason:
    locked = nodes(lockfile)[name]
    paths = tuple(islice(_paths(lockfile, name), MOST_PATHS + 1))
    return Reason(
        node=name,
        package=str(locked.package),
        version=str(locked.version),
        requested=locked.requested,
        paths=paths[:MOST_PATHS],
        more_paths=len(paths) > MOST_PATHS,
    )


def _paths(lockfile: Lockfile, goal: str) -> Iterator[tuple[Hop, ...]]:
    """Give simple paths from a requested release to `goal`, the shortest first.

    Paths grow upwards, always the one with the shortest whole, of these the one with the least
    missing (A*), so that what a wide graph has besides is never looked at.
    """
    above: dict[str, list[Hop]] = {}
    for name, locked in sorted(nodes(lockfile).items()):
        for alias, edge in locked.dependencies.items():
            hop = Hop(node=name, alias=alias, use=edge.use, requires=edge.requires)
            above.setdefault(edge.target, []).append(hop)
    requested = {name for name, release in lockfile.releases.items() if release.requested}
    missing = _distances(lockfile, requested)
    order = count()
    pending: list[tuple[int, int, int, tuple[Hop, ...]]] = [(0, 0, next(order), ())]
    while pending:
        *_, path = heappop(pending)
        head = path[0].node if path else goal
        if path and head in requested:
            yield path
        for hop in above.get(head, ()):
            if hop.node in missing and hop.node != goal and all(hop.node != h.node for h in path):
                rest = missing[hop.node]
                heappush(pending, (len(path) + 1 + rest, rest, next(order), (hop, *path)))


def _distances(lockfile: Lockfile, starts: set[str]) -> dict[str, int]:
    """Give how many hops each node is below the nearest of `starts`; others are left out."""
    known = nodes(lockfile)
    found = dict.fromkeys(starts, 0)
    waiting = deque(sorted(starts))
    while waiting:
        node = waiting.popleft()
        for edge in known[node].dependencies.values():
            if edge.target in known and edge.target not in found:
                found[edge.target] = found[node] + 1
                waiting.append(edge.target)
    return found
