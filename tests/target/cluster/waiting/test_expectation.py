"""How long trouble may last, and how often somebody looks."""

from __future__ import annotations

import math

import pytest

from mistpm.model.resource import ResourceId
from mistpm.readiness import Trouble, TroubleKind
from mistpm.target.cluster.api.resources import ApiResource
from mistpm.target.cluster.watch.expectation import Expectation, Graces

API = ApiResource(
    group="apps", version="v1", kind="Deployment", plural="deployments", namespaced=True
)


@pytest.fixture
def expectation() -> Expectation:
    """Expect a Deployment that was applied as generation 2."""
    data = {"metadata": {"uid": "u", "generation": 2}}
    return Expectation(ResourceId("apps", "Deployment", "shop", "web"), API, data, Graces())


@pytest.mark.parametrize(
    ("kind", "grace"),
    [("image-name", 0), ("image", 5), ("configuration", 10), ("scheduling", 180)],
)
def test_trouble_may_last_for_a_while(
    kind: TroubleKind, grace: float, expectation: Expectation
) -> None:
    """It is a failure when it has lasted as long as its kind may."""
    trouble = Trouble(kind=kind, why="")

    assert [False] * bool(grace) + [True] == [
        expectation.is_hopeless(trouble, now) for now in sorted({100, 100 + grace})
    ]


def test_trouble_that_passed_begins_anew(expectation: Expectation) -> None:
    """Also where other trouble came in between."""
    image = Trouble(kind="image", why="")
    node = Trouble(kind="scheduling", why="")
    told = [
        expectation.is_hopeless(each, now)
        for each, now in [(image, 0), (None, 4), (image, 6), (node, 8), (image, 10), (image, 15)]
    ]

    assert [False, False, False, False, False, True] == told


@pytest.mark.parametrize(
    ("kind", "restarts", "expected"),
    [("Deployment", 2, False), ("Deployment", 3, True), ("Job", 9, False)],
)
def test_a_crash_is_counted(kind: str, restarts: int, expected: bool) -> None:
    """However long it takes; a Job counts its failures itself."""
    trouble = Trouble(kind="crash", why="", restarts=restarts)

    assert expected is Graces().are_over(trouble, kind, math.inf)


def test_looks_get_rarer(expectation: Expectation) -> None:
    """Up to ten seconds apart."""
    pauses = []
    for _ in range(6):
        expectation.looked(100)
        pauses.append(expectation.due - 100)

    assert [2, 4, 8, 10, 10, 10] == pauses


@pytest.mark.parametrize(
    ("metadata", "is_same", "is_old"),
    [
        ({"uid": "u", "generation": 2}, True, False),
        ({"uid": "u", "generation": 3}, True, False),
        ({"uid": "u", "generation": 1}, True, True),
        ({"uid": "v", "generation": 2}, False, False),
    ],
)
def test_what_is_seen_late_does_not_count(
    metadata: dict[str, object], is_same: bool, is_old: bool, expectation: Expectation
) -> None:
    """An object that had the name before, and the object as it was before it was applied."""
    seen = {"metadata": metadata}

    assert (is_same, is_old) == (expectation.is_same(seen), expectation.is_old(seen))
