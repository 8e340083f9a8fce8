"""Definitions of custom kinds and their objects, right and wrong, for the checks and for a real API server."""

from __future__ import annotations

import copy
from typing import Any

Told = tuple[str, str, str, str]
"""Code, path, message and hint of what is found."""

SPEC: dict[str, Any] = {
    "type": "object",
    "required": ["size", "mode"],
    "properties": {
        "size": {"type": "integer", "minimum": 1, "maximum": 10, "exclusiveMaximum": True},
        "mode": {"type": "string", "enum": ["one", "many"], "default": "one"},
        "port": {
            "x-kubernetes-int-or-string": True,
            "anyOf": [{"type": "integer"}, {"type": "string"}],
        },
        "ratio": {"type": "number"},
        "note": {"type": "string", "nullable": True},
        "labels": {"type": "object", "additionalProperties": {"type": "string"}},
        "raw": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
        "pod": {"type": "object", "x-kubernetes-embedded-resource": True,
                "x-kubernetes-preserve-unknown-fields": True},
        "tags": {"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "string"}},
        "users": {
            "type": "array",
            "x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": ["name"],
            "items": {
                "type": "object",
                "required": ["name"],
                "properties": {
                    "name": {"type": "string", "pattern": "^[[:lower:]]+$"},
                    "rights": {"type": "string", "default": "read"},
                },
            },
        },
        "when": {"type": "string", "format": "date-time"},
        "from": {"type": "integer"},
        "until": {"type": "integer"},
        "key": {"type": "string", "format": "byte"},
        "address": {"type": "string", "anyOf": [{"format": "ipv4"}, {"format": "ipv6"}]},
        "either": {
            "type": "object",
            "properties": {"a": {"type": "string"}, "b": {"type": "string"}},
            "oneOf": [{"required": ["a"]}, {"required": ["b"]}],
        },
    },
}  # fmt: skip


def definition(
    spec: dict[str, Any] = SPEC, *, rules: tuple[dict[str, Any], ...] = (), **version: Any
) -> dict[str, Any]:
    """Give a definition of `Cluster` in `pg.example.org`, served as v1."""
    schema = {**spec, "x-kubernetes-validations": list(rules)} if rules else spec
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "clusters.pg.example.org"},
        "spec": {
            "group": "pg.example.org",
            "names": {"plural": "clusters", "kind": "Cluster"},
            "scope": "Namespaced",
            "versions": [
                {
                    "name": "v1",
                    "served": True,
                    "storage": True,
                    "schema": {
                        "openAPIV3Schema": {"type": "object", "properties": {"spec": schema}}
                    },
                    **version,
                }
            ],
        },
    }


def cluster(api_version: str = "pg.example.org/v1", **spec: Any) -> dict[str, Any]:
    """Give a custom resource of it, valid unless `spec` says otherwise."""
    return {
        "apiVersion": api_version,
        "kind": "Cluster",
        "metadata": {"name": "main", "labels": {"a": "b"}},
        "spec": {"size": 3, **spec},
    }


GOOD: tuple[dict[str, Any], ...] = (
    {},
    {"mode": "many", "port": 80, "ratio": 1, "note": None},
    {"port": "http", "labels": {"a": "b"}, "raw": {"any": ["thing"]}},
    {"mode": None},
    {"when": "2026-01-31T12:00:00Z"},
    {"when": "2026-01-31t12:00:00.5+02:00"},
    {"pod": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {}}},
    {"tags": ["a", "b"], "users": [{"name": "a"}, {"name": "b"}], "key": "aGk="},
    {"either": {"a": "x"}},
    {"address": "192.0.2.1"},
    {"address": "2001:db8::1"},
)


BAD: tuple[tuple[dict[str, Any], Told], ...] = (
    ({"sise": 3}, ("invalid-field", "spec.sise", "`spec` has no field `sise`", "did you mean `size`?")),
    ({"size": "3"}, ("wrong-type", "spec.size", "`size` must be an integer, not the text `3`",
                     "leave out the quotes")),
    ({"size": None}, ("missing-field", "spec.size", "`size` is missing", "")),
    ({"size": 10}, ("invalid-value", "spec.size", "`size` must be less than 10, not `10`", "")),
    ({"when": "yesterday"}, ("invalid-value", "spec.when",
                             "`when` must be a time such as `2026-01-31T12:00:00Z`, not the text `yesterday`", "")),
    ({"when": "2026-13-01T00:00:00Z"}, (
        "invalid-value", "spec.when",
        "`when` must be a time such as `2026-01-31T12:00:00Z`, not the text `2026-13-01T00:00:00Z`", "")),
    ({"when": ""}, ("invalid-value", "spec.when",
                    "`when` must be a time such as `2026-01-31T12:00:00Z`, not an empty text", "")),
    ({"mode": "two"}, ("invalid-value", "spec.mode", "`mode` must be `one` or `many`, not the text `two`", "")),
    ({"port": []}, ("wrong-type", "spec.port", "`port` must be a text or an integer, not a list", "")),
    ({"labels": {"a": 1}}, ("wrong-type", "spec.labels.a", "`a` must be a text, not `1`", "put it in quotes")),
    ({"pod": {"kind": "Pod"}}, ("missing-field", "spec.pod.apiVersion", "`apiVersion` is missing", "")),
    ({"tags": ["a", "a"]}, ("invalid-value", "spec.tags", "`tags` must be a list without duplicates, not a list", "")),
    ({"users": [{"name": "a"}, {"name": "a"}]}, (
        "invalid-value", "spec.users[1]", "`users[1]` has the key of an earlier item, `name: a`", "")),
    ({"users": [{"name": "A"}]}, (
        "invalid-value", "spec.users[0].name", "`name` must be a text that matches `^[a-z]+$`, not the text `A`", "")),
    ({"key": "?"}, ("invalid-value", "spec.key", "`key` must be base64, not the text `?`", "")),
    ({"address": "192.0.2"}, (
        "invalid-value", "spec.address", "`address` must be what one of its alternatives says, not the text `192.0.2`",
        "`address` must be of the format `ipv4`, not the text `192.0.2`; or `address` must be of the format `ipv6`,"
        " not the text `192.0.2`")),
    ({"either": {"a": "x", "b": "y"}}, (
        "invalid-value", "spec.either", "`either` must be what exactly one of its alternatives says, not a mapping", "")),
    ({"either": {}}, (
        "invalid-value", "spec.either", "`either` must be what one of its alternatives says, not a mapping",
        "`a` is missing; or `b` is missing")),
)  # fmt: skip


SCHEMA = "spec.versions[0].schema.openAPIV3Schema"
PLAIN: dict[str, Any] = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "clusters.pg.example.org"},
    "spec": {
        "group": "pg.example.org",
        "names": {"plural": "clusters", "kind": "Cluster"},
        "scope": "Namespaced",
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "schema": {"openAPIV3Schema": {"type": "object", "properties": {}}},
            }
        ],
    },
}


def definition_of(**fields: Any) -> dict[str, Any]:
    """Give a definition whose schema has these fields."""
    made = copy.deepcopy(PLAIN)
    made["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"] = fields
    return made


FIELDS: tuple[tuple[Any, Told], ...] = (
    ({}, ("invalid-definition", ".type", "every field must have a `type`",
          "or `x-kubernetes-preserve-unknown-fields: true`, or `x-kubernetes-int-or-string: true`")),
    ({"type": "int"}, ("invalid-definition", ".type",
                       "`type` must be `array`, `boolean`, `integer`, `number`, `object` or `string`, not `int`", "")),
    ({"type": "object", "properties": {"a": {"type": "string"}},
      "x-kubernetes-validations": [{"rule": "has(self.b)"}]},
     ("invalid-definition", ".x-kubernetes-validations[0].rule",
      "the rule `has(self.b)` reads `self.b`, which the schema does not declare", "")),
    ({"type": "array"}, ("invalid-definition", ".items", "a list must have `items`", "")),
    ({"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": False},
     ("invalid-definition", ".additionalProperties",
      "a schema must not have both `properties` and `additionalProperties`", "")),
    ({"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": {"type": "string"}},
     ("invalid-definition", ".additionalProperties",
      "a schema must not have both `properties` and `additionalProperties`", "")),
    ({"type": "object", "additionalProperties": "x"},
     ("invalid-definition", ".additionalProperties", "`additionalProperties` must be a mapping, or true", "")),
    ({"$ref": "#/a", "type": "string"}, ("invalid-definition", ".$ref", "a schema must not have `$ref`", "")),
    ({"type": "array", "items": {"type": "string"}, "uniqueItems": True},
     ("invalid-definition", ".uniqueItems", "a schema must not have `uniqueItems: true`",
      "write `x-kubernetes-list-type: set`")),
    ({"type": "array", "items": {"type": "object"}, "x-kubernetes-list-type": "map"},
     ("invalid-definition", ".x-kubernetes-list-map-keys",
      "a list with `x-kubernetes-list-type: map` must have `x-kubernetes-list-map-keys`", "")),
    ({"type": "integer", "default": "1"},
     ("invalid-definition", ".default",
      "the default does not fit: `default` must be an integer, not the text `1`", "leave out the quotes")),
    ({"type": "string", "pattern": "(?!a)b"},
     ("invalid-definition", ".pattern", "the pattern `(?!a)b` cannot be read, and is not checked here", "")),
    ({"type": "string", "x-kubernetes-validations": [{"rule": "self.?a == 1"}]},
     ("rule-not-evaluated", ".x-kubernetes-validations[0].rule",
      "the rule `self.?a == 1` cannot be read here, and is not checked", "")),
)  # fmt: skip

TAKEN: tuple[dict[str, Any], ...] = (
    {"type": "object", "additionalProperties": True},
    {"type": "object", "additionalProperties": False},
    {"type": "object", "additionalProperties": False, "properties": {}},
    {"type": "object", "additionalProperties": True, "properties": {"a": {"type": "string"}}},
)
"""Schemas of a field that look odd, and that a server takes."""

RULE = {
    "rule": "!has(self.until) || !has(self.from) || self.from <= self.until",
    "message": "`from` is after `until`",
}
