"""What is not at its newest version, and what holds it there."""

from __future__ import annotations

from contextlib import suppress

from msgspec import Struct

from mistpm.errors import RegistryError, ResolutionError
from mistpm.lock.from_resolution import held_by
from mistpm.ops.asking import Sources
from mistpm.ops.locking import Solved
from mistpm.ops.searching import newest_of
from mistpm.ops.workspace import Workspace

KEPT = "nothing but the lock keeps it there: `mistpm upgrade {}` moves it"


class HeldBack(Struct, frozen=True, kw_only=True):
    """A release below the newest version of its package, with the requirements that keep it there."""

    release: str
    package: str
    version: str
    newest: str
    because: tuple[str, ...]


def held_back(workspace: Workspace, solved: Solved) -> tuple[HeldBack, ...]:
    """Find what is held back, by solving once for each newest version that was not chosen.

    What cannot be told, because a registry does not answer or it takes too long, is left out: this is
    news, not a requirement.
    """
    from mistpm.resolve.blockers import Blockers

    sources = Sources(workspace, solved.asking.files)
    blockers = Blockers(solved.asking.asked.question, sources, held_by(solved.lockfile))
    found = []
    for name, locked in solved.lockfile.releases.items():
        with suppress(RegistryError, ResolutionError):
            newest = newest_of(sources.candidates(locked.package))
            if newest is None or newest.version <= locked.version:
                continue
            blocked = blockers.of(name, newest.version)
            found.append(
                HeldBack(
                    release=name,
                    package=str(locked.package),
                    version=str(locked.version),
                    newest=str(newest.version),
                    because=blocked.explanation if blocked else (KEPT.format(name),),
                )
            )
    return tuple(found)
