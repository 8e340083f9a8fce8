"""The conditions that packages name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mistpm.model.readiness import ReadinessCondition
from mistpm.readiness import assess, concerns, meets
from mistpm.readiness.mistakes import readiness_mistakes

Live = Callable[..., dict[str, Any]]


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        ("Database", "", True),
        ("Database.example.test", "", True),
        ("Database.other.test", "", False),
        ("Deployment", "", False),
        ("Database", "x", True),
        ("Database", "y", False),
        ("Database", "*", True),
        ("Database", "*-main", False),
    ],
)
def test_a_condition_is_about_a_kind_and_perhaps_a_name(
    kind: str, name: str, expected: bool, live: Live
) -> None:
    """A `*` in a name stands for anything."""
    wanted = ReadinessCondition(kind=kind, name=name, condition="Ready")

    assert expected is concerns(wanted, live("Database"))


STATUS = "{seen: true, phase: Running, members: 3, primary: {name: a}, conditions: [Ready, {Degraded: one is down}]}"
ROWS = [
    ({"condition": "Ready"}, "ready: its condition `Ready` is `True`"),
    ({"condition": "Degraded=False"},
     "waiting: its condition `Degraded` is `True`, not `False`: one is down"),
    ({"condition": "Synced"}, "waiting: it has no condition `Synced` yet"),
    ({"json_path": "{.status.phase}", "value": "Running"}, "ready: `{.status.phase}` is `Running`"),
    ({"json_path": "{.status.phase}", "value": "Done"}, "waiting: `{.status.phase}` is `Running`, not `Done`"),
    ({"json_path": ".status.members", "value": 3}, "ready: `.status.members` is `3`"),
    ({"json_path": ".status.members", "value": "3"}, "ready: `.status.members` is `3`"),
    ({"json_path": ".status.members", "value": 5}, "waiting: `.status.members` is `3`, not `5`"),
    ({"json_path": ".status.primary", "value": "a"},
     'waiting: `.status.primary` is `{"name": "a"}`, not `a`'),
    ({"json_path": ".status.none", "value": 1}, "waiting: `.status.none` is not there yet"),
    ({"json_path": ".status.conditions[*].status", "value": True},
     "waiting: `.status.conditions[*].status` is `True`, not `true`"),
    ({"json_path": ".status.conditions[*].status", "value": "True"},
     "ready: `.status.conditions[*].status` is `True`"),
    ({"json_path": "{.status", "value": 1},
     "failed: its package's readiness condition cannot be read: `{.status` is not one expression in braces"),
    ({"cel": "self.status.members >= 3"}, "ready: `self.status.members >= 3` is true"),
    ({"cel": "self.status.members > 3"}, "waiting: `self.status.members > 3` is not true yet"),
    ({"cel": "self.status.conditions.exists(c, c.type == 'Ready' && c.status == 'True')"},
     "ready: `self.status.conditions.exists(c, c.type == 'Ready' && c.status == 'True')` is true"),
    ({"cel": "self.status.other == 1"}, "waiting: `self.status.other == 1` has no value yet"),
    ({"cel": "has(self.status.other)"}, "waiting: `has(self.status.other)` is not true yet"),
    ({"cel": "self.status.members"},
     "failed: `self.status.members` gives a value of type int, not true or false"),
]  # fmt: skip


@pytest.mark.parametrize(("written", "expected"), ROWS)
def test_what_must_hold(written: dict[str, Any], expected: str, live: Live) -> None:
    """A condition of the status, a field, an expression; what is not there may still come."""
    wanted = ReadinessCondition(kind="Database", **written)

    assert expected == str(meets(wanted, live("Database", "", STATUS)))


def test_an_expression_that_cannot_be_read_is_a_failure(live: Live) -> None:
    """Packing refuses it, but a module can be made without packing."""
    found = meets(ReadinessCondition(kind="Database", cel="self."), live("Database"))

    assert ("failed", True) == (found.state, "cannot be read" in found.why)


def test_conditions_stand_in_for_the_general_rule(live: Live) -> None:
    """What the package's author says counts, not what a condition `Ready` usually means."""
    data = live("Database", "", "{phase: Up, conditions: [{Ready=False: no traffic}]}")
    up = ReadinessCondition(kind="Database", json_path=".status.phase", value="Up")

    assert "waiting: no traffic" == str(assess(data))
    assert "ready: `.status.phase` is `Up`" == str(assess(data, [up]))


def test_conditions_come_on_top_of_a_rule(live: Live) -> None:
    """A Deployment is ready as always, and as its package says; the first that does not hold is told."""
    status = (
        "{seen: true, replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1,"
        " conditions: [Available, Progressing NewReplicaSetAvailable]}"
    )
    wanted = [
        ReadinessCondition(kind="Deployment", condition="Available"),
        ReadinessCondition(kind="Deployment", condition="Warm"),
        ReadinessCondition(kind="Deployment", condition="Hot"),
        ReadinessCondition(kind="Service", condition="Other"),
    ]

    assert "waiting: it has no condition `Warm` yet" == str(
        assess(live("Deployment", "replicas: 1", status), wanted)
    )
    assert "waiting: its controller has not seen it yet" == str(
        assess(live("Deployment", "replicas: 1"), wanted[:1])
    )


MISTAKES = [
    ({"kind": "deployment", "condition": "Ready"},
     ("kind", "`deployment` is no kind", "write `Kind` or `Kind.group`, such as `Certificate.cert-manager.io`")),
    ({"kind": "Deploymnt.apps", "condition": "Ready"},
     ("kind", "Kubernetes has no kind `Deploymnt` in `apps`", "did you mean `Deployment.apps`?")),
    ({"kind": "A", "condition": "Is Ready"},
     ("condition", "`Is Ready` is no condition", "write `Ready` or `Ready=False`")),
    ({"kind": "A", "condition": "Ready=true"},
     ("condition", "`true` is no status of a condition", "a status is `True`, `False` or `Unknown`")),
    ({"kind": "A", "json_path": "{.a..b}", "value": 1},
     ("jsonPath", "`{.a..b}` cannot be read: `..` is not supported: a condition says where to look", "")),
    ({"kind": "A", "json_path": "{.a}", "value": [1]},
     ("value", "what a JSONPath leads to is compared with a text, a number, or true or false", "")),
    ({"kind": "A", "cel": "inputs.a"}, ("cel", "it does not read the object, which is `self`", "")),
]  # fmt: skip


@pytest.mark.parametrize(("written", "expected"), MISTAKES)
def test_mistakes_are_told(written: dict[str, Any], expected: tuple[str, str, str]) -> None:
    """With the key that they are at."""
    assert [expected] == list(readiness_mistakes(ReadinessCondition(**written)))


def test_an_expression_that_cannot_be_read_is_a_mistake() -> None:
    """In the words of the library that reads it, on one line."""
    ((key, message, _),) = readiness_mistakes(ReadinessCondition(kind="A", cel="self.a ="))

    assert "cel" == key
    assert message.startswith("it cannot be read: ")
    assert "\n" not in message


@pytest.mark.parametrize(
    "written",
    [
        {"kind": "Deployment", "condition": "Available"},
        {"kind": "Deployment.apps", "condition": "Available=True"},
        {"kind": "Certificate.cert-manager.io", "condition": "cert-manager.io/Ready=Unknown"},
        {"kind": "A", "json_path": "{.status.phase}", "value": False},
        {"kind": "A", "cel": "has(self.status) && self.status.items.all(i, i.ready)"},
    ],
)
def test_what_is_right_is_no_mistake(written: dict[str, Any]) -> None:
    """Also of kinds that only some package knows."""
    assert [] == list(readiness_mistakes(ReadinessCondition(**written)))
