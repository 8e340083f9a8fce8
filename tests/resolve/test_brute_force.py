"""The answer is the one that trying everything gives, on small worlds with everything in them."""

from __future__ import annotations

import pytest
from brute_force import Oracle, Solution, TooManyStatesError
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st
from random_worlds import Chance, seeded, world_and_question
from small_worlds import World, told

from mistpm.errors import ResolutionError
from mistpm.model.question import Held, Question

MISTAKES = {"ambiguous-binding", "invalid-binding", "release-name-clash"}


@pytest.mark.slow
@settings(max_examples=100)
@given(st.data())
def test_verdict_and_optimum_are_exact(data: st.DataObject) -> None:
    """Whether there is a solution, and which is the best, agree with exhaustive search."""
    chance = Chance(lambda choices: data.draw(st.sampled_from(choices)))
    world, question, held = world_and_question(chance)
    try:
        event(agree(world, question, held))
    except TooManyStatesError:
        assume(False)


@pytest.mark.slow
def test_verdict_and_optimum_are_exact_on_many_seeds() -> None:
    """The same without shrinking, on more worlds in less time."""
    outcomes = []
    for seed in range(1000):
        try:
            outcomes.append(agree(*world_and_question(seeded(seed))))
        except TooManyStatesError:
            outcomes.append("too many states")

    assert 20 > outcomes.count("too many states")
    assert min(outcomes.count(name) for name in ("solved", "partly solved", "mistake")) > 50


def agree(world: World, question: Question, held: Held) -> str:
    """Compare one answer with the oracle's; gives what kind of question it was."""
    oracle = Oracle(question, world.packages, held)
    best = oracle.best()
    try:
        resolution = world.resolve(question, held)
    except ResolutionError as mistake:
        return check_mistake(mistake, oracle, best)
    if best is not None:
        assert () == resolution.unresolved
        assert not oracle.has_mistake(best)
        assert named_versions(oracle, best) == told(resolution)
        return "solved"
    failed: frozenset[str] = frozenset()
    for part in resolution.unresolved:
        others = {wanted.name for wanted in question.releases} - set(part.releases)
        assert [] == Oracle(question, world.packages, held, failed | others).solutions()
        failed |= set(part.releases)
    rest = Oracle(question, world.packages, held, failed)
    remaining = rest.best()
    assert failed
    assert remaining is not None
    kept = (
        told(resolution) if held == Held() else told(resolution) | named_versions(rest, remaining)
    )
    assert kept == told(resolution)
    return "partly solved"


def check_mistake(mistake: ResolutionError, oracle: Oracle, best: Solution | None) -> str:
    """Check that an error is due to what the best solution runs into."""
    named = mistake.reference == "release-name-clash" or "has no dependency" in mistake.message
    assert mistake.reference in MISTAKES
    assert best is None or named or oracle.has_mistake(best)
    return "mistake"


def named_versions(oracle: Oracle, solution: Solution) -> dict[str, str]:
    """Give a solution as `told` gives a resolution."""
    return {
        place.name if place.kind == "called" else oracle.release_name(place): str(version)
        for place, version in solution.versions.items()
    }
