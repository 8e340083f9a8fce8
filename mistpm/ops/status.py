"""Whether the target is as the environment wants it."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from mistpm.lock.lockfile_document import parse_lockfile
from mistpm.model.change import Change
from mistpm.model.lockfile import Lockfile
from mistpm.ops.proposing import Wishes, propose
from mistpm.ops.workspace import Workspace

State = Literal["as wanted", "differs", "not applied", "to be removed"]


class ReleaseStatus(Struct, frozen=True, kw_only=True):
    """One release: `version` is the lock's, `applied` the one that was applied last."""

    release: str
    package: str
    version: str
    applied: str
    state: State
    resources: int
    differences: tuple[str, ...] = ()


class Status(Struct, frozen=True, kw_only=True, rename="camel"):
    """The environment and its releases; `is_current` when applying would change nothing."""

    environment: str
    target: str
    is_current: bool
    releases: tuple[ReleaseStatus, ...]


def status(workspace: Workspace) -> Status:
    """Compare what the environment wants with what is there; renders everything, changes nothing.

    Raises what `propose` raises.
    """
    proposal = propose(workspace, Wishes())
    applied = _applied(workspace)
    changes: dict[str, list[Change]] = {}
    for change in proposal.diff.changes:
        changes.setdefault(change.release, []).append(change)
    wanted = proposal.lockfile.releases
    owned = {each.release for each in workspace.state.owned} - {""}
    releases = []
    for name in sorted({*wanted, *owned}):
        mine = changes.get(name, [])
        differing = [each for each in mine if each.action not in {"unchanged", "keep"}]
        locked = wanted.get(name)
        before = applied.releases.get(name) if applied else None
        known = locked or before
        releases.append(
            ReleaseStatus(
                release=name,
                package=str(known.package) if known else "",
                version=str(locked.version) if locked else "",
                applied=str(before.version) if before and name in owned else "",
                state=_state(wanted=name in wanted, owned=name in owned, differs=bool(differing)),
                resources=len(mine),
                differences=tuple(f"{each.action} {each.resource}" for each in differing),
            )
        )
    return Status(
        environment=workspace.environment.name,
        target=proposal.target,
        is_current=proposal.diff.is_empty,
        releases=tuple(releases),
    )


def _state(*, wanted: bool, owned: bool, differs: bool) -> State:
    if not wanted:
        return "to be removed"
    if not owned and differs:
        return "not applied"
    return "differs" if differs else "as wanted"


def _applied(workspace: Workspace) -> Lockfile | None:
    if workspace.state.lock is None:
        return None
    return parse_lockfile(workspace.state.lock, title=f"the lock of {workspace.target.title}")
