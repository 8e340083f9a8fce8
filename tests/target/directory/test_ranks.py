"""The ranks of kinds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mistpm.model.ranks import OTHERS, RANKS, rank
from mistpm.model.resource import ResourceId

PAGE = Path(__file__).parents[3] / "specs" / "directory-target.md"


def test_published_table() -> None:
    """The page lists exactly the ranks that are used."""
    rows = re.findall(
        r"^\| (\d\d) \| (?:`(\S+)`|every other kind) \|$", PAGE.read_text(), re.MULTILINE
    )

    assert sorted([*((number, kind) for kind, number in RANKS.items()), (OTHERS, "")]) == sorted(
        (int(number), kind) for number, kind in rows
    )


@pytest.mark.parametrize(
    ("expected", "group", "kind"),
    [
        (0, "", "Namespace"),
        (54, "apps", "Deployment"),
        (40, "", "Service"),
        (70, "serving.knative.dev", "Service"),
        (70, "example.org", "Widget"),
    ],
)
def test_ranks(expected: int, group: str, kind: str) -> None:
    """A kind is meant with its group; what is not in the table shares one rank."""
    assert expected == rank(ResourceId(group, kind, "", "x"))


def test_ranks_have_two_digits() -> None:
    """Every kind has its own rank, of two digits, and none has that of the others."""
    assert len(RANKS) == len(set(RANKS.values()))
    assert set(range(100)) - {OTHERS} >= set(RANKS.values())
