"""Resolving: the parts of a question solved one by one, and put together to an answer."""

from __future__ import annotations

from collections.abc import Sequence

from mistpm.model.question import Held, Question
from mistpm.model.resolution import Resolution, Unresolved
from mistpm.resolve.answer import Answer
from mistpm.resolve.binding import Binder
from mistpm.resolve.choice import Choice, joined
from mistpm.resolve.encoding import Encoding
from mistpm.resolve.foundation import FoundedSolver
from mistpm.resolve.graph import build
from mistpm.resolve.limits import Deadline, Limits
from mistpm.resolve.listing import Catalogue
from mistpm.resolve.mistakes import check
from mistpm.resolve.node import Node
from mistpm.resolve.optimum import Optimum
from mistpm.resolve.parts import parts
from mistpm.resolve.problem import Problem
from mistpm.resolve.solver import Solver
from mistpm.resolve.source import CandidateSource
from mistpm.resolve.universe import Universe


def resolve(
    question: Question,
    source: CandidateSource,
    held: Held = Held(),  # noqa: B008 - frozen
    *,
    limits: Limits = Limits(),  # noqa: B008 - frozen
) -> Resolution:
    binder = Binder(question)
    binder.check()
    deadline = Deadline(limits)
    catalogue = Catalogue(source)
    universe = Universe(Problem(question=question, held=held), catalogue).grow()
    choices = []
    unresolved = []
    for part in parts(universe):
        choice = optimum(part, held.free, deadline)
        if choice is None:
            unresolved.append(
                Unresolved(releases=tuple(n.name for n in part if n.asked), causes=("?",))
            )
        else:
            build(choice)
            choices.append(choice)
    answer = Answer(joined(choices))
    check(answer, binder)
    return Resolution(
        releases=answer.releases(), called=answer.called(), unresolved=tuple(unresolved)
    )


def optimum(nodes: Sequence[Node], free: frozenset[str], deadline: Deadline) -> Choice | None:
    encoding = Encoding(nodes)
    solver = Solver(encoding.clauses, deadline)
    try:
        selection = Optimum(FoundedSolver(encoding, solver), free).find()
    finally:
        solver.close()
    return None if selection is None else selection.choice()
