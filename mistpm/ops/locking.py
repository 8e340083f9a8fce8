"""Solving an environment and pinning the answer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Literal, TypeAlias

from msgspec import Struct

from mistpm.errors import DigestError, LockError
from mistpm.lock.freshness import is_fresh, what_changed
from mistpm.lock.from_resolution import held_by, lock_resolution, with_order
from mistpm.lock.lockfile_document import write_lockfile
from mistpm.model.descriptor import Candidate
from mistpm.model.lockfile import LockedPackage, Lockfile
from mistpm.model.resolution import Resolution, Unresolved
from mistpm.ops.asking import Asking, Sources, ask
from mistpm.ops.computing import Computing
from mistpm.ops.lock_graph import nodes
from mistpm.ops.workspace import Workspace

Direction = Literal["new", "gone", "newer", "older", "another"]


class Move(Struct, frozen=True, kw_only=True):
    """A release or called package whose version differs between two locks.

    `before` is empty for what is new, `after` for what is gone; `direction` tells that
    in a word, and whether a package gets `newer` or `older`, or is another one.
    """

    node: str
    package: str
    before: str = ""
    after: str = ""
    direction: Direction = "newer"

    @property
    def is_older(self) -> bool:
        """Whether a package goes back."""
        return self.direction == "older"


Pinned: TypeAlias = LockedPackage | Candidate
"""What has a package and a version."""


class Solved(Struct, frozen=True, kw_only=True):
    """A lock that answers the environment's question, and how it differs from the one before.

    `unresolved` are the parts that have no solution, or of which that could not be told.
    """

    lockfile: Lockfile
    previous: Lockfile | None
    asking: Asking
    unresolved: tuple[Unresolved, ...] = ()
    moves: tuple[Move, ...] = ()

    @property
    def is_new(self) -> bool:
        """Whether this lock is not the one that was there."""
        return self.lockfile != self.previous


def solve(
    workspace: Workspace,
    *,
    free: frozenset[str] = frozenset(),
    new_minors: bool = False,
    always: bool = False,
) -> Solved:
    """Give a lock for the workspace's environment: the one that is there when it still answers.

    Otherwise solves again with the fewest changes; releases in `free` may move to the newest.
    `always` solves even when nothing changed.  Writes nothing.  Raises `LockError` under `--locked`
    (`lock-missing`, `lock-stale`, `lock-unresolved`), `ResolutionError`, `RegistryError`.
    """
    previous = workspace.lockfile
    asking = ask(workspace, previous, new_minors=new_minors)
    fresh = previous is not None and is_fresh(previous, asking.asked)
    locked = workspace.options.locked
    if previous is not None and fresh and not previous.unresolved and (locked or not always):
        return Solved(lockfile=previous, previous=previous, asking=asking)
    if locked:
        raise _refusal(workspace, previous, asking, fresh=fresh)
    return solve_asked(workspace, asking, previous, free=free)


def solve_asked(
    workspace: Workspace,
    asking: Asking,
    previous: Lockfile | None,
    *,
    free: frozenset[str] = frozenset(),
) -> Solved:
    """Answer a question with the fewest changes to `previous`; releases in `free` may move to the newest.

    Raises `ResolutionError`, `RegistryError`.
    """
    workspace.reporter.start("solving", 0)
    from mistpm.resolve import resolve

    computing = Computing(workspace, asking, previous.releases.values() if previous else ())
    resolution = resolve(
        asking.asked.question,
        Sources(workspace, asking.files),
        held_by(previous, free),
        computing=computing,
        limits=workspace.limits,
        asker=workspace.asker,
    )
    return record(asking, resolution, computing, previous)


def record(
    asking: Asking, resolution: Resolution, computing: Computing, previous: Lockfile | None
) -> Solved:
    """Make the lock after `previous` of a resolution.

    Raises `DigestError` where a registry has other bytes now under a version that was locked, `PlanError`.
    """
    from mistpm.plan.stages import plan_releases

    inquiries = computing.inquiries(resolution, asking.asked.question)
    lockfile = lock_resolution(resolution, asking.asked, previous, inquiries)
    _require_same_bytes(previous, lockfile, asking)
    return Solved(
        lockfile=with_order(lockfile, plan_releases(lockfile)),
        previous=previous,
        asking=asking,
        unresolved=resolution.unresolved,
        moves=moves(previous, lockfile),
    )


def write_lock(workspace: Workspace, lockfile: Lockfile) -> bool:
    """Write the lock beside the environment's file; tells whether the file changed.

    Where there is no file the target remembers the lock when it is applied.  Raises `LockError`.
    """
    path = workspace.lock_path
    return path is not None and write_lockfile(path, lockfile, replacing=workspace.lockfile)


def moves(before: Lockfile | None, after: Lockfile) -> tuple[Move, ...]:
    """Compare two locks, releases before called packages, each by name."""
    return (
        *_moves(before.releases if before else {}, after.releases),
        *_moves(before.called if before else {}, after.called),
    )


def moved(found: Iterable[Move], left_alone: Collection[str]) -> tuple[Move, ...]:
    """Give the moves that are carried out: not those of releases that `--keep-going` leaves alone."""
    return tuple(move for move in found if move.node not in left_alone)


def _moves(before: dict[str, LockedPackage], after: dict[str, LockedPackage]) -> Iterator[Move]:
    for node in sorted({*before, *after}):
        was, now = before.get(node), after.get(node)
        if (was and (was.package, was.version)) != (now and (now.package, now.version)):
            yield move_between(node, was, now)


def move_between(node: str, was: Pinned | None, now: Pinned | None) -> Move:
    """Say how what is chosen for a node differs; at least one of both is there."""
    return Move(
        node=node,
        package=str(now.package if now else was.package if was else ""),
        before=str(was.version) if was else "",
        after=str(now.version) if now else "",
        direction=_direction(was, now),
    )


def _direction(was: Pinned | None, now: Pinned | None) -> Direction:
    if was is None or now is None:
        return "gone" if now is None else "new"
    if was.package != now.package:
        return "another"
    return "older" if now.version < was.version else "newer"


def _require_same_bytes(before: Lockfile | None, after: Lockfile, asking: Asking) -> None:
    """Raise `DigestError` where a registry has another module under a version that is locked."""
    old = nodes(before) if before else {}
    for node, now in nodes(after).items():
        was = old.get(node)
        if (
            was is not None
            and (was.package, was.version) == (now.package, now.version)
            and was.digest != now.digest
            and now.package not in asking.files
        ):
            raise DigestError(
                "digest-mismatch",
                f"`{now.package}@{now.version}` is not the module that was locked",
                context=(f"locked {was.digest}", f"now    {now.digest}"),
                note="a published version never changes: somebody replaced it in the registry",
                hint="ask the registry's keeper; deleting the lock accepts whatever is there now",
            )


def _refusal(
    workspace: Workspace, previous: Lockfile | None, asking: Asking, *, fresh: bool
) -> LockError:
    """Say why --locked forbids to go on."""
    title = workspace.lock_title
    if previous is None:
        return LockError(
            "lock-missing",
            f"there is no `{title}`, and --locked forbids making one",
            note="--locked is the default where the variable CI is set",
            hint="run `mistpm lock` and commit the file",
        )
    if not fresh:
        return LockError(
            "lock-stale",
            f"`{title}` does not answer `{workspace.document.title}` any more, and --locked forbids changing it",
            context=what_changed(previous, asking.asked),
            hint="run `mistpm lock` and commit the file",
        )
    return LockError(
        "lock-unresolved",
        f"`{title}` holds parts that have no solution",
        context=tuple(line for part in previous.unresolved for line in part.explanation),
        hint="mend the environment and run `mistpm lock`",
    )
