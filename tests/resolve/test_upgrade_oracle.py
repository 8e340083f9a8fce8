"""Upgrade paths and stages agree with exhaustive search, and every state of them is a solution."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from brute_force import TooManyStatesError
from hypothesis import assume, event, given, settings
from msgspec.structs import replace
from path_comparison import compare_path, compare_stages, path_of
from random_paths import PathCase, random_path, random_stages
from random_worlds import LARGE, Chance, chances, seeded
from told_paths import check_states

from mistpm.errors import ResolutionError


@pytest.mark.slow
@settings(max_examples=30)
@given(chances())
def test_paths_are_exact(chance: Chance) -> None:
    """Moves, changes, the last state, when it moves, and what is on the way are the best there are."""
    try:
        event(compare_path(random_path(chance)))
    except TooManyStatesError:
        assume(False)


@pytest.mark.slow
@settings(max_examples=30)
@given(chances())
def test_stages_are_exact(chance: Chance) -> None:
    """They end at the best that can be reached, in the fewest moves."""
    try:
        event(compare_stages(random_stages(chance)))
    except TooManyStatesError:
        assume(False)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("compare", "make"),
    [(compare_path, random_path), (compare_stages, random_stages)],
    ids=["paths", "stages"],
)
def test_many_seeds(compare: Callable[[PathCase], str], make: Callable[[Chance], PathCase]) -> None:
    """The same without shrinking, on more worlds in less time."""
    outcomes = []
    for seed in range(400):
        try:
            outcomes.append(compare(make(seeded(seed))))
        except TooManyStatesError:
            outcomes.append("too many states")

    assert 10 > outcomes.count("too many states")
    assert sum(outcome[0] in "123" for outcome in outcomes) > 60


@pytest.mark.parametrize("seed", range(6))
def test_every_state_is_a_solution(seed: int) -> None:
    """In worlds too large for trying everything, too: for its minors, and after the state before."""
    case = random_path(seeded(seed), LARGE)
    found = path_of(case)
    if not isinstance(found, ResolutionError):
        check_states(case, found)


@pytest.mark.parametrize("seed", range(8))
def test_no_order_matters(seed: int) -> None:
    """Versions and packages may be listed in any order."""
    case = random_path(seeded(seed))

    assert str(path_of(case)) == str(path_of(shuffled(case, seeded(seed + 100))))


def shuffled(case: PathCase, chance: Chance) -> PathCase:
    """Give a case whose registry lists everything in another order, and what was held, too."""
    world = case.world
    turned = type(world)()
    turned.answers = world.answers
    for package in sorted(world.packages, reverse=True):
        listed = list(world.packages[package])
        turned.packages[package] = []
        while listed:
            candidate = chance.pick(listed)
            listed.remove(candidate)
            turned.packages[package].append(candidate)
    held = replace(
        case.held,
        releases=dict(reversed(case.held.releases.items())),
        called=dict(reversed(case.held.called.items())),
    )
    return case._replace(world=turned, held=held)
