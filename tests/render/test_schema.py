"""Inputs against a package's schema: every problem with its path, in words."""

from __future__ import annotations

from typing import Any

import pytest

from mistpm.errors import PackageError
from mistpm.render.schema import Schema

WEB = {
    "type": "object",
    "properties": {
        "replicas": {"type": "integer", "minimum": 1},
        "mode": {"enum": ["single", "cluster"]},
        "tls": {"$ref": "#/$defs/tls"},
        "hosts": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"host": {"type": "string"}},
                "required": ["host"],
            },
        },
        "size": {"anyOf": [{"type": "integer"}, {"type": "string", "pattern": "^[0-9]+Gi$"}]},
        "mail": {"type": "string", "format": "email"},
        "one": {"oneOf": [{"minimum": 1}, {"maximum": 5}]},
    },
    "required": ["replicas"],
    "additionalProperties": False,
    "$defs": {
        "tls": {
            "type": "object",
            "properties": {
                "host": {"type": "string"},
                "key": {"type": "string", "writeOnly": True},
            },
            "required": ["key"],
            "additionalProperties": False,
        }
    },
}


def problems(value: Any, schema: dict[str, Any] = WEB) -> list[str]:
    """Give all problems of a value as lines."""
    return list(map(str, Schema(schema, owner="starter/test/web@1.0.0").problems(value)))


def test_every_problem_is_told_with_its_path() -> None:
    """All problems are found at once, sorted by path."""
    found = problems(
        {
            "replica": 2,
            "mode": "many",
            "tls": {"host": 42, "hots": "x"},
            "hosts": [{"host": "a"}, {}],
            "size": "5G",
            "mail": "nobody",
            "one": 3,
        }
    )

    assert [
        "inputs.hosts[1].host: is missing",
        'inputs.mail: "nobody" is not in the format `email`',
        'inputs.mode: "many" is none of "single", "cluster"',
        "inputs.one: 3 fits more than one of its alternatives",
        "inputs.replica: is not known (did you mean `replicas`?)",
        "inputs.replicas: is missing",
        'inputs.size: "5G" fits none of its alternatives'
        ' ("5G" is not an integer; "5G" does not match the pattern `^[0-9]+Gi$`)',
        "inputs.tls.host: 42 is not a string",
        "inputs.tls.hots: is not known (did you mean `host`?)",
        "inputs.tls.key: is missing (a secret: give it as {fromEnv: NAME} or {generate: 24})",
    ] == found


def test_unlike_names_are_listed() -> None:
    """Where nothing is close to an unknown property, all properties are named."""
    found = problems({"replicas": 1, "tls": {"key": "x", "zzz": 1}})

    assert ["inputs.tls.zzz: is not known (there are `host`, `key`)"] == found


def test_what_fits_has_no_problems() -> None:
    """A value that fits gives nothing, and so does any value without a schema."""
    assert [] == problems({"replicas": 1, "mail": "a@example.org"})
    assert [] == problems({"anything": [1, {}]}, {})


def test_rules_of_a_secret_are_not_checked_on_its_placeholder() -> None:
    """Length, format and pattern are about the value; the type stays."""
    secret = {"writeOnly": True, "minLength": 100, "format": "uri", "pattern": "^x$"}
    schema = {"properties": {"key": secret, "port": {"type": "integer", "writeOnly": True}}}

    assert ['inputs.port: "text" is not an integer'] == problems(
        {"key": "k", "port": "text"}, schema
    )


def test_secrets_are_found_wherever_schemas_hide_them() -> None:
    """References, combinations, patterns and items are followed to what is `writeOnly`."""
    secret = {"type": "string", "writeOnly": True}
    schema = {
        "allOf": [{"properties": {"a": secret}}],
        "if": {"properties": {"mode": {"const": "x"}}},
        "then": {"properties": {"b": secret}},
        "patternProperties": {"^key-": {"$ref": "#/$defs/secret"}},
        "additionalProperties": {"type": "array", "prefixItems": [{}], "items": secret},
        "properties": {"open": True, "tree": {"$ref": "#"}},
        "$defs": {"secret": secret},
    }
    value = {
        "a": "1", "b": "2", "key-c": "3", "more": ["open", "4", "5"], "open": "6", "tree": {"a": "7"},
    }  # fmt: skip
    found = Schema(schema, owner="x").secrets(value)

    assert [("a",), ("b",), ("key-c",), ("more", 1), ("more", 2), ("tree", "a")] == [
        path for path, _ in found
    ]


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        (
            {"type": "strin"},
            "\"strin\" is not valid under any of the schemas listed in the 'anyOf' keyword",
        ),
        ({"properties": 3}, '3 is not of type "object"'),
        (
            {"$ref": "https://example.org/schema"},
            "Resource 'https://example.org/schema' is not present in a registry and retrieving it failed:"
            " Retrieval is disabled, cannot fetch https://example.org/schema",
        ),
    ],
)
def test_a_schema_that_is_none_is_the_packages_fault(schema: dict[str, Any], reason: str) -> None:
    """Nothing outside of a schema is fetched, and what is no schema is an error that names the package."""
    with pytest.raises(PackageError) as caught:
        Schema(schema, owner="starter/test/web@1.0.0")

    assert "invalid-schema" == caught.value.reference
    assert (
        "the schema of `starter/test/web@1.0.0` for its inputs is not a JSON Schema\n"
        f"  {reason}\n"
        "hint: this is a fault in the package: tell its author" == str(caught.value)
    )


def test_very_many_problems() -> None:
    """Of what does not fit, the first hundred things are told."""
    schema = Schema({"items": {"type": "string"}}, owner="p")

    assert 100 == len(schema.problems([1] * 1000))


@pytest.mark.parametrize(
    ("root", "why"),
    [
        ({"allOf": [{"$ref": "#"}]}, "it refers to itself, or has too many levels"),
        ({"$ref": "#/$defs/a%20b", "$defs": {"a b": {}}}, "`#/$defs/a%20b` leads nowhere in it"),
        (
            {"$ref": "#/$defs/a", "$defs": {"a": {"$anchor": "b"}}},
            "`$anchor` is not supported",
        ),
        (
            {"items": {"enum": [str(number) for number in range(2000)]}},
            "it takes more than 300,000 steps",
        ),
    ],
)
def test_a_schema_that_may_take_for_ever(root: dict[str, Any], why: str) -> None:
    """Checking is refused before it is begun, with what makes it hard."""
    schema = Schema(root, owner="p")

    with pytest.raises(PackageError) as caught:
        schema.problems([str(number) for number in range(2000)])

    assert ("invalid-schema", (why,)) == (caught.value.reference, caught.value.context)


def test_large_inputs_take_as_many_steps_as_they_have_values() -> None:
    """What is large and not deep is checked."""
    schema = Schema(
        {"items": {"$ref": "#/$defs/one"}, "$defs": {"one": {"properties": {"a": {}, "b": {}}}}},
        owner="p",
    )

    assert () == schema.problems([{"a": 1, "b": 2}] * 20_000)
