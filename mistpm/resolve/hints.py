"""Hints: changes that dissolve a conflict, each tried out before it is given."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from mistpm.model.cause import Asked, Conflict, NeedsKubernetes, RequiresApi
from mistpm.model.minors import known_minors
from mistpm.model.presence import parse_api
from mistpm.model.question import Question
from mistpm.model.ranges import ANY
from mistpm.resolve.catalogue import Catalogue
from mistpm.resolve.choice import Choice
from mistpm.resolve.limits import Deadline
from mistpm.resolve.node import Node
from mistpm.resolve.phrases import joined_words
from mistpm.resolve.problem import Problem
from mistpm.resolve.search import search
from mistpm.resolve.universe import Universe


class Change(Struct, frozen=True, kw_only=True):
    """Another question, and how to say what is different in it; `told` sees the solution."""

    question: Question
    told: Callable[[Choice], str]


def find_hint(
    universe: Universe, part: Sequence[Node], conflict: Conflict, deadline: Deadline
) -> str:
    """Give the first change that makes the releases of a part possible together, or nothing."""
    releases = frozenset(node.name for node in part if node.kind == "asked")
    for change in _changes(universe, conflict):
        problem = Problem(question=change.question, begin=releases)
        choice = _solved(problem, universe.catalogue, deadline)
        if choice is not None:
            return change.told(choice)
    return ""


def _solved(problem: Problem, catalogue: Catalogue, deadline: Deadline) -> Choice | None:
    """Solve a changed question, asking for computed requirements; None where anything stays open."""
    while True:
        tried = Universe(problem, catalogue).grow()
        nodes = () if tried.missing else tuple(tried.nodes.values())
        choice = search(nodes, frozenset(), deadline) if nodes else None
        if choice is None or not catalogue.computed.ask(choice, problem.question):
            return None if choice is None or choice.open_releases() else choice


def _changes(universe: Universe, conflict: Conflict) -> Iterator[Change]:
    causes = [ground.cause for ground in conflict.grounds]
    asked = [cause for cause in causes if isinstance(cause, Asked)]
    for cause in asked:
        if cause.range != str(ANY):
            yield _any_version(universe.question, cause)
    kubernetes = [cause for cause in causes if isinstance(cause, NeedsKubernetes)]
    if kubernetes:
        yield from _other_minors(universe.question, kubernetes)
    for api in (cause for cause in causes if isinstance(cause, RequiresApi)):
        yield _provided(universe, api)
    for cause in asked if len(asked) > 1 else ():
        yield _without(universe.question, cause)


def _any_version(question: Question, cause: Asked) -> Change:
    def told(choice: Choice) -> str:
        for node, place in choice.places.items():
            if node.name == cause.release and node.kind == "asked":
                version = node.candidate(place).version
                return (
                    f"allow {cause.release} {version} in mistpm.yaml,"
                    f" where it is asked for at {cause.range}"
                )
        return ""

    changed = tuple(
        replace(wanted, range=ANY) if wanted.name == cause.release else wanted
        for wanted in question.releases
    )
    return Change(question=replace(question, releases=changed), told=told)


def _other_minors(question: Question, causes: Sequence[NeedsKubernetes]) -> Iterator[Change]:
    missing = {minor for cause in causes for minor in cause.missing}
    kept = tuple(minor for minor in question.minors if str(minor) not in missing)
    gone = joined_words([str(minor) for minor in question.minors if str(minor) in missing])
    if kept:
        hint = f"leave Kubernetes {gone} out of `kubernetes` in mistpm.yaml"
        yield Change(question=replace(question, minors=kept), told=lambda _: hint)
    for minor in known_minors():
        if minor not in question.minors:
            yield Change(
                question=replace(question, minors=(minor,)),
                told=lambda _, minor=minor: f"Kubernetes {minor} would do",  # type: ignore[misc]
            )


def _provided(universe: Universe, cause: RequiresApi) -> Change:
    question = universe.question
    api = parse_api(cause.api)
    known = sorted(set(universe.catalogue.source.providers(api)))
    listed = f"list `{api}` under `provided` in mistpm.yaml if something else provides it"
    hint = f"add {_alternatives(known)} to mistpm.yaml, or {listed}" if known else listed
    changed = replace(question, provided_apis=(*question.provided_apis, api))
    return Change(question=changed, told=lambda _: hint)


def _without(question: Question, cause: Asked) -> Change:
    changed = tuple(wanted for wanted in question.releases if wanted.name != cause.release)
    hint = f"without {cause.release} the rest can be had"
    return Change(question=replace(question, releases=changed), told=lambda _: hint)


def _alternatives(words: Sequence[str]) -> str:
    return " or ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)
