"""The answer is the one that trying everything gives, on small worlds with everything in them."""

from __future__ import annotations

import pytest
from brute_force import TooManyStatesError
from brute_force_comparison import compare
from hypothesis import assume, event, given, settings
from random_worlds import Chance, chances, random_case, seeded


@pytest.mark.slow
@settings(max_examples=100)
@given(chances())
def test_verdict_and_optimum_are_exact(chance: Chance) -> None:
    """Whether there is a solution, and which is the best, agree with exhaustive search."""
    try:
        event(compare(random_case(chance)))
    except TooManyStatesError:
        assume(False)


@pytest.mark.slow
def test_verdict_and_optimum_are_exact_on_many_seeds() -> None:
    """The same without shrinking, on more worlds in less time; `support/campaign.py` goes on from here."""
    outcomes = []
    for seed in range(400):
        try:
            outcomes.append(compare(random_case(seeded(seed))))
        except TooManyStatesError:
            outcomes.append("too many states")

    assert 10 > outcomes.count("too many states")
    assert min(outcomes.count(name) for name in ("solved", "partly solved", "mistake")) > 40
