"""What an upgrade of everything comes to: at once, or stage by stage where packages demand that."""

from __future__ import annotations

from msgspec import Struct

from mistpm.lock.from_resolution import held_by
from mistpm.model.cause import cause_json
from mistpm.model.lockfile import LockedPackage, Lockfile
from mistpm.model.resolution import Unresolved
from mistpm.model.upgrade_path import PackageMove
from mistpm.ops.asking import Sources
from mistpm.ops.computing import Computing
from mistpm.ops.lock_graph import nodes
from mistpm.ops.locking import Solved, record, solve
from mistpm.ops.views.held_back import HeldBack
from mistpm.ops.workspace import Workspace


class Reachable(Struct, frozen=True, kw_only=True):
    """What is locked in the end, with the versions that releases have on the way there, in order.

    `behind` tells of releases for which something newer fits, and cannot be reached.
    """

    solved: Solved
    ways: dict[str, tuple[str, ...]] = {}
    behind: dict[str, Unresolved] = {}

    def of(self, name: str, held: HeldBack | None) -> HeldBack | None:
        """Correct what is said of a release that is held back: that it cannot be reached goes first."""
        if held is None or name not in self.behind:
            return held
        part = self.behind[name]
        grounds = part.conflict.grounds if part.conflict else ()
        return HeldBack(
            release=held.release,
            package=held.package,
            version=held.version,
            newest=held.newest,
            because=part.explanation,
            causes=tuple(cause_json(ground) for ground in grounds),
        )


def reach_newest(workspace: Workspace, lockfile: Lockfile) -> Reachable:
    """Find what `mistpm upgrade` leads to; writes nothing.

    Solves once, and looks for stages only where something may not follow what is locked.  Raises what
    solving raises.
    """
    free = frozenset(nodes(lockfile))
    solved = solve(workspace, free=free, new_minors=True, always=True)
    sources = Sources(workspace, solved.asking.files)
    then = solved.lockfile.releases
    if all(may_follow(sources, lockfile.releases.get(name), pin) for name, pin in then.items()):
        return Reachable(solved=solved)
    from mistpm.resolve import upgrade_stages

    computing = Computing(workspace, solved.asking, lockfile.releases.values())
    path = upgrade_stages(
        solved.asking.asked.question,
        sources,
        held_by(lockfile, free),
        computing=computing,
        limits=workspace.limits,
        asker=workspace.asker,
    )
    stages = [move.resolution for move in path.moves if isinstance(move, PackageMove)]
    ways: dict[str, list[str]] = {
        name: [str(pin.version)] for name, pin in lockfile.releases.items()
    }
    for stage in stages:
        for name, chosen in stage.releases.items():
            way = ways.setdefault(name, [])
            version = str(chosen.candidate.version)
            if way[-1:] != [version]:
                way.append(version)
    last = Solved(lockfile=lockfile, previous=lockfile, asking=solved.asking)
    return Reachable(
        solved=record(solved.asking, stages[-1], computing, lockfile) if stages else last,
        ways={name: tuple(way[1:]) for name, way in ways.items()},
        behind={part.releases[0]: part for part in path.held_back},
    )


def may_follow(sources: Sources, was: LockedPackage | None, now: LockedPackage) -> bool:
    """Tell whether a release may go from one pin to another at once; raises `RegistryError`."""
    if was is None or was.package != now.package or was.version == now.version:
        return True
    found = (each for each in sources.candidates(now.package) if each.version == now.version)
    return all(was.version in each.descriptor.upgrades.from_.versions for each in found)
