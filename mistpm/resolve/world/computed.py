"""Computed requirements: versions that are chosen are asked what else they require, until none is left.

An answer only ever adds to what is required, so what was solved without it is at least as good as what
can be had: once every chosen version was asked, it is the optimum (`specs/resolve.md#computed`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import msgspec

from mistpm.errors import MistError, ResolutionError
from mistpm.model.descriptor import Candidate, Dependency
from mistpm.model.question import Question
from mistpm.resolve.world.limits import Deadline

if TYPE_CHECKING:
    from mistpm.resolve.world.choice import Choice
    from mistpm.resolve.world.node import Node


Known: TypeAlias = tuple[dict[int, Mapping[str, Dependency]], dict[int, MistError]]


class Computing(Protocol):
    """What asks packages; called once for a release at a version, and only if that was chosen."""

    def requirements(
        self, release: str, candidate: Candidate, inputs: dict[str, Any], question: Question
    ) -> Mapping[str, Dependency]:
        """Give what a release of a candidate requires besides its descriptor's dependencies, by alias.

        `inputs` are the user's, not completed.  The answer is a function of the arguments; of the question
        it depends on the minors and on what is provided only.  Its aliases are none of the descriptor's,
        and it has no `when`.  Raises `MistError` where the candidate cannot be asked: what needs it is open
        then, as where a registry does not answer.
        """


class Computed:
    """What was answered so far; may live as long as the catalogue whose listings it numbers.

    `has_silences` tells that somebody could not be asked, `asked` how many were.
    """

    def __init__(self, computing: Computing | None, deadline: Deadline) -> None:
        self.has_silences = False
        self.asked = 0
        self._computing = computing
        self._deadline = deadline
        self._known: dict[tuple[object, ...], Known] = {}

    def known(self, node: Node, question: Question) -> Known:
        """Give what a release's versions answered, and what kept others from it, by their bits.

        Both grow when more are asked.
        """
        inputs = msgspec.json.encode(node.contexts[0].inputs, order="sorted")
        surroundings = question.minors, question.provided_apis
        return self._known.setdefault((node.name, node.package, inputs, *surroundings), ({}, {}))

    def ask(self, choice: Choice, question: Question) -> bool:
        """Ask every chosen version that was not asked before; tells whether there was any."""
        asked = [self.ask_version(*chosen, question) for chosen in choice.places.items()]
        return any(asked)

    def ask_version(self, node: Node, place: int, question: Question) -> bool:
        """Ask one version if that was not done before; tells whether it was necessary."""
        if not node.unasked >> place & 1 or place in node.silences:
            return False
        self.asked += 1
        candidate, inputs = node.candidate(place), node.contexts[0].inputs
        if self._computing is None:
            raise AssertionError(f"{candidate} computes requirements, and nothing can ask it")
        try:
            if len(node.answers) >= self._deadline.limits.answers:
                raise _too_many(node)
            with self._deadline.paused():
                found = self._computing.requirements(node.name, candidate, inputs, question)
        except MistError as error:
            node.silences[place] = error
            self.has_silences = True
        else:
            node.answers[place] = found
        return True


def _too_many(node: Node) -> ResolutionError:
    versions = [node.candidate(place).version for place in sorted(node.answers)]
    return ResolutionError(
        "too-many-computed-requirements",
        f"{len(versions)} versions of `{node.package}` were asked what `{node.name}` requires,"
        " and none of them will do",
        context=(
            f"{versions[0]} to {versions[-1]} were asked, each with the inputs of `{node.name}`",
        ),
        hint=f"narrow the version of `{node.name}` in mistpm.yaml, or change what its inputs ask for",
    )
