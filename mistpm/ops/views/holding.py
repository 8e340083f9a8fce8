"""What is not at its newest version, and what holds it there."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec.structs import replace

from mistpm.errors import RegistryError, ResolutionError
from mistpm.lock.from_resolution import held_by
from mistpm.model.cause import cause_json
from mistpm.model.descriptor import Candidate
from mistpm.model.lockfile import LockedPackage, Lockfile
from mistpm.ops.asking import Asking, Sources, ask
from mistpm.ops.computing import Computing
from mistpm.ops.lock_graph import nodes
from mistpm.ops.locking import Solved
from mistpm.ops.options import Options
from mistpm.ops.packages.searching import newest_of
from mistpm.ops.reporter import Reporter
from mistpm.ops.upgrade.stepping_stones import stepping_stones
from mistpm.ops.views.glance import lock_missing
from mistpm.ops.views.held_back import HeldBack
from mistpm.ops.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    from mistpm.resolve.blockers import Blockers

FAILED = "it cannot be resolved"
KEPT_FOR_FAILED = "it is kept for what cannot be resolved"
OUT_OF_REACH = "{} may only follow {}, which cannot be reached from {}"
KEPT = "nothing but the lock keeps it there: `mistpm upgrade {}` moves it"


class Holding:
    """Answers for one lock, which is looked at only once, what holds its nodes where they are."""

    def __init__(self, workspace: Workspace, asking: Asking, lockfile: Lockfile) -> None:
        self._asker = workspace.asker
        self._question = asking.asked.question
        self._sources = Sources(workspace, asking.files)
        self._computing = Computing(workspace, asking, lockfile.releases.values())
        self._lockfile = lockfile
        self._limits = workspace.limits
        self._failed = {name for part in lockfile.unresolved for name in part.releases}

    @cached_property
    def _blockers(self) -> Blockers:
        from mistpm.resolve.blockers import Blockers

        return Blockers(
            self._question,
            self._sources,
            held_by(self._lockfile),
            self._limits,
            computing=self._computing,
            asker=self._asker,
        )

    def of(self, name: str, *, kept: str = KEPT) -> HeldBack | None:
        """Tell what holds a node below the newest version of its package; None where it is at that.

        `kept` is said where nothing does.  What has no solution, or is kept for that, is held by nothing
        else.  Raises `RegistryError`, `ResolutionError`.
        """
        locked = nodes(self._lockfile)[name]
        newest = newest_of(
            self._sources.candidates(locked.package), prereleases=self._question.prereleases
        )
        if newest is None or newest.version <= locked.version:
            return None
        held = HeldBack(
            release=name,
            package=str(locked.package),
            version=str(locked.version),
            newest=str(newest.version),
            because=(kept.format(name),),
        )
        if name not in self._solved:
            return replace(held, because=(FAILED if name in self._failed else KEPT_FOR_FAILED,))
        blocked = self._blockers.of(name, newest.version)
        if blocked is None:
            following = self._following(name, locked, newest)
            return replace(held, because=(following,)) if following else held
        grounds = blocked.conflict.grounds if blocked.conflict else ()
        causes = tuple(cause_json(ground) for ground in grounds)
        return replace(held, because=blocked.explanation, causes=causes)

    def _following(self, name: str, locked: LockedPackage, newest: Candidate) -> str:
        """Tell how a release gets to a version that may not follow its own at once; empty where it may."""
        allowed = newest.descriptor.upgrades.from_
        if name not in self._lockfile.releases or locked.version in allowed.versions:
            return ""
        candidates = self._sources.candidates(locked.package)
        minors = self._question.minors
        stones = stepping_stones(candidates, locked.version, newest.version, minors)
        if not stones:
            return OUT_OF_REACH.format(newest.version, allowed, locked.version)
        listed = ", then ".join(map(str, (*stones, newest.version)))
        return f"{KEPT.format(name)} in {len(stones) + 1} steps: {listed}"

    def releases(self) -> tuple[HeldBack, ...]:
        """Tell the same of all releases that have a solution, as far as that can be told: it is only news."""
        found = []
        for name in self._lockfile.releases:
            if name in self._solved:
                with suppress(RegistryError, ResolutionError):
                    found.append(self.of(name))
        return tuple(held for held in found if held is not None)

    @cached_property
    def _solved(self) -> set[str]:
        """The nodes that releases with a solution need, themselves among them."""
        known = nodes(self._lockfile)
        asked = {name for name, pin in self._lockfile.releases.items() if pin.requested}
        found = asked - self._failed
        waiting = list(found)
        while waiting:
            for edge in known[waiting.pop()].dependencies.values():
                if edge.target in known and edge.target not in found:
                    found.add(edge.target)
                    waiting.append(edge.target)
        return found


def held_back(workspace: Workspace, solved: Solved) -> tuple[HeldBack, ...]:
    """Find the releases that are held back in what was solved."""
    return Holding(workspace, solved.asking, solved.lockfile).releases()


def held_now(
    options: Options, reporter: Reporter, names: Iterable[str]
) -> dict[str, HeldBack | None]:
    """Tell of nodes of the present lock what holds them; raises `RegistryError`, `ResolutionError`."""
    workspace = open_workspace(options, reporter)
    lockfile = workspace.lockfile
    if lockfile is None:
        raise lock_missing(workspace.document.title)
    holding = Holding(workspace, ask(workspace, lockfile), lockfile)
    return {name: holding.of(name) for name in names}
