"""Why something is there, and at this version: what the lock and the environment's file tell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from mistpm.errors import UsageError
from mistpm.model.lockfile import LockedFailure
from mistpm.ops.lock_graph import NOTES, find_named, nodes
from mistpm.ops.views.glance import Glance, require_locked
from mistpm.ops.views.held_back import HeldBack
from mistpm.ops.views.paths import Above, Hop

MOST_PATHS = 20
"""Paths that `why` gives for one node, unless more are asked for."""


class Bound(Struct, frozen=True, kw_only=True, rename="camel"):
    """A range that narrows a version: of the file, of its settings, or of somebody's requirement."""

    by: Literal["file", "setting", "requirement"]
    range: str
    node: str = ""
    alias: str = ""


class Reason(Struct, frozen=True, kw_only=True, rename="camel"):
    """Why one thing is there: the file asks for it, or paths lead to it from releases that it asks for.

    `kind` is that of the thing; an API's `node` is its name, and `met_by` are those who provide it.
    There may be very many paths: `more_paths` is how many are not given, None where nobody can count
    them, because a cycle is among them.  `bounds` are the ranges that allow this version, `when` tells
    for each of its own dependencies that has a condition whether that holds, `held` is what keeps it from
    the newest version, where that was asked.
    """

    node: str
    kind: Literal["asked", "pulled-in", "called", "api"]
    package: str = ""
    version: str = ""
    range: str = ""
    met_by: tuple[str, ...] = ()
    paths: tuple[tuple[Hop, ...], ...] = ()
    more_paths: int | None = 0
    bounds: tuple[Bound, ...] = ()
    when: dict[str, bool] = {}
    held: HeldBack | None = None


class Why(Struct, frozen=True, kw_only=True, rename="camel"):
    """The reasons for everything that a name means; `unresolved` are its parts without a solution."""

    environment: str
    stale: tuple[str, ...]
    reasons: tuple[Reason, ...]
    unresolved: tuple[LockedFailure, ...] = ()


def why(seen: Glance, text: str, *, most_paths: int = MOST_PATHS) -> Why:
    """Give all reasons for what `text` names: a release, a package, at a version too, or an API.

    Costs a walk over the lock, and for each path its length.  Raises `UsageError`: `not-in-the-lock`,
    `another-version`.
    """
    lockfile = seen.lockfile
    failed = tuple(part for part in lockfile.unresolved if text in part.releases)
    if not failed:
        require_locked(seen, text)
    reasons: list[Reason] = []
    above = Above(lockfile)
    try:
        named = find_named(lockfile, text)
    except UsageError:
        if not failed:
            raise
    else:
        reasons += [_of_api(above, api, most_paths) for api in named.apis]
        reasons += [_of_node(seen, above, node, most_paths) for node in named.nodes]
    return Why(environment=seen.file, stale=seen.stale, reasons=tuple(reasons), unresolved=failed)


def _of_node(seen: Glance, above: Above, node: str, most_paths: int) -> Reason:
    locked = nodes(seen.lockfile)[node]
    asked = seen.environment.releases.get(node) if seen.environment else None
    is_called = node in seen.lockfile.called
    paths, more = above.paths(above.needing(node), most_paths, node)
    return Reason(
        node=node,
        kind="called" if is_called else "asked" if locked.requested else "pulled-in",
        package=str(locked.package),
        version=str(locked.version),
        range=asked.version.text if asked else "",
        paths=paths,
        more_paths=more,
        bounds=tuple(_bounds(seen, above, node)),
        when=locked.when,
    )


def _of_api(above: Above, api: str, most_paths: int) -> Reason:
    needs = above.requiring(api)
    paths, more = above.paths(needs, most_paths)
    met = sorted({need.edge.target for need in needs})
    return Reason(
        node=api,
        kind="api",
        met_by=tuple(NOTES.get(name, name) for name in met),
        paths=paths,
        more_paths=more,
    )


def _bounds(seen: Glance, above: Above, node: str) -> Iterator[Bound]:
    """Give what narrows a node's version; who takes any version narrows nothing."""
    environment, locked = seen.environment, nodes(seen.lockfile)[node]
    if environment is not None and locked.requested and node in environment.releases:
        range_ = environment.releases[node].version.text
        if range_ != "*":
            yield Bound(by="file", range=range_)
    if environment is not None and not locked.requested and node in seen.lockfile.releases:
        for key, setting in environment.settings.items():
            same = key.partition("/")[2] == locked.package.partition("/")[2]
            if same and setting.version.text != "*":
                yield Bound(by="setting", range=setting.version.text)
    for need in above.needing(node):
        if need.range not in {"", "*"}:
            yield Bound(by="requirement", range=need.range, node=need.node, alias=need.alias)
