"""Laws of every answer, on worlds too large for an oracle; `support/laws.py` says what they are."""

from __future__ import annotations

import pytest
from hypothesis import event, given, settings
from laws import LAWS, Law
from random_worlds import LARGE, SMALL, Chance, chances, random_case, seeded

EACH = pytest.mark.parametrize("law", LAWS, ids=lambda law: str(law.__name__).replace("_", "-"))


@pytest.mark.slow
@EACH
@settings(max_examples=8)
@given(chance=chances())
def test_laws(law: Law, chance: Chance) -> None:
    """A law holds, and what breaks it is made small."""
    event(str(law(random_case(chance), chance)))


@pytest.mark.slow
@EACH
def test_laws_of_many_worlds(law: Law) -> None:
    """A law holds of many seeds, and says something of some; `support/campaign.py` goes on from here."""
    telling = 0
    for seed in range(25):
        for size in (SMALL, LARGE):
            chance = seeded(seed)
            telling += law(random_case(chance, size), chance)

    assert 8 < telling
