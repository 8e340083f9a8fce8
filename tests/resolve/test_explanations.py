"""Explanations of random worlds: they are conflicts, minimal, and told whole; hints help."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from msgspec.structs import replace
from random_worlds import Case, random_case, seeded

from mistpm.errors import ResolutionError
from mistpm.model.asker import Asker
from mistpm.model.cause import Asked, Cause, Conflict, Ground, Requires, RequiresApi
from mistpm.model.ranges import parse_range
from mistpm.model.resolution import Unresolved
from mistpm.resolve import Limits, resolve
from mistpm.resolve.explain import writer
from mistpm.resolve.explain.cores import NodeCores
from mistpm.resolve.explain.phrases import Phrase
from mistpm.resolve.explain.phrases import phrase as told_phrase
from mistpm.resolve.world.catalogue import Catalogue
from mistpm.resolve.world.limits import Deadline
from mistpm.resolve.world.problem import Problem
from mistpm.resolve.world.universe import Universe

SEEDS = range(300)


def unresolved(case: Case, limits: Limits | None = None) -> tuple[Unresolved, ...]:
    """Give what has no solution; a mistake is no conflict."""
    try:
        resolution = resolve(
            case.question,
            case.world,
            case.held,
            limits=limits or Limits(),
            computing=case.world,
        )
    except ResolutionError:
        return ()
    return resolution.unresolved


def conflicts(limits: Limits | None = None) -> Iterator[tuple[int, Case, Conflict]]:
    """Give the conflicts of random cases that stand for themselves."""
    for seed in SEEDS:
        case = random_case(seeded(seed))
        for part in unresolved(case, limits):
            causes = [ground.cause for ground in part.conflict.grounds] if part.conflict else []
            if part.conflict is not None and not any(map(_rests_on_more, causes)):
                yield seed, case, part.conflict


def _rests_on_more(cause: Cause) -> bool:
    """Tell whether a cause speaks of another conflict, or of all that could be in the environment."""
    return isinstance(cause, RequiresApi) or (isinstance(cause, Requires) and cause.impossible)


class Judge:
    """Tells whether causes can hold together, from the clauses of everything."""

    def __init__(self, case: Case) -> None:
        deadline = Deadline(Limits())
        catalogue = Catalogue(case.world, deadline, case.world)
        problem = Problem(question=case.question, held=case.held, relaxed=True)
        universe = Universe(problem, catalogue).grow()
        self._cores = NodeCores(tuple(universe.nodes.values()), deadline)
        self.causes = set(self._cores.causes)

    def can_hold(self, causes: list[Cause]) -> bool:
        """Tell whether these alone can hold together."""
        answer = self._cores.can_hold(causes)
        assert answer is not None
        return answer


@pytest.mark.slow
def test_explanations_are_conflicts_and_minimal() -> None:
    """The causes alone have no solution, and every one of them is needed."""
    checked = 0
    for seed, case, conflict in conflicts(Limits(tries=0)):
        judge = Judge(case)
        causes = [ground.cause for ground in conflict.grounds]
        if set(causes) <= judge.causes:
            checked += 1

            assert conflict.minimal
            assert not judge.can_hold(causes), (seed, causes)
            for cause in causes:
                assert judge.can_hold([other for other in causes if other != cause]), (seed, cause)

    assert checked > 100


@pytest.mark.slow
def test_every_cause_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the derivation, no cause is left out, and none is told twice."""
    told: Counter[Cause] = Counter()

    def counting(ground: Ground, asker: Asker) -> Phrase:
        told[ground.cause] += 1
        return told_phrase(ground, asker)

    monkeypatch.setattr(writer, "phrase", counting)
    for seed in SEEDS:
        told.clear()
        case = random_case(seeded(seed))
        parts = unresolved(case, Limits(tries=0))
        grounds = [ground for part in parts if part.conflict for ground in part.conflict.grounds]

        # with answers of packages it is all done again
        assert case.world.answers or not parts or Counter(g.cause for g in grounds) == told, seed


def story(part: Unresolved) -> tuple[set[str], set[Cause]]:
    """Give the releases that a conflict names, and its other causes."""
    causes = {ground.cause for ground in part.conflict.grounds} if part.conflict else set()
    asked = {cause for cause in causes if isinstance(cause, Asked)}
    return {cause.release for cause in asked}, causes - asked


@pytest.mark.slow
def test_hints_help() -> None:
    """With the version that a hint names, its conflict is gone."""
    followed = 0
    for seed in SEEDS:
        case = random_case(seeded(seed))
        for part in unresolved(case):
            for hint in part.hints:
                if hint.startswith("allow ") and " in mistpm.yaml, which asks for " in hint:
                    followed += 1
                    _, name, version, *_ = hint.split()
                    releases = tuple(
                        replace(wanted, range=parse_range(f"={version}"))
                        if wanted.name == name
                        else wanted
                        for wanted in case.question.releases
                    )
                    changed = case._replace(question=replace(case.question, releases=releases))
                    left = [story(other) for other in unresolved(changed)]

                    assert story(part) not in left, (seed, hint)

    assert followed > 10
