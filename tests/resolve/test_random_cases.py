"""Random universes, cycles and locks among them, answered as exact search answers them."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from resolver_cases import Asked
from resolver_cases_verdicts import faults

from benchmarks.resolve.case import Case
from benchmarks.resolve.case_range import parse_case_version
from benchmarks.resolve.families import read_family
from benchmarks.resolve.outcome import Outcome
from benchmarks.resolve.solving import Solving
from benchmarks.resolve.universe import Release, Universe
from mistpm.resolve import Limits

NAMES = ("b", "c", "a", "d", "e", "absent")
VERSIONS = ("1.0.0", "2.0.0", "2.1.0", "3.0.0")
RANGES = (
    "*",
    "=1.0.0",
    ">=2.0.0",
    "<2.1.0",
    ">1.0.0 <3.0.0",
    "=1.0.0 || >=3.0.0",
    "<0.0.0",
    "<=2.1.0",
)
KUBERNETES = (None, ">=1.30.0-0", "<1.31.2", ">=1.31.2")

ranges = st.sampled_from(RANGES)
releases = st.fixed_dictionaries(
    {
        "deps": st.dictionaries(st.sampled_from(NAMES), ranges, max_size=3),
        "k8s": st.sampled_from((*KUBERNETES, None, None)),
    }
)
universes = st.dictionaries(
    st.sampled_from(NAMES[:-1]),
    st.dictionaries(st.sampled_from(VERSIONS), releases, max_size=4),
    min_size=1,
)
roots = st.dictionaries(st.sampled_from(NAMES), ranges, min_size=1, max_size=3)
locks = st.dictionaries(st.sampled_from(NAMES), st.sampled_from((*VERSIONS, "?1.0.0")), max_size=4)


@pytest.mark.slow
@given(
    universe=universes,
    roots=roots,
    kubernetes=st.sampled_from((None, "1.31.1", "1.31.2")),
    locked=locks,
    free=st.frozensets(st.sampled_from(NAMES), max_size=1),
)
def test_answers_are_exact(
    universe: dict[str, dict[str, Any]],
    roots: dict[str, str],
    kubernetes: str | None,
    locked: dict[str, str],
    free: frozenset[str],
) -> None:
    """Verdict, optimum and minimal causes are what a judge finds who shares nothing with mistpm."""
    asked = Asked("random", universe, roots, kubernetes, locked, free)

    assert [] == list(faults(asked, solved(asked)))


@pytest.mark.slow
def test_answers_are_exact_on_many_seeds() -> None:
    """The same on more universes, larger ones, in less time."""
    verdicts = []
    for seed in range(700):
        asked = seeded(random.Random(seed))  # noqa: S311 - repeatable, not secret
        outcome = solved(asked)
        verdicts.append(outcome.verdict)

        assert [] == list(faults(asked, outcome)), f"seed {seed}"
    assert min(verdicts.count("sat"), verdicts.count("unsat")) > 150


@pytest.mark.parametrize("family", ["shared_tail", "late_conflict", "pigeonhole", "sat3"])
@pytest.mark.slow
def test_families(family: str) -> None:
    """The synthetic families are answered exactly, with explanations that are minimal."""
    solving = Solving(limits=Limits())
    for case in read_family(family):
        raw = {
            package: {version: {"deps": release.deps} for version, release in found.items()}
            for package, found in case.universe.packages.items()
        }
        if len(raw) < 300:
            asked = Asked(case.name, raw, case.roots)
            assert [] == list(faults(asked, solving.solve(case))), case.name


def solved(asked: Asked) -> Outcome:
    """Solve a case that no file has, as the benchmark does."""
    kubernetes = [parse_case_version(asked.k8s)] if asked.k8s else []
    universe = Universe(
        {
            package: {version: Release(**release) for version, release in found.items()}
            for package, found in asked.universe.items()
        },
        kubernetes,
    )
    case = Case(
        name=asked.name,
        universe=universe,
        roots=asked.roots,
        kubernetes=asked.k8s or "",
        locked=asked.locked,
        free=tuple(asked.free),
    )
    return Solving(limits=Limits()).solve(case)


def seeded(chance: random.Random) -> Asked:
    """Make up a universe of up to a dozen packages, half of what is asked for at odds."""
    names = [f"p{number:02}" for number in range(chance.randint(3, 12))]
    chance.shuffle(names)
    versions = [f"{number}.0.0" for number in range(1, chance.randint(2, 6))]

    def some_range() -> str:
        low, high = sorted((chance.choice(versions), chance.choice(versions)))
        return chance.choice(
            ("*", f"={low}", f">={low}", f"<={high}", f">={low} <={high}", f"={low} || ={high}")
        )

    universe = {
        name: {
            version: {
                "deps": {
                    other: some_range() for other in chance.sample(names, chance.randint(0, 3))
                },
                "k8s": chance.choice((None, None, None, ">=1.25.0-0", "<1.31.0")),
            }
            for version in chance.sample(versions, chance.randint(1, len(versions)))
        }
        for name in names
    }
    asked = chance.sample(names, chance.randint(1, 3))
    locked = {
        name: chance.choice(versions)
        for name in names
        if chance.random() < chance.choice((0.0, 0.7))
    }
    return Asked(
        "seeded",
        universe,
        {name: some_range() for name in asked},
        chance.choice((None, "1.24.3", "1.31.0")),
        locked,
        frozenset(chance.sample(names, chance.randint(0, 1))),
    )
