"""A change that may dissolve a conflict: what it makes of a problem, and how to say it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from mistpm.model.question import Question, Wanted
from mistpm.model.ranges import Range
from mistpm.resolve.world.problem import Problem

NEWEST: Final = "<newest>"
"""In a hint, the newest version of the change's node that turned out to be possible."""

Kind: TypeAlias = Literal["range", "policy", "presence", "kubernetes", "pin", "less"]
"""What is changed; of each kind only the best changes are told.  `pin` and `less` give up what was asked for."""


class Change(Struct, frozen=True, kw_only=True):
    """Gives another problem where it is made `on` one, and tells what to do for that.

    `node` is the one whose `NEWEST` version the hint names, empty where it names none; `allowed` are versions of it
    that need no change.
    """

    kind: Kind
    on: Callable[[Problem], Problem]
    hint: str
    node: str = ""
    allowed: Range | None = None


def asking(edit: Callable[[Question], Question]) -> Callable[[Problem], Problem]:
    """Change what is asked."""
    return lambda problem: replace(problem, question=edit(problem.question))


def editing(name: str, edit: Callable[[Wanted], Wanted]) -> Callable[[Problem], Problem]:
    """Change what is asked of one release."""

    def edited(question: Question) -> Question:
        releases = [edit(each) if each.name == name else each for each in question.releases]
        return replace(question, releases=tuple(releases))

    return asking(edited)


def adding(*wanted: Wanted) -> Callable[[Problem], Problem]:
    """Ask for more releases."""

    def added(problem: Problem) -> Problem:
        question = problem.question
        question = replace(question, releases=(*question.releases, *wanted))
        begin = problem.begin
        if begin is not None:
            begin |= {each.name for each in wanted}
        return replace(problem, question=question, begin=begin)

    return added


def binding(release: str, bind: Mapping[str, str]) -> Callable[[Problem], Problem]:
    """Bind dependencies of a release, those that are bound already as well."""
    return editing(release, lambda each: replace(each, bind={**each.bind, **bind}))


def leaving_out(name: str) -> Callable[[Problem], Problem]:
    """Ask for one release less, and bind nothing to it any more."""

    def without(problem: Problem) -> Problem:
        releases = tuple(
            replace(each, bind={a: to for a, to in each.bind.items() if to != name})
            for each in problem.question.releases
            if each.name != name
        )
        begin = None if problem.begin is None else problem.begin - {name}
        question = replace(problem.question, releases=releases)
        return replace(problem, question=question, begin=begin)

    return without
