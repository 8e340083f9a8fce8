"""What is not at its newest version: what an upgrade would give, and what blocks the rest."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from msgspec import Struct

from mistpm.errors import RegistryError, ResolutionError
from mistpm.model.descriptor import Candidate
from mistpm.model.lockfile import LockedFailure, LockedPackage, Lockfile
from mistpm.ops.asking import Sources, ask
from mistpm.ops.lock_graph import nodes
from mistpm.ops.packages.searching import newest_of
from mistpm.ops.upgrade.reachable import Reachable, reach_newest
from mistpm.ops.views.glance import lock_missing, staleness
from mistpm.ops.views.holding import FAILED, Holding
from mistpm.ops.workspace import Workspace

AT_A_PRICE = "nothing forbids it, but something that goes first would be older: `mistpm why-not {}`"
IN_STEPS = "in {} steps: {}"
NOT_NEEDED = "nothing would need it any more"
REPLACED = "`{}` would take its place"


class OutdatedNode(Struct, frozen=True, kw_only=True, rename="camel"):
    """A release or called package that is not at its newest version, or at one that was yanked.

    `possible` is the version after `mistpm upgrade`, empty where nothing would need it then; `newest` the
    newest in the registry, empty where that cannot be asked.  `because` tells in lines what blocks the
    difference between the two, or what else there is to know; `causes` are these as data.  `yanked` is
    why the current version was withdrawn.
    """

    node: str
    kind: Literal["asked", "pulled-in", "called"]
    package: str
    current: str
    possible: str
    newest: str
    yanked: str = ""
    because: tuple[str, ...] = ()
    causes: tuple[dict[str, Any], ...] = ()


class Outdated(Struct, frozen=True, kw_only=True, rename="camel"):
    """What is outdated, of how many that were looked at: releases of the file, or `everything`.

    `unresolved` is what an upgrade cannot solve, `unreachable` why registries could not be asked: in lines,
    for those nodes that have no `newest`.
    """

    environment: str
    stale: tuple[str, ...]
    everything: bool
    looked_at: int
    outdated: tuple[OutdatedNode, ...]
    unresolved: tuple[LockedFailure, ...] = ()
    unreachable: tuple[str, ...] = ()


def require_whole(report: Outdated) -> None:
    """Raise `RegistryError` (`incomplete`) where something could not be looked up, once the rest is shown."""
    if report.unreachable:
        unknown = ", ".join(f"`{each.node}`" for each in report.outdated if not each.newest)
        raise RegistryError(
            "incomplete",
            f"what is newest of {unknown} is not known",
            context=report.unreachable,
            hint="the rest is told; run it again when the registry answers",
        )


def outdated(workspace: Workspace, *, everything: bool = False) -> Outdated:
    """Compare the lock with what an upgrade of everything would give, and with the registries.

    Looks at the releases of the file, with `everything` also at what is pulled in and called.  Solves
    once, or for stages where packages demand them, and looks at what was solved once more for what blocks the rest.  Writes nothing.  Raises
    `LockError` where nothing is locked, and what solving raises.
    """
    lockfile = workspace.lockfile
    if lockfile is None:
        raise lock_missing(workspace.document.title)
    reachable = reach_newest(workspace, lockfile)
    comparison = _Comparison(workspace, lockfile, reachable)
    asked = [name for name in workspace.environment.releases if name in lockfile.releases]
    rest = [name for name in nodes(lockfile) if name not in asked]
    names = [*asked, *rest] if everything else asked
    found = [comparison.of(name) for name in names]
    return Outdated(
        environment=workspace.document.title,
        stale=staleness(lockfile, ask(workspace, lockfile).asked),
        everything=everything,
        looked_at=len(names),
        outdated=tuple(node for node in found if node is not None),
        unresolved=reachable.solved.lockfile.unresolved,
        unreachable=tuple(dict.fromkeys(comparison.unreachable)),
    )


class _Comparison:
    """A lock beside the one that an upgrade would give."""

    def __init__(self, workspace: Workspace, lockfile: Lockfile, reachable: Reachable) -> None:
        solved = reachable.solved
        self._lockfile = lockfile
        self._reachable = reachable
        self._now = nodes(lockfile)
        self._then = nodes(solved.lockfile)
        self._failed = {n for part in solved.lockfile.unresolved for n in part.releases}
        self._sources = Sources(workspace, solved.asking.files)
        self._prereleases = solved.asking.asked.question.prereleases
        self._holding = Holding(workspace, solved.asking, solved.lockfile)
        self.unreachable: list[str] = []

    def of(self, name: str) -> OutdatedNode | None:
        """Tell of a node, nothing where all is well."""
        now = self._now[name]
        try:
            candidates = self._sources.candidates(now.package)
        except RegistryError as error:
            self.unreachable.append(error.message)
            return self._told(name, because=(error.message,))
        newest = newest_of(candidates, prereleases=self._prereleases)
        yanked = _yanked(candidates, now)
        # one's own may be a pre-release, which is newer than what is called the newest
        known = (
            str(newest.version if yanked else max(newest.version, now.version)) if newest else ""
        )
        if name in self._failed:
            return self._told(name, newest=known, yanked=yanked, because=(FAILED,))
        then = self._then.get(name)
        if then is None:
            return self._told(
                name, possible="", newest=known, yanked=yanked, because=self._gone(now)
            )
        if then.version == now.version and str(then.version) == known and not yanked:
            return None
        return self._held(name, then, newest=known, yanked=yanked)

    def _held(self, name: str, then: LockedPackage, *, newest: str, yanked: str) -> OutdatedNode:
        """Tell of a node that is there after an upgrade, with what blocks what is newer."""
        try:
            held = self._reachable.of(name, self._holding.of(name, kept=AT_A_PRICE))
        except (RegistryError, ResolutionError) as error:
            because: tuple[str, ...] = (error.message,)
            causes: tuple[dict[str, Any], ...] = ()
        else:
            because, causes = (held.because, held.causes) if held else ((), ())
        way = self._reachable.ways.get(name, ())
        if len(way) > 1:
            because = (IN_STEPS.format(len(way), ", then ".join(way)), *because)
        return self._told(
            name,
            possible=str(then.version),
            newest=newest,
            yanked=yanked,
            because=because,
            causes=causes,
        )

    def _gone(self, now: LockedPackage) -> tuple[str, ...]:
        """Say what becomes of a node that an upgrade leaves out."""
        instead = sorted(
            name
            for name, then in self._then.items()
            if then.package == now.package and name not in self._now
        )
        return tuple(f"{REPLACED.format(name)}" for name in instead) or (NOT_NEEDED,)

    def _told(
        self,
        name: str,
        *,
        because: tuple[str, ...],
        possible: str | None = None,
        newest: str = "",
        yanked: str = "",
        causes: tuple[dict[str, Any], ...] = (),
    ) -> OutdatedNode:
        now = self._now[name]
        is_called = name in self._lockfile.called
        return OutdatedNode(
            node=name,
            kind="called" if is_called else "asked" if now.requested else "pulled-in",
            package=str(now.package),
            current=str(now.version),
            possible=str(now.version) if possible is None else possible,
            newest=newest,
            yanked=yanked,
            because=because,
            causes=causes,
        )


def _yanked(candidates: Iterable[Candidate], locked: LockedPackage) -> str:
    """Say why a locked version was withdrawn, nothing where it was not."""
    for candidate in candidates:
        if candidate.version == locked.version and candidate.yanked:
            return candidate.yanked if isinstance(candidate.yanked, str) else "no reason is given"
    return ""
