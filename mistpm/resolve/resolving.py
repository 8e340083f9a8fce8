"""Resolving: a question solved, confirmed, and told as an answer.

The algorithm as a whole is told in `specs/resolve.md#algorithm`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from copy import copy
from typing import TYPE_CHECKING

from msgspec.structs import replace

from mistpm.model.asker import Asker
from mistpm.model.question import Held, Question
from mistpm.model.resolution import Chosen, Resolution, Unresolved
from mistpm.model.version import Version
from mistpm.resolve.answer import Answer
from mistpm.resolve.mistakes import check
from mistpm.resolve.search.walk import walk, walk_held
from mistpm.resolve.world.binding import Binder
from mistpm.resolve.world.catalogue import Catalogue
from mistpm.resolve.world.choice import Choice
from mistpm.resolve.world.computed import Computing
from mistpm.resolve.world.effort import Effort
from mistpm.resolve.world.limits import Deadline, Limits
from mistpm.resolve.world.problem import Problem
from mistpm.resolve.world.source import CandidateSource
from mistpm.resolve.world.universe import Universe

if TYPE_CHECKING:
    from mistpm.resolve.unresolved import Failure

_NOTHING_HELD = Held()
_LIMITS = Limits()
_ASKER = Asker()
_NO_PINS: dict[str, Version] = {}


def resolve(
    question: Question,
    source: CandidateSource,
    held: Held = _NOTHING_HELD,
    *,
    computing: Computing | None = None,
    limits: Limits = _LIMITS,
    effort: Effort | None = None,
    asker: Asker = _ASKER,
) -> Resolution:
    """Choose a version for every release of the question and for all that they need.

    The answer is the best in the sense of `specs/resolve.md#objective`, whatever the order in which the
    source lists versions.  What has no solution is in `unresolved`, and keeps what was held.  What it cost
    is counted in `effort`.  `computing` asks chosen versions that compute requirements what these are;
    without it there may be none of them.  `asker` is how explanations call the environment.

    Raises `ResolutionError` (`ambiguous-binding`, `invalid-binding`, `invalid-condition`,
    `release-name-clash`, `too-many-calls`, `resolution-timeout`), and whatever else than a
    `RegistryError` the source raises.
    """
    return Resolver(
        question, source, held, limits, effort=effort, computing=computing, asker=asker
    ).resolve()


class Resolver:
    """Solves one question; keeps what the source answered."""

    def __init__(
        self,
        question: Question,
        source: CandidateSource,
        held: Held = _NOTHING_HELD,
        limits: Limits = _LIMITS,
        *,
        effort: Effort | None = None,
        computing: Computing | None = None,
        pins: dict[str, Version] = _NO_PINS,
        asker: Asker = _ASKER,
    ) -> None:
        self.problem = Problem(question=question, held=held, pins=pins, asker=asker)
        self.binder = Binder(question)
        self.deadline = Deadline(limits, effort)
        self.catalogue = Catalogue(source, self.deadline, computing)
        self._names = [wanted.name for wanted in question.releases]

    def about(self, problem: Problem) -> Resolver:
        """Give a resolver of another problem, which knows what this one was answered."""
        other = copy(self)
        other.problem = problem
        other.binder = Binder(problem.question)
        return other

    def resolve(self) -> Resolution:
        """See `resolve`."""
        self.binder.check()
        choice, failures, rest = self._found()
        resolution = self.told(choice, tuple(failure.part for failure in failures))
        if not failures:
            return resolution
        from mistpm.resolve.unresolved import with_hints

        with self.deadline.effort.time("explain"):
            return replace(resolution, unresolved=with_hints(failures, rest, self.deadline))

    def solved(self) -> tuple[Choice, tuple[Unresolved, ...]]:
        """Give the best choice, and what has no solution, without looking for what would help."""
        choice, failures, _ = self._found()
        return choice, tuple(failure.part for failure in failures)

    def _found(self) -> tuple[Choice, Sequence[Failure], Problem]:
        """Give the best choice, what has no solution, and what was solved without that."""
        while (found := self._solve()) is None:
            pass  # somebody was asked for computed requirements: begin again, with the answers
        return found

    def is_possible(self) -> bool:
        """Tell whether everything has a solution; costs less than the best one, and nothing is explained."""
        while True:
            universe = Universe(self.problem, self.catalogue)
            choice = walk(universe) or self._any(universe)
            if choice is None or choice.open_releases():
                return False
            if not self._ask(choice):
                return True

    def _any(self, universe: Universe) -> Choice | None:
        """Give some choice, None where there is none."""
        from mistpm.resolve.search.search import Search

        with Search(universe, self.deadline) as search:
            found = not universe.missing and search.is_possible()
            return search.choice() if found else None

    def told(self, choice: Choice, unresolved: tuple[Unresolved, ...]) -> Resolution:
        """Tell a choice as an answer.  Raises `ResolutionError` for a mistake that it runs into."""
        with self.deadline.effort.time("build"):
            answer = Answer(self._confirmed(choice))
            check(answer, self.binder)
            releases, called = answer.releases(), answer.called()
            if unresolved:
                kept = self._kept(unresolved, releases, called)
                releases = kept.releases() | releases
                called = kept.called() | called
        return Resolution(
            releases=self._in_order(releases),
            called=dict(sorted(called.items())),
            unresolved=unresolved,
        )

    def _solve(self) -> tuple[Choice, Sequence[Failure], Problem] | None:
        """Solve as far as computed requirements are known; None where some were not known yet."""
        universe = Universe(self.problem, self.catalogue)
        with self.deadline.effort.time("solve"):
            choice = walk(universe)
        if choice is None or (self.catalogue.has_gaps and choice.open_releases()):
            return self._search(universe)
        return None if self._ask(choice) else (choice, (), self.problem)

    def _ask(self, choice: Choice) -> bool:
        """Ask chosen versions for computed requirements; tells whether any had to be asked."""
        computed = self.catalogue.computed
        was_asked = computed.ask(choice, self.problem.question)
        self.catalogue.has_gaps |= computed.has_silences
        return was_asked

    def _search(self, universe: Universe) -> tuple[Choice, Sequence[Failure], Problem] | None:
        """Let the solver decide; what has no solution is taken out, until the rest has one."""
        from mistpm.resolve.gaps import find_gaps, tell_gaps
        from mistpm.resolve.unresolved import Failure, missing

        failures: list[Failure] = []
        while True:
            choice, found = self._attempt(universe)
            problem = universe.problem
            if choice is not None:
                gaps = find_gaps(universe, choice) if self.catalogue.has_gaps else {}
                parts = tell_gaps(gaps, self._names) + missing(universe, gaps)
                found = [Failure(part=part) for part in parts]
                problem = replace(
                    problem, gaps=problem.gaps | {name: gap.error for name, gap in gaps.items()}
                )
                if not found:
                    break
            failures += found
            absent = problem.absent.union(*(failure.part.releases for failure in found))
            problem = replace(problem, absent=absent)
            if len(failures) >= (self.deadline.limits.failures or math.inf):
                choice = Choice({}, (), {})
                break
            universe = Universe(problem, self.catalogue)
        if self._ask(choice):
            return None
        failures.sort(key=lambda failure: self._names.index(failure.part.releases[0]))
        return choice, failures, problem

    def _attempt(self, universe: Universe) -> tuple[Choice | None, list[Failure]]:
        """Give the best choice, or where there is none what stands against it."""
        from mistpm.resolve.search.search import Search
        from mistpm.resolve.unresolved import find_unresolved

        with self.deadline.effort.time("encode"):
            begun = Search(universe, self.deadline)
        with begun as search:
            with self.deadline.effort.time("solve"):
                choice = search.best()
            if choice is not None:
                return choice, []
            with self.deadline.effort.time("explain"):
                self.deadline.doing = "finding out what clashes"
                return None, [find_unresolved(search, self.deadline)]

    def _confirmed(self, choice: Choice) -> Choice:
        """Let resolvelib build the set from the choice."""
        from mistpm.resolve.graph import build

        return Choice(build(choice), choice.contexts, choice.picked)

    def _kept(
        self,
        unresolved: tuple[Unresolved, ...],
        releases: dict[str, Chosen],
        called: dict[str, Chosen],
    ) -> Answer:
        """Give what was held of the releases that have no solution, and of what they need.

        What the others need as well is where it is with them.  What a gap keeps open cannot be looked at;
        the lock alone knows what was held of it.
        """
        failed = {name for part in unresolved if not part.is_open for name in part.releases}
        if failed.isdisjoint(self.problem.held.releases):
            return Answer(Choice({}, (), {}))
        held = _updated(self.problem.held, releases, called)
        problem = replace(self.problem, held=held, begin=frozenset(failed), only_held=True)
        while True:
            choice = walk_held(Universe(problem, self.catalogue))
            if not self._ask(choice):
                return Answer(choice)

    def _in_order(self, releases: dict[str, Chosen]) -> dict[str, Chosen]:
        """Order releases: those of the file as there, then what is pulled in by name."""
        asked = [name for name in self._names if name in releases]
        others = sorted(releases.keys() - set(asked))
        return {name: releases[name] for name in (*asked, *others)}


def _updated(held: Held, releases: dict[str, Chosen], called: dict[str, Chosen]) -> Held:
    """Hold what was chosen, and of what was held before the rest."""
    chosen = {name: one.candidate for name, one in releases.items()}
    calls = {
        name: {edge.alias: edge.target for edge in one.edges if edge.use == "call"}
        for name, one in (*releases.items(), *called.items())
    }
    return Held(
        releases=held.releases | {name: (c.package, c.version) for name, c in chosen.items()},
        called=held.called | {key: one.candidate.version for key, one in called.items()},
        calls=held.calls | calls,
        providers=held.providers,
    )
