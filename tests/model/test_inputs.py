"""Inputs are completed with the schema's defaults, and only with these."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest

from mistpm.model.inputs import completed, is_secret

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "replicas": {"type": "integer", "default": 2},
        "tls": {
            "type": "object",
            "properties": {
                "enabled": {"type": "boolean", "default": True},
                "issuer": {"type": "object", "properties": {"kind": {"default": "Issuer"}}},
            },
        },
        "backup": {
            "type": "object",
            "required": ["bucket"],
            "properties": {"bucket": {"type": "string"}, "schedule": {"default": "daily"}},
        },
        "ports": {
            "type": "array",
            "items": {"type": "object", "properties": {"protocol": {"default": "TCP"}}},
        },
        "main": {"$ref": "#/$defs/store"},
        "none": {"default": None},
        "password": {"type": "string", "writeOnly": True},
    },
    "$defs": {"store": {"properties": {"size": {"default": "1Gi"}, "key": {"writeOnly": True}}}},
    "allOf": [{"properties": {"extra": {"default": {"a": [1]}}}}],
}

DEFAULTS: dict[str, Any] = {
    "replicas": 2,
    "tls": {"enabled": True, "issuer": {"kind": "Issuer"}},
    "main": {"size": "1Gi"},
    "none": None,
    "extra": {"a": [1]},
}


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({}, DEFAULTS),
        ({"replicas": 5, "own": 1}, {**DEFAULTS, "replicas": 5, "own": 1}),
        (
            {"tls": {"enabled": False}},
            {**DEFAULTS, "tls": {"enabled": False, "issuer": {"kind": "Issuer"}}},
        ),
        ({"tls": None}, {**DEFAULTS, "tls": None}),
        (
            {"backup": {"bucket": "b"}},
            {**DEFAULTS, "backup": {"bucket": "b", "schedule": "daily"}},
        ),
        (
            {"ports": [{"port": 1}, {"protocol": "UDP"}]},
            {**DEFAULTS, "ports": [{"port": 1, "protocol": "TCP"}, {"protocol": "UDP"}]},
        ),
    ],
)
def test_defaults_fill_what_is_missing(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    """What is given stays; nested objects are made where their defaults suffice."""
    given, schema = deepcopy(inputs), deepcopy(SCHEMA)

    assert expected == completed(inputs, SCHEMA)
    assert (given, schema) == (inputs, SCHEMA)


def test_completing_twice_changes_nothing() -> None:
    """The result is complete, and shares nothing with the schema."""
    once = completed({}, SCHEMA)
    once["extra"]["a"].append(2)

    assert once == completed(once, SCHEMA)
    assert DEFAULTS == completed({}, SCHEMA)


def test_schemas_that_refer_to_themselves_end() -> None:
    """A recursive schema completes as far as inputs go."""
    schema = {"properties": {"child": {"$ref": "#"}, "name": {"default": "x"}}}

    found = completed({"child": {"child": {}}}, {**schema, "required": ["name"]})

    assert "x" == found["child"]["child"]["name"]


@pytest.mark.parametrize("schema", [{}, {"properties": 1}, {"$ref": "#/no"}, {"allOf": {}}])
def test_odd_schemas_complete_nothing(schema: dict[str, Any]) -> None:
    """A schema that says nothing usable leaves the inputs alone."""
    assert {"a": 1} == completed({"a": 1}, schema)


@pytest.mark.parametrize(
    ("path", "secret"),
    [("password", True), ("main.key", True), ("main.size", False), ("no.such", False)],
)
def test_secrets_are_known_by_their_schema(path: str, secret: bool) -> None:
    """An input is secret where its schema, or that of what it lies in, says `writeOnly`."""
    assert secret == is_secret(path, SCHEMA)


def test_no_object_is_made_of_a_schema_within_itself() -> None:
    """A tree is completed where there is one, and none is grown."""
    schema = {"properties": {"left": {"$ref": "#"}, "right": {"$ref": "#"}, "size": {"default": 1}}}

    found = completed({"left": {}}, schema)

    leaf = {"size": 1}
    assert {"left": {"left": leaf, "right": leaf, "size": 1}, "right": leaf, "size": 1} == found


def test_completion_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where two inputs hold two each, and so on, what was made by then is what there is."""
    monkeypatch.setattr("mistpm.model.inputs._MOST_STEPS", 100)
    places = {
        str(n): {"properties": {name: {"$ref": f"#/$defs/{n + 1}"} for name in "ab"}}
        for n in range(40)
    }

    found = completed({}, {"$ref": "#/$defs/0", "$defs": {**places, "40": {"default": 1}}})

    assert 0 < json.dumps(found).count("1") < 100
