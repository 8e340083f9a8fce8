"""The judge of cases: what it finds is told in full, and it reads ranges as the benchmark does."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from resolver_cases import Asked, within
from resolver_cases_verdicts import faults

from benchmarks.resolve.case_range import parse_case_range, parse_case_version
from benchmarks.resolve.outcome import Outcome, Verdict

POSSIBLE = Asked(
    "possible",
    {
        "a": {"1.0.0": {"deps": {}}, "2.0.0": {"deps": {"b": ">=2.0.0"}}},
        "b": {
            "1.0.0": {"deps": {}},
            "2.0.0": {"deps": {}},
            "3.0.0": {"deps": {}, "k8s": ">=1.32.0"},
        },
    },
    {"a": "*"},
    "1.31.4",
)
IMPOSSIBLE = POSSIBLE._replace(name="impossible", roots={"b": "<2.0.0", "a": ">1.0.0"})

BEST = {"a": "2.0.0", "b": "2.0.0"}
CAUSES = (
    {"root": "b", "range": "<2.0.0"},
    {"root": "a", "range": ">1.0.0"},
    {"package": "a", "requires": "b", "range": ">=2.0.0"},
)
BESIDES = {"package": "b", "kubernetes": ">=1.32.0"}
STRANGE = {"package": "b", "requires": "a", "range": "*"}

FOUND: dict[str, tuple[Asked, dict[str, Any], list[str]]] = {
    "nothing": (POSSIBLE, {"solution": BEST}, []),
    "nothing, where it is impossible": (IMPOSSIBLE, {"causes": CAUSES}, []),
    "verdict": (POSSIBLE, {"causes": CAUSES}, ["the verdict is unsat"]),
    "another verdict": (IMPOSSIBLE, {"solution": BEST}, ["the verdict is sat"]),
    "missing": (
        POSSIBLE,
        {"solution": {"a": "2.0.0"}},
        [
            "a requires b >=2.0.0, which is not there",
            f"the best is {BEST}, not {{'a': '2.0.0'}}",
        ],
    ),
    "out of range": (
        POSSIBLE,
        {"solution": {"a": "2.0.0", "b": "1.0.0"}},
        [
            "a requires b >=2.0.0, but it is 1.0.0",
            f"the best is {BEST}, not {{'a': '2.0.0', 'b': '1.0.0'}}",
        ],
    ),
    "Kubernetes": (
        POSSIBLE,
        {"solution": {"a": "2.0.0", "b": "3.0.0"}},
        [
            "b 3.0.0 does not run on Kubernetes 1.31.4",
            f"the best is {BEST}, not {{'a': '2.0.0', 'b': '3.0.0'}}",
        ],
    ),
    "unneeded": (
        POSSIBLE,
        {"solution": {"a": "1.0.0", "b": "2.0.0"}},
        ["b is not needed", f"the best is {BEST}, not {{'a': '1.0.0', 'b': '2.0.0'}}"],
    ),
    "too few causes": (IMPOSSIBLE, {"causes": CAUSES[:2]}, ["the causes can hold together"]),
    "too many causes": (
        IMPOSSIBLE,
        {"causes": (*CAUSES, BESIDES)},
        [f"{BESIDES} is not needed"],
    ),
    "too many causes, as was said": (
        IMPOSSIBLE,
        {"causes": (*CAUSES, BESIDES), "minimal": False},
        [],
    ),
    "a strange cause": (
        IMPOSSIBLE,
        {"causes": (*CAUSES, STRANGE)},
        [f"{STRANGE} is not of the case", f"{STRANGE} is not needed"],
    ),
}


@pytest.mark.parametrize("expected", FOUND.values(), ids=FOUND)
def test_faults(expected: tuple[Asked, dict[str, Any], list[str]]) -> None:
    """Whatever is wrong with an answer is found."""
    asked, answer, found = expected
    verdict: Verdict = "sat" if "solution" in answer else "unsat"

    assert found == list(faults(asked, Outcome(name=asked.name, verdict=verdict, **answer)))


numbers = st.integers(min_value=0, max_value=3).map(str)
cores = st.lists(numbers, min_size=1, max_size=3).map(".".join)
versions = st.tuples(cores, st.sampled_from(("", "", "-0", "-rc.1", "-rc.2", "-a", "+1"))).map(
    "".join
)
bounds = st.tuples(st.sampled_from((">=", "<=", ">", "<", "=")), versions).map("".join)
groups = st.lists(st.one_of(bounds, st.just("*")), min_size=1, max_size=3).map(" ".join)
ranges = st.lists(groups, min_size=1, max_size=3).map(" || ".join)


@pytest.mark.slow
@given(version=versions, range_=ranges)
def test_ranges(version: str, range_: str) -> None:
    """Two readings of the same grammar agree."""
    read = parse_case_range(range_)

    assert within(version, range_) == (parse_case_version(version) in read.versions)
    assert range_ == read.text
