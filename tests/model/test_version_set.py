"""Version sets: the laws of set algebra, the one form of each set, and its notation."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistpm.model.ranges import parse_range
from mistpm.model.version import Version, parse_version
from mistpm.model.version_key import first_key, release_key
from mistpm.model.version_set import (
    EVERYTHING,
    NOTHING,
    VersionSet,
    between,
    exactly,
)

CORES = ("0.0.0", "0.0.1", "0.1.0", "1.0.0", "1.2.3", "1.2.4", "2.0.0")
SUFFIXES = ("-0", "-rc.1", "-rc.1+5", "-rc.1.0", "-rc.2", "", "+0", "+1", "+1.0", "+2", "+a")
UNIVERSE = tuple(parse_version(core + suffix) for core, suffix in product(CORES, SUFFIXES))
"""Neighbours of every kind, among them the least version of all."""

VERSIONS = st.sampled_from(UNIVERSE)
SETS = st.sets(VERSIONS, max_size=6).map(
    lambda cuts: VersionSet(tuple(sorted(cut.key for cut in cuts)))
)
"""Sets with cuts at versions of the universe: they differ just when some member of it does."""


def members(versions: VersionSet) -> set[Version]:
    """Give what the set has of the universe."""
    return {version for version in UNIVERSE if version in versions}


@pytest.mark.slow
@given(SETS, SETS)
def test_algebra_is_that_of_members(one: VersionSet, other: VersionSet) -> None:
    """Union, intersection and difference have the members that they should."""
    assert members(one) | members(other) == members(one | other)
    assert members(one) & members(other) == members(one & other)
    assert members(one) - members(other) == members(one - other)
    assert (members(one) <= members(other)) == one.is_subset(other)
    assert bool(members(one) & members(other)) == one.meets(other)


@pytest.mark.slow
@given(SETS)
def test_complement(versions: VersionSet) -> None:
    """The complement has every other member, and its complement is the set again."""
    assert set(UNIVERSE) - members(versions) == members(~versions)
    assert versions == ~~versions
    assert EVERYTHING == versions | ~versions
    assert NOTHING == versions & ~versions
    assert members(versions) == {version for version in UNIVERSE if versions.contains(version)}


@given(SETS, SETS)
def test_equal_sets_are_equal_values(one: VersionSet, other: VersionSet) -> None:
    """Two sets are the same value, with the same hash, just when they have the same members."""
    same = members(one) == members(other)

    assert same == (one == other)
    assert not same or hash(one) == hash(other)
    assert (members(one) == set()) == one.is_empty()


@given(SETS, SETS, SETS)
def test_laws_hold_between_values(one: VersionSet, two: VersionSet, three: VersionSet) -> None:
    """De Morgan, distribution, absorption: as equality of values, not of samples."""
    assert ~(one | two) == ~one & ~two
    assert ~(one & two) == ~one | ~two
    assert one & (two | three) == (one & two) | (one & three)
    assert one | (two & three) == (one | two) & (one | three)
    assert one == one | (one & two)
    assert (one | two) | three == one | (two | three)
    assert one - two == one & ~two
    assert one | two == two | one


@given(SETS, SETS)
def test_cuts_ascend(one: VersionSet, other: VersionSet) -> None:
    """Whatever made a set, its cuts ascend strictly: the form that makes equality exact."""
    for versions in (one | other, one & other, one - other, ~one):
        assert sorted(set(versions.cuts)) == list(versions.cuts)


@given(SETS)
def test_notation_is_a_range(versions: VersionSet) -> None:
    """A set prints as a range that has just its members."""
    assert versions == parse_range(str(versions)).versions


@given(VERSIONS)
def test_exactly_one(version: Version) -> None:
    """`exactly` has the one version, and not its other builds."""
    assert {version} == members(exactly(version))


@given(VERSIONS, VERSIONS)
def test_between(start: Version, end: Version) -> None:
    """`between` has its start and not its end; backwards it is empty."""
    expected = {version for version in UNIVERSE if start <= version < end}

    assert expected == members(between(start.key, end.key))
    assert {v for v in UNIVERSE if start <= v} == members(between(start.key, None))


@pytest.mark.parametrize(
    ("versions", "text"),
    [
        (NOTHING, "<0.0.0"),
        (EVERYTHING, "*"),
        (between(release_key(1, 2, 0), None), ">=1.2.0"),
        (between(release_key(1, 2, 0), first_key(2, 0, 0)), ">=1.2.0 <2.0.0"),
        (between(first_key(1, 2, 4), None), ">1.2.3"),
        (between(release_key(1, 2, 3), first_key(1, 2, 4)), "=1.2.3"),
        (exactly(parse_version("v1.2.3+7")), "=1.2.3+7"),
        (exactly(parse_version("v1.2")), ">=1.2.0 <1.2.0+0"),
        (
            ~between(release_key(1, 2, 3), first_key(1, 2, 4)),
            "<=1.2.3 !=1.2.3 || >1.2.3",
        ),
    ],
)
def test_notation(versions: VersionSet, text: str) -> None:
    """A set prints with the operators that people would write."""
    assert text == str(versions)
