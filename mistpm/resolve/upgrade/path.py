"""Upgrade paths: the fewest moves from what is held to another Kubernetes version, or to newer packages.

Definitions, order of preference and proof: `specs/upgrade-path.md`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from mistpm.model.asker import Asker
from mistpm.model.cause import Conflict
from mistpm.model.minor import Minor
from mistpm.model.question import Held, Question
from mistpm.model.resolution import Unresolved
from mistpm.model.upgrade_path import (
    Blocked,
    KubernetesMove,
    PackageMove,
    PathMove,
    UpgradePath,
)
from mistpm.resolve.resolving import Resolver
from mistpm.resolve.upgrade.chaining import Chaining, Link, is_held
from mistpm.resolve.upgrade.reach import all_out_of_reach, may_follow
from mistpm.resolve.upgrade.way import Span, Way, way_between
from mistpm.resolve.world.computed import Computing
from mistpm.resolve.world.effort import Effort
from mistpm.resolve.world.limits import Limits
from mistpm.resolve.world.source import CandidateSource

_LIMITS = Limits()
_ASKER = Asker()


def upgrade_path(
    question: Question,
    source: CandidateSource,
    held: Held,
    *,
    start: Minor,
    goal: Minor,
    computing: Computing | None = None,
    limits: Limits = _LIMITS,
    effort: Effort | None = None,
    asker: Asker = _ASKER,
) -> UpgradePath:
    """Give the best way from what is held at a minor to another minor, upwards or downwards.

    The question's own minors do not matter.  What is held and free may move without being counted.  Raises what
    `resolve` does.
    """
    way = way_between(start, goal)
    asked = replace(question, minors=way.minors((0, way.last)))
    resolver = Resolver(
        asked, source, held, limits, computing=computing, effort=effort, asker=asker
    )
    return Path(resolver, way, question, held).find()


class Path:
    """Looks for one path."""

    def __init__(self, resolver: Resolver, way: Way, question: Question, held: Held) -> None:
        self._resolver = resolver
        self._way = way
        self._held = held
        self._question = question
        self._chaining = Chaining(resolver, question, held)

    def find(self) -> UpgradePath:
        """See `upgrade_path`."""
        self._resolver.binder.check()
        furthest = self._furthest()
        position, unresolved = self._passable(furthest)
        links: Sequence[Link] = ()
        if furthest < position:
            way = Way(positions=self._way.positions[: position + 1])
            found = self._chaining.links(way, furthest)
            links, position = found.links, found.position
            unresolved = found.unresolved or unresolved
            if position < way.last and not unresolved:
                unresolved = self._out_of_reach(max(position, 0))
        begin = links[0].span[0] if links else position
        return UpgradePath(
            moves=tuple(self._told(links, position)),
            minors=self._in_order((0, begin)) if furthest >= 0 else (),
            blocked=self._blocked(position, unresolved),
        )

    def is_whole(self) -> bool:
        """Tell whether the path gets to the goal; nothing is explained."""
        furthest, last = self._furthest(), self._way.last
        if furthest == last:
            return True
        begin = max(furthest, 0)
        pairs = ((at, min(at + 1, last)) for at in range(begin, max(last, begin + 1)))
        if any(map(self._is_blocked, pairs)):
            return False
        found = self._chaining.links(self._way, furthest)
        return found.position == last and not found.unresolved

    # --- how far it goes -------------------------------------------------------------------------

    def _furthest(self) -> int:
        """Give the last position up to which what is held can stay, -1 where it cannot even begin."""
        for position in range(self._way.last + 1):
            if not self._can_stay((0, position)):
                return position - 1
        return self._way.last

    def _can_stay(self, span: Span) -> bool:
        """Tell whether what is held is a solution on a span, and nothing has to be added."""
        held = replace(self._held, free=frozenset())
        choice, unresolved = self._on(span, held).solved()
        return not unresolved and is_held(choice, held)

    def _passable(self, furthest: int) -> tuple[int, tuple[Unresolved, ...]]:
        """Give the last position up to which any set supports each two neighbours, and why not the next."""
        begin, last = max(furthest, 0), self._way.last
        if furthest == last or not self._is_blocked((begin, last)):
            return last, ()
        for position in range(begin, max(last, begin + 1)):
            pair = position, min(position + 1, last)
            if self._is_blocked(pair):
                unresolved = self._unresolved(position)
                if unresolved:
                    return position, unresolved
        return last, ()

    def _is_blocked(self, span: Span) -> bool:
        """Tell whether something has no solution on a span, whatever moves."""
        free = frozenset((*self._held.releases, *self._held.called))
        return not self._on(span, replace(self._held, free=free)).is_possible()

    def _on(self, span: Span, held: Held) -> Resolver:
        return self._chaining.on(self._way, span, held)

    # --- why it goes no further ------------------------------------------------------------------

    def _unresolved(self, position: int) -> tuple[Unresolved, ...]:
        """Tell why no set supports a position and the next one."""
        return self._between(position).resolve().unresolved

    def _out_of_reach(self, position: int) -> tuple[Unresolved, ...]:
        """Tell why no set that supports a position and the next one can be moved to."""
        resolver = self._between(position)
        found = all_out_of_reach(
            self._question, self._held, resolver.catalogue, self._way, position
        )
        problem = replace(resolver.problem, out_of_reach=found)
        unresolved = resolver.about(problem).resolve().unresolved
        return unresolved or (self._too_far(position, resolver),)

    def _between(self, position: int) -> Resolver:
        """Give a resolver for a position and the next one, which explains in words of a cluster on its way."""
        resolver = self._on((position, min(position + 1, self._way.last)), self._held)
        minors = self._in_order((position, position + 1))
        asker = replace(
            resolver.problem.asker, minors=" and ".join(map(str, dict.fromkeys(minors)))
        )
        last = self._way.last
        ahead = tuple(self._way.minors((at, at + 1)) for at in range(position + 1, last))
        problem = replace(resolver.problem, asker=asker, ahead=ahead, leads=self._leads)
        return resolver.about(problem)

    def _leads(self, question: Question) -> bool:
        """Tell whether another question than this one has a path to the goal."""
        resolver = self._resolver.about(replace(self._resolver.problem, question=question))
        return Path(resolver, self._way, question, self._held).is_whole()

    def _too_far(self, position: int, resolver: Resolver) -> Unresolved:
        """Tell that what can be had at both minors takes too many moves, or moves that stand in each other's way."""
        resolution = resolver.resolve()
        far = {
            name: chosen.candidate
            for name, chosen in resolution.releases.items()
            if not may_follow(self._held, name, chosen)
        }
        after = self._in_order((position, position + 1))[-1]
        return Unresolved(
            releases=tuple(far),
            conflict=Conflict(grounds=(), minimal=False),
            explanation=(
                f"Up to {self._chaining.most(self._way)} package moves were tried out,"
                f" and none of these ways leads to Kubernetes {after}.",
                *(f"{c} may only follow {c.descriptor.upgrades.from_}." for c in far.values()),
            ),
        )

    # --- what is told of it ----------------------------------------------------------------------

    def _told(self, links: Sequence[Link], position: int) -> Iterator[PathMove]:
        here = 0
        for link in links:
            yield from self._climb(here, link.span[0])
            here = link.span[0]
            yield PackageMove(minors=self._in_order(link.span), resolution=link.resolution)
        yield from self._climb(here, position)

    def _climb(self, first: int, last: int) -> Iterator[KubernetesMove]:
        for position in range(first, last):
            before, after = self._in_order((position, position + 1))
            yield KubernetesMove(before=before, after=after)

    def _in_order(self, span: Span) -> tuple[Minor, ...]:
        """Give the minors of a span as they are passed by."""
        first, last = span
        return tuple(minor for at in self._way.positions[first : last + 1] for minor in at)

    def _blocked(self, position: int, unresolved: tuple[Unresolved, ...]) -> Blocked | None:
        if position == self._way.last and not unresolved:
            return None
        here = max(position, 0)
        minors = self._in_order((here, here + 1))
        return Blocked(at=minors[0], next=minors[-1], unresolved=unresolved)
