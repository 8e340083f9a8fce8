"""Minors of Kubernetes: reading them, and which of them a range means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistpm.model.minors import (
    InvalidMinorError,
    Minor,
    known_minors,
    minor_of,
    minors_of,
    newest_minor,
    oldest_minor,
    parse_cluster_version,
    parse_minor,
    supports,
)
from mistpm.model.ranges import InvalidRangeError, parse_range
from mistpm.model.version import InvalidVersionError, parse_version


def shown(range_text: str) -> str:
    """Give the minors of a range as their numbers."""
    return " ".join(str(minor) for minor in minors_of(range_text))


def test_known_minors() -> None:
    """The known minors are all between the oldest and the newest of the table."""
    minors = known_minors()

    assert (Minor(16), Minor(37)) == (minors[0], minors[-1])
    assert (oldest_minor(), newest_minor()) == (minors[0], minors[-1])
    assert 22 == len(minors)


@pytest.mark.parametrize(
    ("range_text", "expected"),
    [
        (">=1.33 <1.36", "1.33 1.34 1.35"),
        (">=1.35", "1.35 1.36 1.37"),
        (">1.35", "1.36 1.37"),
        (">1.35.2", "1.35 1.36 1.37"),
        ("<1.18", "1.16 1.17"),
        ("<=1.18", "1.16 1.17 1.18"),
        ("<1.18.1", "1.16 1.17 1.18"),
        ("<1.18.0-0", "1.16 1.17"),
        ("<1.18.0-rc.1", "1.16 1.17"),
        ("1.33", "1.33"),
        ("1.33.x", "1.33"),
        ("~1.33.4", "1.33"),
        ("^1.35", "1.35 1.36 1.37"),
        ("1.33 - 1.35", "1.33 1.34 1.35"),
        (">= 1.35-0", "1.35 1.36 1.37"),
        (">=1.35.0-0 <1.37.0-0", "1.35 1.36"),
        ("1.20 || 1.33.5", "1.20 1.33"),
        (">=1.34 !=1.35.*", "1.34 1.36 1.37"),
        (">=1.36 !=1.36.0", "1.36 1.37"),
        (">=1.38", ""),
        ("^2", ""),
        ("<1.16", ""),
    ],
)
def test_minors_of(range_text: str, expected: str) -> None:
    """A range means the known minors that it has a version of; an open one ends at the newest."""
    assert expected == shown(range_text)
    assert minors_of(range_text) == minors_of(parse_range(range_text))


def test_any_range_means_all() -> None:
    """`*` means every known minor."""
    assert known_minors() == minors_of("*")


def test_range_of_minors_that_is_none() -> None:
    """A text that is no range is refused as one."""
    with pytest.raises(InvalidRangeError) as caught:
        minors_of("1.30+")

    assert (
        "`1.30+` is not a range: at character 1,"
        " `1.30+` is not a version: an identifier after `+` is empty."
    ) == str(caught.value)


@given(st.integers(0, 60), st.integers(0, 30), st.sampled_from(["=", ">=", "<=", "^", "~"]))
def test_supports_what_it_has_a_version_of(number: int, patch: int, operator: str) -> None:
    """A range with some version of a minor supports it, known or not."""
    assert supports(parse_range(f"{operator}1.{number}.{patch}"), Minor(number))


def test_order_and_text() -> None:
    """Minors sort by number, not by text, and print as `1.9`."""
    minors = [parse_minor(text) for text in ("1.33", "1.9", "v1.10")]

    assert ["1.9", "1.10", "1.33"] == [str(minor) for minor in sorted(minors)]
    assert {Minor(33)} == {parse_minor("1.33"), parse_minor("v1.33")}


@pytest.mark.parametrize("text", ["", "1", "1.x", "2.1", "1.33.2", "1.033", ">=1.33", "1.33 "])
def test_no_minor(text: str) -> None:
    """What is no minor is refused; a minor has no patch."""
    with pytest.raises(InvalidMinorError) as caught:
        parse_minor(text)

    assert f"`{text}` is not a minor of Kubernetes; write one as `1.33`." == str(caught.value)


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("v1.33.2", "1.33.2"),
        ("1.33.2", "1.33.2"),
        ("v1.33.2-eks-931bdca", "1.33.2"),
        ("v1.33.2-gke.1240000", "1.33.2"),
        ("v1.33.2+k3s1", "1.33.2"),
        ("v1.33.2+rke2r1", "1.33.2"),
        ("v1.34.0-rc.1.5+abc", "1.34.0"),
        ("1.33", "1.33"),
        ("1.33+", "1.33"),
        ("v1.33.2-a_b~c", "1.33.2"),
    ],
)
def test_cluster_version(text: str, version: str) -> None:
    """A distributor's suffix is cut off a cluster's version; its minor is then known."""
    found = parse_cluster_version(text)

    assert version == str(found)
    assert parse_version(version) == found
    assert parse_minor(".".join(version.split(".")[:2])) == minor_of(found)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "`` is not a version: it is empty."),
        ("1", "`1` is not a version: it has one number only; write `1.0.0`."),
        ("unknown", "`unknown` is not a version: `unknown` is not a number."),
        ("v1.33.2.4-x", "`v1.33.2.4-x` is not a version: it has more than three numbers."),
    ],
)
def test_no_cluster_version(text: str, message: str) -> None:
    """What no cluster reports is refused as a version."""
    with pytest.raises(InvalidVersionError) as caught:
        parse_cluster_version(text)

    assert message == str(caught.value)


def test_minor_of_another_major() -> None:
    """Kubernetes has no minors outside its first major."""
    with pytest.raises(InvalidMinorError) as caught:
        minor_of(parse_version("2.1.0"))

    assert "`2.1` is not a minor of Kubernetes; write one as `1.33`." == str(caught.value)
