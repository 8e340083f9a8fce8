"""What holds for all changes of schemas: nothing that stops being valid goes unnoticed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema_rs import Draft202012Validator

from mistpm.check.definitions import definition_changes
from mistpm.check.definitions_schema import narrowings
from mistpm.check.structural import strict_schema

NAMES = st.sampled_from(["alpha", "beta", "gamma"])
SMALL = st.integers(-2, 4)
COUNTS = st.integers(0, 3)
WORDS = st.sampled_from(["", "a", "ab", "abc", "b"])


def some(**optional: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Give mappings that have some of these keys."""
    return st.fixed_dictionaries({}, optional=optional)


def scalars() -> st.SearchStrategy[dict[str, Any]]:
    """Give schemas of values that have nothing in them."""
    numbers = some(
        minimum=SMALL,
        maximum=SMALL,
        exclusiveMinimum=st.booleans(),
        exclusiveMaximum=st.booleans(),
        multipleOf=st.integers(1, 3),
        enum=st.lists(SMALL, min_size=1, max_size=3, unique=True),
    )
    texts = some(
        minLength=COUNTS,
        maxLength=COUNTS,
        pattern=st.sampled_from(["^a", "b$", "^.?$"]),
        enum=st.lists(WORDS.filter(bool), min_size=1, max_size=3, unique=True),
    )
    return st.one_of(
        st.builds(
            lambda rest, name: {"type": name, **rest},
            numbers,
            st.sampled_from(["integer", "number"]),
        ),
        texts.map(lambda rest: {"type": "string", **rest}),
        st.just({"type": "boolean"}),
        st.just({"x-kubernetes-int-or-string": True}),
        st.just({"x-kubernetes-preserve-unknown-fields": True}),
        st.sampled_from(
            [
                {"type": "integer", "anyOf": [{"minimum": 2}, {"maximum": 0}]},
                {"type": "integer", "not": {"enum": [1]}},
                {"type": "integer", "allOf": [{"minimum": 1}]},
                {"type": "integer", "oneOf": [{"minimum": 2}, {"multipleOf": 2}]},
            ]
        ),
    )


def containers(below: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Give schemas of lists and mappings with others in them."""
    mappings = some(
        properties=st.dictionaries(NAMES, below, max_size=3),
        required=st.lists(NAMES, max_size=2, unique=True),
        maxProperties=COUNTS,
        minProperties=COUNTS,
    )
    lists = some(minItems=COUNTS, maxItems=COUNTS)
    return st.one_of(
        mappings.map(lambda rest: {"type": "object", **rest}),
        mappings.map(
            lambda rest: {"type": "object", "x-kubernetes-preserve-unknown-fields": True, **rest}
        ),
        st.builds(lambda values: {"type": "object", "additionalProperties": values}, below),
        st.builds(lambda rest, items: {"type": "array", "items": items, **rest}, lists, below),
    )


def nullable(schema: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Let some of the schemas allow null."""
    return st.one_of(schema, schema.map(lambda each: {**each, "nullable": True}))


SCHEMAS = nullable(st.recursive(nullable(scalars()), containers, max_leaves=6))
VALUES = st.recursive(
    st.none() | st.booleans() | SMALL | WORDS | st.just(1.5),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(NAMES, below, max_size=3),
    max_leaves=6,
)


def whole(schema: dict[str, Any]) -> dict[str, Any]:
    """Give the schema of an object whose `spec` has a schema."""
    return {"type": "object", "required": ["spec"], "properties": {"spec": schema}}


def definition(schema: dict[str, Any]) -> dict[str, Any]:
    """Give the definition of objects whose `spec` has a schema."""
    version = {"name": "v1", "served": True, "storage": True}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "widgets.example.org"},
        "spec": {
            "group": "example.org",
            "scope": "Cluster",
            "names": {"kind": "Widget", "plural": "widgets"},
            "versions": [{**version, "schema": {"openAPIV3Schema": whole(schema)}}],
        },
    }


def fits(schema: dict[str, Any], value: Any) -> bool:
    """Tell whether an object's `spec` is valid and keeps all of its fields, by another way than what is tested."""
    spec = strict_schema(whole(schema))["properties"]["spec"]
    return Draft202012Validator(spec).is_valid(value)


def widget(value: Any) -> dict[str, Any]:
    """Give an object with a spec."""
    return {
        "apiVersion": "example.org/v1",
        "kind": "Widget",
        "metadata": {"name": "one"},
        "spec": value,
    }


@pytest.mark.slow
@given(schema=SCHEMAS)
def test_a_schema_compared_with_itself(schema: dict[str, Any]) -> None:
    """It allows what it allows."""
    assert () == definition_changes(definition(schema), definition(schema), objects=[widget(1)])


@st.composite
def changes(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any], Any]:
    """Give a schema, another one, often much like it, and a value that is like the first asks for."""
    before = draw(SCHEMAS)
    after = _changed(draw, before) if draw(st.booleans()) else draw(SCHEMAS)
    return before, after, _value(draw, before)


def _changed(draw: st.DrawFn, schema: dict[str, Any]) -> dict[str, Any]:
    """Change one thing in a schema, or in what is below it."""
    key = draw(st.sampled_from(sorted(schema)))
    if key == "properties" and schema[key]:
        name = draw(st.sampled_from(sorted(schema[key])))
        rest = {each: part for each, part in schema[key].items() if each != name}
        keep = draw(st.booleans())
        return {**schema, key: {**rest, name: _changed(draw, schema[key][name])} if keep else rest}
    if key in {"items", "additionalProperties"}:
        return {**schema, key: _changed(draw, schema[key])}
    other = draw(SCHEMAS)
    if key in {"type", "x-kubernetes-preserve-unknown-fields", "x-kubernetes-int-or-string"}:
        return other
    rest = {each: part for each, part in schema.items() if each != key}
    return {**rest, key: other[key]} if key in other else rest


def _value(draw: st.DrawFn, schema: dict[str, Any]) -> Any:
    """Give a value of a schema's type, which may break what else it asks for."""
    if schema.get("nullable") and draw(st.booleans()):
        return None
    if "enum" in schema:
        return draw(st.sampled_from(schema["enum"]))
    match schema.get("type"):
        case "object":
            known = schema.get("properties", {})
            given = {
                name: _value(draw, part) for name, part in known.items() if draw(st.booleans())
            }
            if "additionalProperties" in schema:
                return {draw(NAMES): _value(draw, schema["additionalProperties"])}
            is_open = "x-kubernetes-preserve-unknown-fields" in schema
            return (
                {**draw(st.dictionaries(NAMES, VALUES, max_size=2)), **given} if is_open else given
            )
        case "array":
            return [_value(draw, schema["items"]) for _ in range(draw(COUNTS))]
        case "string":
            return draw(WORDS)
        case "boolean":
            return draw(st.booleans())
        case "integer" | "number":
            return draw(SMALL)
    return draw(SMALL | WORDS if "x-kubernetes-int-or-string" in schema else VALUES)


@pytest.mark.slow
@settings(max_examples=500)
@given(changes())
def test_what_stops_being_valid_is_told(
    change: tuple[dict[str, Any], dict[str, Any], Any],
) -> None:
    """An object that fits the old schema and not the new one makes a finding, and one of its own where it is there."""
    before, after, value = change
    if not fits(before, value) or fits(after, value):
        return

    assert narrowings(whole(before), whole(after))

    told = definition_changes(definition(before), definition(after), objects=[widget(value)])

    assert {"existing-object-invalid", "existing-field-lost"} & {each.code for each in told}
