"""Whether the target is as the environment wants it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from mistpm.errors import MistError, TargetError, UsageError
from mistpm.lock.lockfile_document import parse_lockfile
from mistpm.model.change import Change, Diff
from mistpm.model.lockfile import Lockfile
from mistpm.model.revision import RevisionSummary
from mistpm.ops.history import nothing_applied
from mistpm.ops.lock_graph import with_needed
from mistpm.ops.proposing import propose
from mistpm.ops.workspace import Workspace
from mistpm.target.protocol import Desired, Permissions

if TYPE_CHECKING:
    from mistpm.target.cluster.cluster import ClusterTarget

State = Literal["as wanted", "as applied", "differs", "not applied", "to be removed", "unknown"]
"""`as applied` and `unknown` are for what cannot be compared with what is wanted, `unknown` not even with what
was applied last."""

_LOOKING = Permissions(adopt=True, force_conflicts=True)
"""Whoever only looks wants to see what differs, also where applying it would need a flag."""

Health = Literal["", "ready", "waiting", "failed", "unknown"]


class ObjectStatus(Struct, frozen=True, kw_only=True):
    """One object on a cluster: `state` is `ready`, `waiting`, `failed`, `deleting`, `missing` or `unknown`.

    `why` says why it is not ready, `details` more of that: what its Pods say.
    """

    resource: str
    state: str
    why: str = ""
    details: tuple[str, ...] = ()


class ReleaseStatus(Struct, frozen=True, kw_only=True):
    """One release: `version` is the lock's, `applied` the one that was applied last.

    `health` is how its objects are, taken together, and `objects` each of them; both are empty for a
    directory.
    """

    release: str
    package: str
    version: str
    applied: str
    state: State
    resources: int
    differences: tuple[str, ...] = ()
    health: Health = ""
    objects: tuple[ObjectStatus, ...] = ()


class Status(Struct, frozen=True, kw_only=True, rename="camel"):
    """The environment and its releases; `is_current` when applying would change nothing.

    `flags` are those that applying needs besides.  `others` are objects that belong to no release: namespaces
    that mistpm made; `differences` are of what belongs to no release.  `revision` is what was applied to a cluster last, None where nothing was, and for a
    directory.  `unknown_because` says in lines why it cannot be told what the environment wants; then all is
    compared with what was applied last.
    """

    environment: str
    target: str
    is_current: bool
    releases: tuple[ReleaseStatus, ...]
    flags: tuple[str, ...] = ()
    others: tuple[ObjectStatus, ...] = ()
    differences: tuple[str, ...] = ()
    revision: RevisionSummary | None = None
    unknown_because: tuple[str, ...] = ()


def status(workspace: Workspace) -> Status:
    """Compare what the environment wants with what is there, and see how objects on a cluster are.

    Renders everything, changes nothing.  Where that cannot be worked out (no solution, a registry that is
    away, no file at all), what is there is compared with what was applied last, and where the user may not read
    that either, only how it is is told.  Raises what `propose` raises.
    """
    if workspace.is_looked_at:
        return _of_applied(workspace, (f"{workspace.document.title} has its file elsewhere",))
    try:
        return _of_wanted(workspace)
    except (TargetError, UsageError):
        raise
    except MistError as error:
        if workspace.state.lock is None:
            raise
        return _of_applied(workspace, tuple(f"{error}".split("\n")))


def _of_wanted(workspace: Workspace) -> Status:
    is_cluster = workspace.chosen_target.is_cluster
    looking = _LOOKING if is_cluster else None
    proposal = propose(workspace, permissions=looking, is_for_show=True)
    objects = _objects(workspace.cluster, proposal.desired) if is_cluster else {}
    return Status(
        environment=workspace.environment.name,
        target=proposal.target,
        is_current=proposal.diff.is_empty,
        releases=_releases(workspace, proposal.lockfile, proposal.diff, objects),
        flags=tuple(sorted({flag for each in proposal.diff.changes for flag in each.flags})),
        others=tuple(objects.get("", ())),
        differences=_differences(each for each in proposal.diff.changes if not each.release),
        revision=next(iter(workspace.cluster.history()), None) if is_cluster else None,
    )


def _of_applied(workspace: Workspace, why: tuple[str, ...]) -> Status:
    """Compare a target with what was applied to it last, because of `why`."""
    is_cluster = workspace.chosen_target.is_cluster
    diff, unknown = _since_applied(workspace)
    objects = _objects(workspace.cluster, None) if is_cluster else {}
    return Status(
        environment=workspace.environment.name,
        target=workspace.target.title,
        is_current=False,
        releases=_releases(workspace, None, diff, objects),
        others=tuple(objects.get("", ())),
        differences=_differences(each for each in diff.changes if not each.release) if diff else (),
        revision=next(iter(workspace.cluster.history()), None) if is_cluster else None,
        unknown_because=(*why, *unknown),
    )


def _since_applied(workspace: Workspace) -> tuple[Diff | None, tuple[str, ...]]:
    """Give what differs from what was applied last, or None and in lines why that cannot be told."""
    try:
        return workspace.target.drift(), ()
    except TargetError as error:
        if error.reference != "cluster-forbidden":
            raise
        return None, (f"nor is it known what was changed since: {error.message}",)


def _releases(
    workspace: Workspace,
    lockfile: Lockfile | None,
    diff: Diff | None,
    objects: dict[str, list[ObjectStatus]],
) -> tuple[ReleaseStatus, ...]:
    """Give what is wanted and what is there by name; without a `lockfile` what was applied is wanted.

    The lock that was applied also has what `--keep-going` left out: what owns nothing was not applied, and is not
    told of once nobody asks for it.  Without a `diff` it is not known what differs.
    """
    applied = _applied(workspace)
    changes: dict[str, list[Change]] = {}
    for change in diff.changes if diff else ():
        changes.setdefault(change.release, []).append(change)
    pins = applied.releases if applied else {}
    owned = {each.release for each in workspace.state.owned} - {""}
    wanted = lockfile.releases if lockfile else pins
    if lockfile is None and applied and diff:
        asked = with_needed(applied, workspace.environment.releases)
        wanted = {name: pin for name, pin in pins.items() if name in {*asked, *owned}}
    releases = []
    for name in sorted({*wanted, *owned}):
        mine = changes.get(name, [])
        differing = _differences(mine)
        locked, before = wanted.get(name), pins.get(name)
        known = locked or before
        state = _state(wanted=name in wanted, owned=name in owned, differs=bool(differing))
        if lockfile is None and state == "as wanted":
            state = "unknown" if diff is None else "as applied" if name in owned else "not applied"
        releases.append(
            ReleaseStatus(
                release=name,
                package=str(known.package) if known else "",
                version=str(locked.version) if locked and lockfile else "",
                applied=str(before.version) if before and name in owned else "",
                state=state,
                resources=len(mine) if diff else len(objects.get(name, ())),
                differences=differing,
                health=_health(objects.get(name, ())),
                objects=tuple(objects.get(name, ())),
            )
        )
    return tuple(releases)


def needs_attention(status: Status) -> bool:
    """Tell whether anything differs, is not ready, has failed, or cannot be told."""
    health = {each.health for each in status.releases} | {_health(status.others)}
    return not status.is_current or bool(health - {"", "ready"})


class Drift(Struct, frozen=True, kw_only=True):
    """What differs on a cluster from its last revision."""

    revision: int
    diff: Diff


def drift(workspace: Workspace) -> Drift:
    """Compare what was applied last with what is there; reads neither registries nor the lock.

    Raises `UsageError` for a directory, `TargetError`: `nothing-applied` before the first installation.
    """
    cluster = workspace.cluster
    revisions = cluster.history()
    if not revisions:
        raise nothing_applied(workspace)
    return Drift(revision=revisions[0].number, diff=cluster.drift())


def _objects(cluster: ClusterTarget, desired: Desired | None) -> dict[str, list[ObjectStatus]]:
    """Give the objects on a cluster by release; what the host made itself is under the empty name."""
    found: dict[str, list[ObjectStatus]] = {}
    for each in cluster.observe(desired):
        seen = ObjectStatus(
            resource=str(each.resource), state=each.state, why=each.why, details=each.context
        )
        found.setdefault(each.release, []).append(seen)
    return found


def _health(objects: Iterable[ObjectStatus]) -> Health:
    """Give the worst of all."""
    states = {each.state for each in objects}
    if not states:
        return ""
    if states & {"failed", "missing"}:
        return "failed"
    if states & {"waiting", "deleting"}:
        return "waiting"
    return "unknown" if "unknown" in states else "ready"


def _state(*, wanted: bool, owned: bool, differs: bool) -> State:
    if not wanted:
        return "to be removed"
    if not owned and differs:
        return "not applied"
    return "differs" if differs else "as wanted"


def _differences(changes: Iterable[Change]) -> tuple[str, ...]:
    """Give `update Deployment.apps shop/web: drifted: …` for each."""
    return tuple(
        f"{each.action} {each.resource}{f': {each.reason}' if each.reason else ''}"
        for each in changes
        if each.action not in {"unchanged", "keep"}
    )


def _applied(workspace: Workspace) -> Lockfile | None:
    if workspace.state.lock is None:
        return None
    return parse_lockfile(workspace.state.lock, title=f"the lock of {workspace.target.title}")
