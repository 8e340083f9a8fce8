"""Moves that a package allows only by way of other versions: `specs/upgrades.md#every-command`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress

from msgspec import Struct

from mistpm.environment.user_configuration import cache_folder
from mistpm.errors import LockError, RegistryError, TargetError
from mistpm.lock.lockfile_document import parse_lockfile
from mistpm.model.descriptor import Descriptor
from mistpm.model.finding import Finding, Severity
from mistpm.model.identity import PackageId
from mistpm.model.lockfile import Lockfile
from mistpm.model.minor import parse_minor
from mistpm.model.ranges import ANY, Range
from mistpm.model.version import Version
from mistpm.ops.asking import Sources
from mistpm.ops.locking import Solved
from mistpm.ops.upgrade.stepping_stones import stepping_stones
from mistpm.ops.workspace import Workspace


class Skip(Struct, frozen=True, kw_only=True):
    """A release that would go from `before` to `after` at once, which may only follow `allowed`.

    Where `begun` is there, `before` was applied last, and it was begun since and not finished.
    """

    release: str
    package: PackageId
    before: Version
    after: Version
    allowed: Range
    begun: Version | None = None

    def finding(self, severity: Severity, hint: str) -> Finding:
        """Tell it, with what to do about it."""
        there = f"{self.before} is installed"
        if self.begun is not None:
            there = f"{self.before} may still be installed: {self.begun} was not finished"
        return Finding(
            severity=severity,
            code="may-only-follow",
            message=f"{self.package} {self.after} may only follow {self.allowed}, and {there}",
            release=self.release,
            hint=hint,
        )


def skipped_stages(workspace: Workspace, solved: Solved) -> Iterator[Finding]:
    """Find releases that would go, where they are installed, to a version that may not follow the one they have.

    Packages must have been fetched.  Costs nothing unless a version moves that may only follow certain others;
    then a request to a cluster, and a few where its last run was not finished.
    """
    descriptors = {
        digest: package.descriptor
        for digest, package in workspace.packages.items()
        if package.descriptor is not None
    }
    for skip in find_skips(workspace, solved.lockfile, descriptors):
        yield skip.finding("error", _way(workspace, solved, skip))


def stages_skipped_back(workspace: Workspace, lockfile: Lockfile) -> Iterator[Finding]:
    """Find the same in going back to a lock: warnings, told of modules that are still in the user's cache."""
    from mistpm.package import read_package
    from mistpm.registry.cache import Cache

    store, descriptors = Cache(cache_folder()).store, {}
    for pin in lockfile.releases.values():
        path = store.get(pin.digest, pin.size)
        descriptor = read_package(path).descriptor if path else None
        if descriptor is not None:
            descriptors[pin.digest] = descriptor
    for skip in find_skips(workspace, lockfile, descriptors):
        yield skip.finding(
            "warning", "look at what its author says of going back, and at its data afterwards"
        )


def find_skips(
    workspace: Workspace, lockfile: Lockfile, descriptors: Mapping[str, Descriptor]
) -> Iterator[Skip]:
    """Compare a lock with what the target has; `descriptors` are by digest, what has none may follow anything."""
    there = {owned.release for owned in workspace.state.owned}
    picky = {
        name: descriptors[pin.digest].upgrades.from_
        for name, pin in lockfile.releases.items()
        if name in there and pin.digest in descriptors
    }
    if all(allowed == ANY for allowed in picky.values()):
        return
    applied = _applied(workspace)
    last = next(applied, None)
    if last is None:
        return
    moving = [name for name in picky if _other(last, lockfile, name) is not None]
    locks = (last, *applied) if moving else ()
    for name in moving:
        pin, allowed = lockfile.releases[name], picky[name]
        before = [
            was for was in (_other(lock, lockfile, name) for lock in locks) if was is not None
        ]
        refused = [was for was in before if was not in allowed.versions]
        if refused:
            yield Skip(
                release=name,
                package=pin.package,
                before=refused[0],
                after=pin.version,
                allowed=allowed,
                begun=before[0] if refused[0] != before[0] else None,
            )


def _other(before: Lockfile, after: Lockfile, name: str) -> Version | None:
    """Give the version that a release had of the same package, None where that is the one it has."""
    was, now = before.releases.get(name), after.releases[name]
    if was is None or was.package != now.package or was.version == now.version:
        return None
    return was.version


def _applied(workspace: Workspace) -> Iterator[Lockfile]:
    """Give the lock that the target had last, and before it those that it may still have something of.

    A cluster notes a lock before the first change, so what was applied before may still be there where a run
    was not finished.  Without a lock that can be read it is the environment's.
    """
    remembered, own = workspace.state.lock, None
    if remembered is not None:
        with suppress(LockError):
            own = _parsed(workspace, remembered)
    own = own or workspace.lockfile
    if own is None:
        return
    yield own
    if not workspace.chosen_target.is_cluster:
        return
    with suppress(LockError, TargetError):
        for number, revision in enumerate(workspace.cluster.history()):
            if number:
                yield _parsed(workspace, workspace.cluster.revision(revision.number).lock)
            if revision.status == "applied":
                return


def _parsed(workspace: Workspace, lock: bytes) -> Lockfile:
    return parse_lockfile(lock, title=f"the lock of {workspace.target.title}")


def _way(workspace: Workspace, solved: Solved, skip: Skip) -> str:
    """Say how to get there."""
    if skip.begun is not None:
        return f"finish {skip.begun} first: install it again"
    minors = map(parse_minor, solved.lockfile.kubernetes)
    try:
        candidates = Sources(workspace, solved.asking.files).candidates(skip.package)
    except RegistryError as error:
        return f"which versions lead there cannot be told: {error.message}"
    stones = stepping_stones(candidates, skip.before, skip.after, minors)
    if not stones:
        return f"no version in between leads there from {skip.before}"
    listed = ", then ".join(map(str, stones))
    entry = workspace.environment.releases.get(skip.release)
    locked = workspace.lockfile.releases.get(skip.release) if workspace.lockfile else None
    if entry is None or locked is None or locked.version != skip.before:
        return f"install {listed} first"
    if all(entry.version.admits(stone) for stone in stones):
        return f"`mistpm upgrade {skip.release}` goes there by {listed}"
    return f"let its range admit {listed}, and `mistpm upgrade {skip.release}` goes there in stages"
