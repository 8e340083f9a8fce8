"""The graph that a lockfile records: its nodes by the names that users have for them, and their edges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from mistpm.errors import UsageError
from mistpm.model.lockfile import LockedEdge, LockedPackage, Lockfile
from mistpm.ops.did_you_mean import did_you_mean

NOTES = {
    "kubernetes": "Kubernetes itself",
    "provided": "provided by somebody else",
    "": "nobody; it is optional",
}
"""What meets a requirement that no node meets."""


class Named(Struct, frozen=True, kw_only=True):
    """What a name means: nodes of the lock (releases, called packages), or APIs that some require."""

    nodes: tuple[str, ...] = ()
    apis: tuple[str, ...] = ()


def nodes(lockfile: Lockfile) -> dict[str, LockedPackage]:
    """Give releases and called packages by name or key."""
    return {**lockfile.releases, **lockfile.called}


class Need(Struct, frozen=True, kw_only=True):
    """One edge of a lock: `node` needs what `edge` says as `alias`; `has_condition` if a `when` decided it."""

    node: str
    alias: str
    edge: LockedEdge
    has_condition: bool = False

    @property
    def range(self) -> str:
        """The versions that will do, as written; nothing for an API."""
        return "" if self.edge.use == "api" else self.edge.requires.partition(" ")[2]


def needs_of(lockfile: Lockfile) -> dict[str, tuple[Need, ...]]:
    """Give what each node needs, by alias."""
    return {
        name: tuple(
            Need(node=name, alias=alias, edge=edge, has_condition=locked.when.get(alias, False))
            for alias, edge in sorted(locked.dependencies.items())
        )
        for name, locked in sorted(nodes(lockfile).items())
    }


def with_needed(lockfile: Lockfile, names: Iterable[str]) -> frozenset[str]:
    """Give releases with all that they need, directly or not; what a lock does not have is nothing."""
    found: set[str] = set()
    waiting = [name for name in names if name in lockfile.releases]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            edges = lockfile.releases[name].dependencies.values()
            waiting += [
                e.target for e in edges if e.use != "call" and e.target in lockfile.releases
            ]
    return frozenset(found)


def needed_by(lockfile: Lockfile) -> dict[str, list[Need]]:
    """Give who needs each node, by name and alias."""
    found: dict[str, list[Need]] = {}
    for needs in needs_of(lockfile).values():
        for need in needs:
            found.setdefault(need.edge.target, []).append(need)
    return found


def find_nodes(lockfile: Lockfile, text: str) -> tuple[str, ...]:
    """Find nodes by a release's name, a called key, or a package: `REGISTRY/GROUP/NAME`, or its end.

    The registry may be one's own name for it.

    Raises `UsageError` with what was perhaps meant.
    """
    known = nodes(lockfile)
    found = _matching(known, text)
    if not found:
        packages = {str(locked.package) for locked in known.values()}
        ends = {package.partition("/")[2] for package in packages}
        ends |= {package.rpartition("/")[2] for package in packages}
        raise UsageError(
            "not-in-the-lock",
            f"nothing in the lock is called `{text}`",
            context=(
                *did_you_mean(text, {*known, *packages}, also=ends),
                *_not_needed(lockfile, text),
            ),
            hint="`mistpm tree` shows everything that is there",
        )
    return found


def _matching(known: Mapping[str, LockedPackage], text: str) -> tuple[str, ...]:
    if text in known:
        return (text,)
    exact = [name for name, locked in known.items() if locked.package == text]
    tail = f"/{'/'.join(text.split('/')[-2:])}"
    close = [
        name
        for name, locked in known.items()
        if f"/{locked.package}".endswith(tail) or f"/{name}".endswith(tail)
    ]
    return tuple(sorted(exact or close))


def without_version(lockfile: Lockfile, text: str) -> tuple[str, str]:
    """Take the version off `NAME@VERSION`; what stands behind a called package may be its series."""
    name, at, version = text.rpartition("@")
    return (text, "") if not at or _matching(nodes(lockfile), text) else (name, version)


def find_named(lockfile: Lockfile, text: str) -> Named:
    """Find nodes as `find_nodes` does, at a version too (`PACKAGE@1.2.3`), or an API that is required.

    Raises `UsageError`: `not-in-the-lock`, or `another-version` where nothing is at that version.
    """
    apis = find_apis(lockfile, text)
    if apis:
        return Named(apis=apis)
    name, version = without_version(lockfile, text)
    found = find_nodes(lockfile, name)
    if not version:
        return Named(nodes=found)
    locked = nodes(lockfile)
    there = tuple(node for node in found if _is_at(locked[node], version))
    if not there:
        raise UsageError(
            "another-version",
            f"`{name}` is not at {version}",
            context=tuple(f"{node} is at {locked[node].version}" for node in found),
            hint=f"`mistpm why-not {text}` tells why",
        )
    return Named(nodes=there)


def find_apis(lockfile: Lockfile, text: str) -> tuple[str, ...]:
    """Find APIs that something requires, by their whole name or by their kind alone."""
    apis = {
        edge.requires
        for locked in nodes(lockfile).values()
        for edge in locked.dependencies.values()
        if edge.use == "api"
    }
    if text in apis:
        return (text,)
    return tuple(sorted(api for api in apis if text and api.rpartition("/")[2] == text))


def _is_at(locked: LockedPackage, text: str) -> bool:
    """Tell whether a pin is at a version, or in what its first numbers name (`16`, `16.4`)."""
    version = str(locked.version)
    return version.removeprefix("v") == text.removeprefix("v") or version.startswith(f"{text}.")


def _not_needed(lockfile: Lockfile, text: str) -> tuple[str, ...]:
    """Tell of dependencies of that name which a condition keeps from being needed."""
    alias = text.rpartition("/")[2]
    return tuple(
        f"`{name}` would need something as `{path}`, but its `when` does not hold"
        for name, locked in nodes(lockfile).items()
        for path, holds in locked.when.items()
        if not holds and path.rpartition(".")[2] == alias
    )
