"""Upgrade stages: to the newest set of packages, stopping where `upgrades.from` demands it.

`specs/upgrade-path.md#stages`.
"""

from __future__ import annotations

from msgspec.structs import replace

from mistpm.model.asker import Asker
from mistpm.model.question import Held, Question
from mistpm.model.resolution import Chosen, Resolution
from mistpm.model.upgrade_path import PackageMove, UpgradePath
from mistpm.resolve.chaining import Chaining
from mistpm.resolve.computed import Computing
from mistpm.resolve.effort import Effort
from mistpm.resolve.limits import Limits
from mistpm.resolve.resolving import Resolver
from mistpm.resolve.source import CandidateSource
from mistpm.resolve.way import Way

_LIMITS = Limits()
_ASKER = Asker()


def upgrade_stages(
    question: Question,
    source: CandidateSource,
    held: Held,
    *,
    computing: Computing | None = None,
    limits: Limits = _LIMITS,
    effort: Effort | None = None,
    asker: Asker = _ASKER,
) -> UpgradePath:
    """Give the fewest moves from what is held to what `resolve` gives, at the question's minors.

    Where that cannot be reached, it is the best that can.  Raises what `resolve` does.
    """
    resolver = Resolver(
        question, source, held, limits, computing=computing, effort=effort, asker=asker
    )
    return Stages(resolver, question, held).find()


class Stages:
    """Looks for the stages of one upgrade."""

    def __init__(self, resolver: Resolver, question: Question, held: Held) -> None:
        self._resolver = resolver
        self._question = question
        self._held = held
        self._way = Way(positions=(question.minors,))

    def find(self) -> UpgradePath:
        """See `upgrade_stages`."""
        resolution = self._resolver.resolve()
        target = _pinned(resolution)
        if _is_same(self._held, target):
            return UpgradePath(minors=self._question.minors)
        if self._may_follow(resolution):
            return self._path([resolution])
        absent = frozenset(name for part in resolution.unresolved for name in part.releases)
        # once it is known where it ends, what may move freely counts as well: there are few moves on the way
        held = replace(self._held, free=frozenset())
        chaining = Chaining(self._resolver, self._question, held, absent)
        found = chaining.links(self._way, -1, target)
        if found.position < 0:
            freely = Chaining(self._resolver, self._question, self._held, absent)
            target = freely.best_end(self._way, -1)
            if _is_same(self._held, target):
                return UpgradePath(minors=self._question.minors)
            found = chaining.links(self._way, -1, target)
        return self._path([link.resolution for link in found.links])

    def _path(self, resolutions: list[Resolution]) -> UpgradePath:
        minors = self._question.minors
        moves = [PackageMove(minors=minors, resolution=each) for each in resolutions]
        return UpgradePath(moves=tuple(moves), minors=minors)

    def _may_follow(self, resolution: Resolution) -> bool:
        """Tell whether everything may move from what is held in one step."""
        return all(self._may_move(name, chosen) for name, chosen in resolution.releases.items())

    def _may_move(self, name: str, chosen: Chosen) -> bool:
        package, version = self._held.releases.get(name, (None, None))
        candidate = chosen.candidate
        if version is None or package != candidate.package or version == candidate.version:
            return True
        return version in candidate.descriptor.upgrades.from_.versions


def _pinned(resolution: Resolution) -> Held:
    """Hold the versions of a resolution."""
    return Held(
        releases={
            name: (one.candidate.package, one.candidate.version)
            for name, one in resolution.releases.items()
        },
        called={name: one.candidate.version for name, one in resolution.called.items()},
    )


def _is_same(one: Held, other: Held) -> bool:
    return (one.releases, one.called) == (other.releases, other.called)
