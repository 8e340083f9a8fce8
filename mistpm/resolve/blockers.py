"""What keeps a release from another version, the other releases of the file staying as they are."""

from __future__ import annotations

from collections.abc import Iterator

from mistpm.model.asker import Asker
from mistpm.model.cause import Asked, Cause, Conflict, Ground, Pinned
from mistpm.model.question import Held, Question
from mistpm.model.resolution import Unresolved
from mistpm.model.version import Version
from mistpm.resolve.explain.grouping import versions_text
from mistpm.resolve.explain.writer import facts
from mistpm.resolve.search.walk import walk_held
from mistpm.resolve.world.catalogue import Catalogue
from mistpm.resolve.world.choice import Choice
from mistpm.resolve.world.computed import Computing
from mistpm.resolve.world.limits import Deadline, Limits
from mistpm.resolve.world.node import Node, Requirement
from mistpm.resolve.world.problem import Problem
from mistpm.resolve.world.source import CandidateSource
from mistpm.resolve.world.universe import Universe

_LIMITS = Limits()
_ASKER = Asker()


def blockers(
    question: Question,
    source: CandidateSource,
    held: Held,
    release: str,
    version: Version,
    *,
    computing: Computing | None = None,
    limits: Limits = _LIMITS,
    asker: Asker = _ASKER,
) -> Unresolved | None:
    """Tell why a release is not at a version; None where nothing but the objective speaks against it.

    `held` is a whole resolution.  Its other releases of the file stay at their versions, what is pulled
    in or called may move.  What stands directly against the version is told completely and costs no
    search; only where there is nothing of the kind is a conflict looked for, and told as a minimal one.
    `computing` is as in `resolve`; of what is not held only the version in question is asked.
    """
    found = Blockers(question, source, held, limits, computing=computing, asker=asker)
    return found.of(release, version)


class Blockers:
    """Answers `blockers` for one resolution, which it looks at only once."""

    def __init__(
        self,
        question: Question,
        source: CandidateSource,
        held: Held,
        limits: Limits = _LIMITS,
        *,
        computing: Computing | None = None,
        asker: Asker = _ASKER,
    ) -> None:
        self._asker = asker
        self._question = question
        self._held = held
        self._names = [wanted.name for wanted in question.releases]
        self._deadline = Deadline(limits)
        self._catalogue = Catalogue(source, self._deadline, computing)
        self._universe, self._choice = self._walked()

    def of(self, release: str, version: Version) -> Unresolved | None:
        """See `blockers`."""
        node = next((node for node in self._choice.places if node.name == release), None)
        if node is None:
            return None
        place = node.listing.place(version)
        direct = () if place is None else dict.fromkeys(self._direct(node, place))
        found = tuple(direct) or self._searched(release, version)
        if not found:
            return None
        conflict = Conflict(grounds=found, minimal=True)
        return Unresolved(
            releases=(release,), conflict=conflict, explanation=facts(found, self._asker)
        )

    def _walked(self) -> tuple[Universe, Choice]:
        """Look at what is held, all that its packages compute included."""
        problem = Problem(question=self._question, held=self._held, only_held=True)
        while True:
            universe = Universe(problem, self._catalogue)
            choice = walk_held(universe)
            if not self._catalogue.computed.ask(choice, self._question):
                return universe, choice

    def _direct(self, node: Node, place: int) -> Iterator[Ground]:
        """Find what excludes the version, requires another one, or is required by it and not there."""
        if node.asked is not None and not node.range >> place & 1:
            yield Ground(cause=node.asked)
        for exclusion in node.exclusions:
            if exclusion.mask >> place & 1:
                yield _ground(exclusion.cause, node, place)
        for context, requirement, option in self._choice.links():
            if option.node is node and not option.mask >> place & 1:
                yield _ground(requirement.cause, context.node, self._choice.places[context.node])
        context = node.contexts[0]
        self._universe.require(context, node.listing.profile(place))
        self._catalogue.computed.ask_version(node, place, self._question)
        self._universe.require_answer(context, place)
        for requirement in context.at(place):
            if requirement.constrains and self._is_unmet(requirement):
                yield _ground(requirement.cause, node, place)

    def _is_unmet(self, requirement: Requirement) -> bool:
        """Tell whether nothing at all meets a requirement, or a release of the file that stays."""
        if requirement.use == "api":
            return False
        stay = [option for option in requirement.options if option.node.kind == "asked"]
        met = any(self._choice.meets(option) for option in stay)
        return not (met if stay else requirement.options)

    def _searched(self, release: str, version: Version) -> tuple[Ground, ...]:
        """Look for a conflict with the version, then, should others conflict, without holding them."""
        from mistpm.resolve.explain.explanation import explain
        from mistpm.resolve.search.search import Search

        held = self._held.releases
        others = {name: held[name][1] for name in self._names if name in held}
        for pins in ({**others, release: version}, {release: version}):
            begin = frozenset(node.name for node in self._choice.places if node.kind == "asked")
            problem = Problem(question=self._question, pins=pins, begin=begin)
            with Search(Universe(problem, self._catalogue), self._deadline) as search:
                if search.is_possible():
                    return ()
                grounds = explain(search, self._deadline).conflict.grounds
            causes = [ground.cause for ground in grounds]
            if any(isinstance(cause, Pinned) and cause.node == release for cause in causes):
                return tuple(g for g in grounds if _says_something(g.cause))
        return ()


def _ground(cause: Cause | None, node: Node, place: int) -> Ground:
    assert cause is not None  # noqa: S101 - a requirement that constrains has one
    return Ground(cause=cause, versions=versions_text(node.listing, 1 << place))


def _says_something(cause: Cause) -> bool:
    """Tell whether a cause is more than what the question takes for granted here."""
    if isinstance(cause, Asked):
        return cause.range not in {"", "*"}
    return not isinstance(cause, Pinned)
