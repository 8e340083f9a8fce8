"""Differences field by field."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistpm.diff.fields import FieldChange, changed_fields, field_changes
from mistpm.diff.immutable import immutable_changes
from mistpm.diff.manifest import meaningful, readable
from mistpm.diff.mask import masked_objects
from mistpm.diff.overlay import overlaid
from mistpm.model.change import Change
from mistpm.model.resource import ResourceId


def told(before: Any, after: Any) -> list[str]:
    """Give differences, a line for each."""
    return [
        f"{change.action} {change.path} {change.before!r} -> {change.after!r}"
        for change in field_changes(before, after)
    ]


POD = {
    "spec": {
        "containers": [
            {"name": "main", "image": "a:1", "ports": [{"containerPort": 80}]},
            {"name": "side", "image": "b:1"},
        ],
        "args": ["x", "y"],
    }
}


def test_mappings() -> None:
    """Fields come, go and change; a mapping that comes is one field."""
    assert [
        "add .a {'b': 1} -> None".replace("{'b': 1} -> None", "None -> {'b': 1}"),
        "change .b 1 -> 2",
        "remove .c 3 -> None",
    ] == told({"b": 1, "c": 3}, {"a": {"b": 1}, "b": 2})


def test_named_items() -> None:
    """Items of lists are told apart by what identifies them, as the API server writes it."""
    changed = deepcopy(POD)
    containers: list[dict[str, Any]] = changed["spec"]["containers"]  # type: ignore[assignment]
    containers[0]["image"] = "a:2"
    containers[0]["ports"] = [{"containerPort": 80, "name": "web"}]
    containers[1:] = [{"name": "more", "image": "c:1"}]

    assert [
        "change .spec.containers[name=\"main\"].image 'a:1' -> 'a:2'",
        "add .spec.containers[name=\"main\"].ports[containerPort=80].name None -> 'web'",
        "add .spec.containers[name=\"more\"] None -> {'name': 'more', 'image': 'c:1'}",
        "remove .spec.containers[name=\"side\"] {'name': 'side', 'image': 'b:1'} -> None",
    ] == told(POD, changed)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (["x", "y"], ["x", "z"], ["change .l ['x', 'y'] -> ['x', 'z']"]),
        ([{"v": 1}, {"v": 2}], [{"v": 1}, {"v": 3}], ["change .l[1].v 2 -> 3"]),
        ([{"v": 1}], [{"v": 1}, {"v": 2}], ["change .l [{'v': 1}] -> [{'v': 1}, {'v': 2}]"]),
        (
            [{"name": "a"}, {"name": "b"}],
            [{"name": "b"}, {"name": "a"}],
            ["change .l [{'name': 'a'}, {'name': 'b'}] -> [{'name': 'b'}, {'name': 'a'}]"],
        ),
        (1, True, ["change .l 1 -> True"]),
        (1, 1.0, []),
        ({}, None, ["change .l {} -> None"]),
    ],
)
def test_other_values(before: Any, after: Any, expected: list[str]) -> None:
    """Lists without names are compared by place or as a whole; another order of named items is a change."""
    assert expected == told({"l": before}, {"l": after})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from("ab"),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "name"]), inner)
    ),
    max_leaves=8,
)


@pytest.mark.slow
@given(JSON, JSON)
def test_difference_is_what_is_unequal(before: Any, after: Any) -> None:
    """There is a difference exactly where two values are not the same; the other way round it is the opposite."""
    there, back = field_changes(before, after), field_changes(after, before)
    opposite = {"add": "remove", "remove": "add", "change": "change"}

    assert not field_changes(before, deepcopy(before))
    assert bool(there) == (repr(before) != repr(after) and _differ(before, after))
    assert [(each.path, opposite[each.action], each.after, each.before) for each in there] == [
        (each.path, each.action, each.before, each.after) for each in back
    ]


def _differ(one: Any, other: Any) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() != other.keys() or any(_differ(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) != len(other) or any(map(_differ, one, other))
    return bool(one != other) or isinstance(one, bool) != isinstance(other, bool)


def test_fields_of_a_change() -> None:
    """A change gives its fields with secrets masked; what comes or goes is one field without a path."""
    text = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {a: aHVudGVyMg==}\n"
    secret = Change(
        action="update",
        resource=ResourceId("", "Secret", "shop", "s"),
        release="shop",
        before=text,
        after=text.replace("aHVudGVyMg", "b3RoZXI"),
    )
    created = Change(
        action="create",
        resource=ResourceId("", "ConfigMap", "shop", "a"),
        release="shop",
        after="apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
    )

    assert (
        FieldChange(
            path=".data.a", action="change", before="(secret, before)", after="(secret, after)"
        ),
    ) == changed_fields(secret)
    assert (
        FieldChange(
            path="",
            action="add",
            after={"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}},
        ),
    ) == changed_fields(created)


LIVE = {
    "kind": "ConfigMap",
    "apiVersion": "v1",
    "status": {"phase": "Active"},
    "metadata": {
        "uid": "u",
        "resourceVersion": "1",
        "generation": 2,
        "creationTimestamp": "2026-01-01T00:00:00Z",
        "managedFields": [{"manager": "mistpm"}],
        "namespace": "shop",
        "name": "a",
        "labels": {"mistletoe.dev/tied-to-install-version": "v3"},
        "annotations": {},
    },
    "data": {"b": "2", "a": "1"},
}


def test_meaningful() -> None:
    """What the server put there, and the number of the revision, are nothing that anybody wants to read."""
    before = deepcopy(LIVE)

    assert {
        "kind": "ConfigMap",
        "apiVersion": "v1",
        "metadata": {"namespace": "shop", "name": "a"},
        "data": {"b": "2", "a": "1"},
    } == meaningful(LIVE)
    assert before == LIVE
    assert """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: a
  namespace: shop
data:
  a: "1"
  b: "2"
""" == readable(LIVE)


def test_immutable_fields() -> None:
    """Only what lies in an immutable field counts; a sealed ConfigMap cannot change at all."""
    deployment = ResourceId("apps", "Deployment", "shop", "a")
    sealed = ResourceId("", "ConfigMap", "shop", "a")
    changes = field_changes(
        {"spec": {"selector": {"a": "1"}, "selectorate": 1, "replicas": 1}},
        {"spec": {"selector": {"a": "2"}, "selectorate": 2, "replicas": 2}},
    )

    assert (".spec.selector.a",) == immutable_changes(deployment, {}, changes)
    assert () == immutable_changes(sealed, {}, field_changes({"data": {"a": 1}}, {"data": {}}))
    assert (".data.a",) == immutable_changes(
        sealed, {"immutable": True}, field_changes({"data": {"a": 1}}, {"data": {}})
    )


def test_overlay() -> None:
    """What a manifest does not speak of stays, item by item where items have names."""
    manifest = {
        "spec": {
            "containers": [{"name": "new", "image": "n"}, {"name": "side", "image": "b:2"}],
            "args": ["z"],
        }
    }
    before = deepcopy(POD)
    after = overlaid(POD, manifest)

    assert {
        "spec": {
            "containers": [
                {"name": "main", "image": "a:1", "ports": [{"containerPort": 80}]},
                {"name": "side", "image": "b:2"},
                {"name": "new", "image": "n"},
            ],
            "args": ["z"],
        }
    } == after
    assert before == POD


def test_secret_values_anywhere() -> None:
    """Values are hidden in whatever field they stand, plain, as base64, or within a copy that is JSON."""
    lines = "first\nsecond"
    pod = {
        "kind": "Pod",
        "metadata": {"annotations": {"copy": '{"value":"first\\nsecond"}', "note": "hunter2!"}},
        "spec": {
            "env": [{"name": "A", "value": "hunter2"}, {"name": "B", "value": "aHVudGVyMg=="}]
        },
    }
    before, after = masked_objects(pod, None, ["hunter2", lines, "ab", ""])

    assert {
        "kind": "Pod",
        "metadata": {"annotations": {"copy": '{"value":"(secret)"}', "note": "(secret)!"}},
        "spec": {"env": [{"name": "A", "value": "(secret)"}, {"name": "B", "value": "(secret)"}]},
    } == before
    assert after is None


def test_secrets_become_other_secrets() -> None:
    """Of a Secret's values only those are told apart that change; a Secret of another group is none."""
    secret = {"apiVersion": "v1", "kind": "Secret", "data": {"a": "MQ==", "b": "Mg=="}}
    other = {"apiVersion": "example.com/v1", "kind": "Secret", "data": {"a": "shown"}}

    assert (
        {"apiVersion": "v1", "kind": "Secret", "data": {"a": "(secret, before)", "b": "(secret)"}},
        {"apiVersion": "v1", "kind": "Secret", "data": {"a": "(secret, after)", "b": "(secret)"}},
    ) == masked_objects(secret, {**secret, "data": {"a": "Mw==", "b": "Mg=="}})
    assert (other, None) == masked_objects(other, None)


def test_secrets_that_make_no_sense() -> None:
    """A Secret whose values are not by key is hidden whole; what should be a mapping and is none is shown."""
    broken = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}, "data": ["hunter2"]}
    whole = {"apiVersion": "v1", "kind": "Secret", "data": {"a": "MQ=="}}
    before, after = masked_objects(whole, broken)

    assert "hunter2" not in repr(after)
    assert {"apiVersion": "v1", "kind": "Secret", "data": {"a": "(secret)"}} == before
    assert "metadata:\n  labels:\n  - a\n" == readable({"metadata": {"labels": ["a"]}})
