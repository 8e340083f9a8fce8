"""What is not at its newest version, and what holds it there."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING

from mistpm.errors import RegistryError, ResolutionError
from mistpm.lock.from_resolution import held_by
from mistpm.model.cause import cause_json
from mistpm.model.lockfile import Lockfile
from mistpm.ops.asking import Asking, Sources, ask
from mistpm.ops.glance import lock_missing
from mistpm.ops.held_back import HeldBack
from mistpm.ops.lock_graph import nodes
from mistpm.ops.locking import Solved
from mistpm.ops.options import Options
from mistpm.ops.reporter import Reporter
from mistpm.ops.searching import newest_of
from mistpm.ops.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    from mistpm.resolve.blockers import Blockers

KEPT = "nothing but the lock keeps it there: `mistpm upgrade {}` moves it"


class Holding:
    """Answers for one lock, which is looked at only once, what holds its nodes where they are."""

    def __init__(self, workspace: Workspace, asking: Asking, lockfile: Lockfile) -> None:
        self._question = asking.asked.question
        self._sources = Sources(workspace, asking.files)
        self._lockfile = lockfile

    @cached_property
    def _blockers(self) -> Blockers:
        from mistpm.resolve.blockers import Blockers

        return Blockers(self._question, self._sources, held_by(self._lockfile))

    def of(self, name: str, *, kept: str = KEPT) -> HeldBack | None:
        """Tell what holds a node below the newest version of its package; None where it is at that.

        `kept` is said where nothing does.  Raises `RegistryError`, `ResolutionError`.
        """
        locked = nodes(self._lockfile)[name]
        newest = newest_of(
            self._sources.candidates(locked.package), prereleases=self._question.prereleases
        )
        if newest is None or newest.version <= locked.version:
            return None
        blocked = self._blockers.of(name, newest.version)
        conflict = blocked.conflict if blocked else None
        return HeldBack(
            release=name,
            package=str(locked.package),
            version=str(locked.version),
            newest=str(newest.version),
            because=blocked.explanation if blocked else (kept.format(name),),
            causes=tuple(cause_json(ground) for ground in conflict.grounds) if conflict else (),
        )

    def those(self, names: Iterable[str]) -> tuple[HeldBack, ...]:
        """Tell the same of several; what cannot be told is left out, because this is only news."""
        found = []
        for name in names:
            with suppress(RegistryError, ResolutionError):
                found.append(self.of(name))
        return tuple(held for held in found if held is not None)


def held_back(workspace: Workspace, solved: Solved) -> tuple[HeldBack, ...]:
    """Find the releases that are held back in what was solved."""
    return Holding(workspace, solved.asking, solved.lockfile).those(solved.lockfile.releases)


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
