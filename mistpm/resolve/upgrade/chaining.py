"""Chaining: the best chain of resolutions along a way, each one told as an answer of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from mistpm.model.question import Held, Question
from mistpm.model.resolution import Resolution, Unresolved
from mistpm.resolve.answer import Answer
from mistpm.resolve.mistakes import check
from mistpm.resolve.resolving import Resolver
from mistpm.resolve.upgrade.way import Span, Way
from mistpm.resolve.world.choice import Choice
from mistpm.resolve.world.universe import Universe

if TYPE_CHECKING:
    from mistpm.resolve.upgrade.passing import Passing, Stop


class Link(Struct, frozen=True, kw_only=True):
    """One state of a chain: what is chosen on a span of the way."""

    span: Span
    resolution: Resolution


class Links(Struct, frozen=True, kw_only=True):
    """A chain, and the position that it gets to; `unresolved` is what nobody can tell about the next state."""

    links: tuple[Link, ...] = ()
    position: int
    unresolved: tuple[Unresolved, ...] = ()


class Chaining:
    """Finds chains for one question and what is held of it.

    `absent` are releases of the file that have no solution and keep what they have.
    """

    def __init__(
        self,
        resolver: Resolver,
        question: Question,
        held: Held,
        absent: frozenset[str] = frozenset(),
    ) -> None:
        self._resolver = resolver
        self._computed = resolver.catalogue.computed
        self._question = question
        self._held = held
        self._absent = absent

    def on(self, way: Way, span: Span, held: Held) -> Resolver:
        """Give a resolver of the question as it is on a span."""
        question = replace(self._question, minors=way.minors(span))
        return self._resolver.about(replace(self._resolver.problem, question=question, held=held))

    def links(self, way: Way, furthest: int, target: Held | None = None) -> Links:
        """Give the best chain to the last position that can be reached, -1 where that is none.

        Where somebody has to be asked for computed requirements it begins again with the answers.  There are no
        more states than positions, and `Limits.moves` besides.
        """
        while True:
            with self._passing(way, furthest, target) as passing:
                position = self._reach(passing, way)
                stops = passing.best() if position == way.last else []
            if position <= furthest:
                return Links(position=position)
            if position == way.last:
                found = self._confirmed(way, stops)
                if found is not None:
                    return found
            else:
                way = Way(positions=way.positions[: position + 1])

    def best_end(self, way: Way, furthest: int) -> Resolution | None:
        """Give the best that can be reached with any number of moves up to the limit."""
        while True:
            with self._passing(way, furthest, None) as passing:
                for _ in range(self.most(way)):
                    passing.extend()
                if not passing.can_reach(way.last):
                    return None
                found = self._confirmed(way, [passing.best_end()])
            if found is not None:
                return found.links[0].resolution if found.links else None

    def _reach(self, passing: Passing, way: Way) -> int:
        for _ in range(self.most(way)):
            passing.extend()
            if passing.can_reach(way.last):
                return way.last
        return next((p for p in range(way.last - 1, -1, -1) if passing.can_reach(p)), -1)

    def most(self, way: Way) -> int:
        """Give how many package moves are looked for on a way."""
        return way.last + 1 + self._resolver.deadline.limits.moves

    @contextmanager
    def _passing(self, way: Way, furthest: int, target: Held | None) -> Iterator[Passing]:
        from mistpm.resolve.upgrade.passing import Passing

        problem = replace(
            self._resolver.problem,
            question=replace(self._question, minors=way.minors((0, way.last))),
            held=self._held,
            absent=self._absent,
            passes_by=True,
        )
        universe = Universe(problem, self._resolver.catalogue)
        passing = Passing(universe, self._resolver.deadline, way, furthest, target)
        try:
            yield passing
        finally:
            passing.close()

    def _confirmed(self, way: Way, stops: Sequence[Stop]) -> Links | None:
        """Resolve what each state holds; None where somebody was asked who requires something else."""
        links: list[Link] = []
        for stop in stops:
            asked = self._computed.asked
            resolver = self.on(way, stop.span, self._with_absent(stop.held))
            choice, unresolved = resolver.solved()
            failed = [part for part in unresolved if not self._absent.issuperset(part.releases)]
            if failed or not is_held(choice, stop.held):
                if self._computed.asked > asked:
                    return None
                if failed:
                    return Links(
                        links=tuple(links), position=stop.span[0], unresolved=tuple(failed)
                    )
                check(Answer(stop.choice), resolver.binder)
                raise AssertionError("a state of the chain is not what is resolved for its span")
            links.append(Link(span=stop.span, resolution=resolver.told(choice, unresolved)))
        return Links(links=tuple(links), position=way.last)

    def _with_absent(self, held: Held) -> Held:
        """Hold what releases without a solution have, beside what a state holds."""
        if not self._absent:
            return held
        before = self._held
        return replace(
            held,
            releases={**before.releases, **held.releases},
            called={**before.called, **held.called},
            calls={**before.calls, **held.calls},
            providers={**before.providers, **held.providers},
        )


def is_held(choice: Choice, held: Held) -> bool:
    """Tell whether a choice is nothing but what is held, each choice among options included."""
    if any(node.held_place != place for node, place in choice.places.items()):
        return False
    for context, requirement, option in choice.links():
        kept = ""
        if requirement.use == "call":
            kept = held.calls.get(context.node.name, {}).get(requirement.alias, "")
        elif requirement.use == "api":
            kept = held.providers.get(requirement.text, "")
        if kept not in {"", option.node.name}:
            return False
    return True
