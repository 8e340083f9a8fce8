"""Upgrade stages: to the newest set of packages, stopping where `upgrades.from` demands it.

`specs/upgrade-path.md#stages`.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from mistpm.model.asker import Asker
from mistpm.model.cause import Conflict, Ground
from mistpm.model.descriptor import Candidate
from mistpm.model.question import Held, Question
from mistpm.model.resolution import Resolution, Unresolved
from mistpm.model.upgrade_path import PackageMove, UpgradePath
from mistpm.resolve.explain.writer import facts
from mistpm.resolve.resolving import Resolver
from mistpm.resolve.upgrade.chaining import Chaining
from mistpm.resolve.upgrade.reach import all_out_of_reach, may_follow, out_of_reach
from mistpm.resolve.upgrade.way import Way
from mistpm.resolve.world.computed import Computing
from mistpm.resolve.world.effort import Effort
from mistpm.resolve.world.limits import Limits
from mistpm.resolve.world.listing import Listing
from mistpm.resolve.world.source import CandidateSource

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
        newest = self._resolver.resolve()
        found = self._best(newest)
        last = found[-1] if found else None
        held_back = self._held_back(newest, _pinned(last) if last else self._held)
        moves = [PackageMove(minors=self._question.minors, resolution=each) for each in found]
        return UpgradePath(
            moves=tuple(moves), minors=self._question.minors, held_back=tuple(held_back)
        )

    def _best(self, newest: Resolution) -> list[Resolution]:
        """Give the stages to the newest set, or where it is out of reach to the best one that is not."""
        if self._is_near(newest):
            return self._near(newest)
        # without what can never follow, the newest set is no worse than any that can be reached
        catalogue = self._resolver.catalogue
        never = all_out_of_reach(self._question, self._held, catalogue, self._way, 0)
        problem = replace(self._resolver.problem, out_of_reach=never)
        target = self._resolver.about(problem).resolve()
        if self._is_near(target):
            return self._near(target)
        absent = frozenset(name for part in target.unresolved for name in part.releases)
        # where it ends is settled: on the way there shall be few changes of what may move freely as well
        held = replace(self._held, free=frozenset())
        chaining = Chaining(self._resolver, self._question, held, absent)
        found = chaining.links(self._way, -1, _pinned(target))
        if found.position < 0:
            freely = Chaining(self._resolver, self._question, self._held, absent)
            best = freely.best_end(self._way, -1)
            if best is None or _is_same(self._held, _pinned(best)):
                return []
            target, found = best, chaining.links(self._way, -1, _pinned(best))
        resolutions = [link.resolution for link in found.links]
        return resolutions if found.unresolved else [*resolutions[:-1], target]

    def _is_near(self, resolution: Resolution) -> bool:
        """Tell whether everything may move from what is held in one step."""
        chosen = resolution.releases.items()
        return all(may_follow(self._held, name, one) for name, one in chosen)

    def _near(self, resolution: Resolution) -> list[Resolution]:
        return [] if _is_same(self._held, _pinned(resolution)) else [resolution]

    # --- what is held back -----------------------------------------------------------------------

    def _held_back(self, newest: Resolution, reached: Held) -> Iterator[Unresolved]:
        """Tell of releases that would be newer but for what they may follow."""
        for name, chosen in newest.releases.items():
            _, version = reached.releases.get(name, (None, None))
            if version not in {None, chosen.candidate.version}:
                yield self._behind(name, chosen.candidate)

    def _behind(self, name: str, candidate: Candidate) -> Unresolved:
        """Tell why a release is not at the version that it has in the newest set."""
        grounds = tuple(self._grounds(name, candidate))
        if grounds:
            return Unresolved(
                releases=(name,),
                conflict=Conflict(grounds=grounds, minimal=True),
                explanation=facts(grounds, self._resolver.problem.asker),
            )
        most = Chaining(self._resolver, self._question, self._held).most(self._way)
        line = f"up to {most} package moves do not lead to {candidate} together with the others"
        nothing = Conflict(grounds=(), minimal=False)
        return Unresolved(releases=(name,), conflict=nothing, explanation=(line,))

    def _grounds(self, name: str, candidate: Candidate) -> Iterator[Ground]:
        listing = self._resolver.catalogue.listing(candidate.package)
        package, version = self._held.releases.get(name, (None, None))
        if version is None or package != candidate.package or not isinstance(listing, Listing):
            return
        place = listing.place(candidate.version)
        for cause, mask in out_of_reach(listing, version, self._way, 0):
            if place is not None and mask >> place & 1:
                yield Ground(cause=cause, versions=candidate.version.text)


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
