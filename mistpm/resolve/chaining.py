"""Chaining: the best chain of resolutions along a way, each one told as an answer of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from mistpm.model.question import Held, Question
from mistpm.model.resolution import Resolution
from mistpm.resolve.choice import Choice
from mistpm.resolve.resolving import Resolver
from mistpm.resolve.universe import Universe
from mistpm.resolve.way import Span, Way

if TYPE_CHECKING:
    from mistpm.resolve.passing import Passing, Stop


class Link(Struct, frozen=True, kw_only=True):
    """One state of a chain: what is chosen on a span of the way."""

    span: Span
    resolution: Resolution


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
        self._question = question
        self._held = held
        self._absent = absent

    def on(self, way: Way, span: Span, held: Held) -> Resolver:
        """Give a resolver of the question as it is on a span."""
        return self._resolver.about(replace(self._question, minors=way.minors(span)), held)

    def links(self, way: Way, furthest: int, target: Held | None = None) -> tuple[list[Link], int]:
        """Give the best chain, and the position that it gets to: the last one that can be reached.

        Where somebody has to be asked for computed requirements it begins again with the answers.  There are no
        more states than positions, and `Limits.moves` besides.  With a target that cannot be reached the position
        is -1.
        """
        while True:
            with self._passing(way, furthest, target) as passing:
                position = self._reach(passing, way)
                stops = passing.best() if position == way.last else []
            if position < way.last:
                if position <= furthest or target is not None:
                    return [], -1 if target is not None else position
                way = Way(positions=way.positions[: position + 1])
            else:
                links = self._confirmed(way, stops)
                if links is not None:
                    return links, position

    def best_end(self, way: Way, furthest: int) -> Held:
        """Give the best versions that can be reached with any number of moves up to the limit."""
        while True:
            with self._passing(way, furthest, None) as passing:
                for _ in range(self._most(way)):
                    passing.extend()
                if not passing.can_reach(way.last):
                    return self._held
                stop = passing.best_end()
            if self._confirmed(way, [stop]) is not None:
                return stop.held

    def _reach(self, passing: Passing, way: Way) -> int:
        for _ in range(self._most(way)):
            passing.extend()
            if passing.can_reach(way.last):
                return way.last
        return next((p for p in range(way.last - 1, -1, -1) if passing.can_reach(p)), -1)

    def _most(self, way: Way) -> int:
        return way.last + 1 + self._resolver.deadline.limits.moves

    @contextmanager
    def _passing(self, way: Way, furthest: int, target: Held | None) -> Iterator[Passing]:
        from mistpm.resolve.passing import Passing

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

    def _confirmed(self, way: Way, stops: list[Stop]) -> list[Link] | None:
        """Resolve what each state holds; None where that now has to move, for requirements just computed."""
        links = []
        for stop in stops:
            resolver = self.on(way, stop.span, stop.held)
            choice, unresolved = resolver.solved()
            if not is_held(choice):
                return None
            links.append(Link(span=stop.span, resolution=resolver.told(choice, unresolved)))
        return links


def is_held(choice: Choice) -> bool:
    """Tell whether a choice is nothing but what is held."""
    return all(node.held_place == place for node, place in choice.places.items())
