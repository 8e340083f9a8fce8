"""The smallest conflict: where a small budget finds it, nothing shorter would do."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import combinations

import pytest
from resolver_cases import Asked
from resolver_cases_sat import Cause, can_hold, explanation_faults

from benchmarks.resolve.case import Case
from benchmarks.resolve.outcome import causes_of
from benchmarks.resolve.universe import Release, Universe
from mistpm.resolve import Limits, resolve


def explained(asked: Asked, *, calls: int) -> tuple[Cause, ...]:
    """Give the causes of a case's first conflict; none where it has a solution."""
    universe = Universe(
        {
            package: {version: Release(**release) for version, release in found.items()}
            for package, found in asked.universe.items()
        }
    )
    case = Case(name=asked.name, universe=universe, roots=asked.roots)
    limits = Limits(failures=1, tries=0, calls=calls)
    for part in resolve(case.question(), universe, limits=limits).unresolved:
        assert part.conflict is not None
        return causes_of(part.conflict)
    return ()


def entangled(chance: random.Random) -> Asked:
    """Make up a universe in which much is at odds, so that conflicts overlap."""
    names = [f"p{number}" for number in range(chance.randint(4, 7))]
    versions = ["1.0.0", "2.0.0", "3.0.0"]

    def some_range() -> str:
        return chance.choice(("*", "=1.0.0", "<3.0.0", ">=2.0.0", "=3.0.0"))

    universe = {
        name: {
            version: {"deps": {other: some_range() for other in chance.sample(names, 2)}}
            for version in versions
        }
        for name in names
    }
    return Asked("entangled", universe, {name: some_range() for name in names[:3]})


def all_causes(asked: Asked) -> Iterator[Cause]:
    """Give everything that a case says."""
    for root, range_ in asked.roots.items():
        yield {"root": root, "range": range_}
    stated = {
        (package, target, range_): None
        for package, found in asked.universe.items()
        for release in found.values()
        for target, range_ in release["deps"].items()
    }
    for package, target, range_ in stated:
        yield {"package": package, "requires": target, "range": range_}


@pytest.mark.slow
def test_fewer_causes_are_found() -> None:
    """What deletion ends with is minimal; with a budget nothing smaller is left, and some is found."""
    shorter = 0
    for seed in range(100):
        asked = entangled(random.Random(seed))  # noqa: S311 - repeatable, not secret
        minimal, smallest = explained(asked, calls=0), explained(asked, calls=10_000)
        if not minimal:
            continue
        shorter += len(smallest) < len(minimal)

        assert [] == list(explanation_faults(asked, smallest))
        assert len(smallest) <= len(minimal)
        if 2 < len(smallest) < 5:
            for few in combinations(all_causes(asked), len(smallest) - 1):
                assert can_hold(asked, few), f"seed {seed}"
    assert shorter > 3
