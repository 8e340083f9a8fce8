"""What an API server would refuse in a definition (CRD) beside what the schema of definitions says.

Source: "Specifying a structural schema" and "Publish Validation Schema" of Kubernetes' documentation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from mistpm.check.problem import Problem, one_of, shortened
from mistpm.check.rules import undeclared_fields, unreadable_rule
from mistpm.check.shape import Shape
from mistpm.check.structural import (
    INT_OR_STRING,
    LIST_KEYS,
    LIST_TYPE,
    PRESERVE,
    RULES,
    given,
    readable_pattern,
    strict_schema,
)
from mistpm.check.untyped import mapping, sequence
from mistpm.model.data_path import DataPath

_CODE: Final = "invalid-definition"
_TYPES: Final = ("array", "boolean", "integer", "number", "object", "string")
_FORBIDDEN: Final = (
    "$ref", "additionalItems", "definitions", "dependencies", "id", "patternProperties",
)  # fmt: skip
_JUNCTORS: Final = ("allOf", "anyOf", "oneOf")


def definition_problems(data: Mapping[str, Any]) -> Iterator[Problem]:
    """Tell what is wrong in a definition of `apiextensions.k8s.io/v1`; of older ones only their names.

    What does not have the type that it should have is passed over: the schema of definitions tells that.
    """
    spec = mapping(data.get("spec"))
    yield from _name_problems(data, spec)
    if not str(data.get("apiVersion", "")).endswith("/v1"):
        return
    versions = [each for each in sequence(spec.get("versions")) if isinstance(each, Mapping)]
    yield from _version_problems(versions)
    for index, version in enumerate(sequence(spec.get("versions"))):
        place: DataPath = ("spec", "versions", index, "schema", "openAPIV3Schema")
        schema = mapping(mapping(version).get("schema")).get("openAPIV3Schema")
        if isinstance(schema, Mapping):
            yield from _root_problems(schema, place)
        elif isinstance(version, Mapping) and schema is None:
            message = f"version `{version.get('name', '')}` has no schema"
            yield _problem(place, message)


def _name_problems(data: Mapping[str, Any], spec: Mapping[str, Any]) -> Iterator[Problem]:
    plural, group = mapping(spec.get("names")).get("plural"), spec.get("group")
    name = mapping(data.get("metadata")).get("name")
    if isinstance(plural, str) and isinstance(group, str) and isinstance(name, str):
        if name != f"{plural}.{group}":
            message = f"the name must be `{plural}.{group}`, its plural and group, not `{shortened(name)}`"
            yield _problem(("metadata", "name"), message)
        if "." not in group:
            message = f"`group` must be a domain such as `example.org`, not `{shortened(group)}`"
            yield _problem(("spec", "group"), message)


def _version_problems(versions: list[Mapping[str, Any]]) -> Iterator[Problem]:
    names = [str(version.get("name", "")) for version in versions]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield _problem(("spec", "versions"), f"version `{name}` is there more than once")
    stored = [str(v.get("name", "")) for v in versions if v.get("storage") is True]
    if versions and len(stored) != 1:
        which = (
            f"{len(stored)} are: {', '.join(f'`{name}`' for name in stored)}"
            if stored
            else "none is"
        )
        message = (
            f"exactly one version must be the one that is stored (`storage: true`), and {which}"
        )
        yield _problem(("spec", "versions"), message)


def _root_problems(schema: Mapping[str, Any], place: DataPath) -> Iterator[Problem]:
    from jsonschema_rs import ValidationError

    if schema.get("type") != "object" and not (schema.get("type") is None and schema.get(PRESERVE)):
        yield _problem((*place, "type"), "the schema of a whole object must have `type: object`")
    problems = tuple(_node_problems(schema, place, is_root=True))
    yield from problems
    if any(problem.severity == "error" for problem in problems):
        return
    try:
        Shape(strict_schema(schema), kind="Default")
    except TypeError:
        return  # something is of another type than it should be, which the schema of definitions tells
    except (ValidationError, ValueError) as error:
        why = shortened(str(error).split("\n", maxsplit=1)[0], 120)
        yield _problem(place, f"the schema cannot be used: {why}")
    else:
        yield from _default_problems(schema, place)


def _node_problems(schema: Any, place: DataPath, *, is_root: bool = False) -> Iterator[Problem]:
    """Look through a schema where it says which fields there are."""
    if not isinstance(schema, Mapping):
        return
    schema = given(schema)
    if not is_root:
        yield from _type_problems(schema, place)
    for key in _FORBIDDEN:
        if key in schema:
            yield _problem((*place, key), f"a schema must not have `{key}`")
    if schema.get("uniqueItems") is True:
        hint = "write `x-kubernetes-list-type: set`"
        yield _problem((*place, "uniqueItems"), "a schema must not have `uniqueItems: true`", hint)
    yield from _field_problems(schema, place)
    yield from _pattern_problems(schema, place)
    yield from _rule_problems(schema, place, is_root=is_root)
    for key, part in mapping(schema.get("properties")).items():
        yield from _node_problems(part, (*place, "properties", key))
    for key in ("items", "additionalProperties"):
        yield from _node_problems(schema.get(key), (*place, key))


def _type_problems(schema: Mapping[str, Any], place: DataPath) -> Iterator[Problem]:
    kind = schema.get("type")
    if (kind is None or kind == "") and not schema.get(INT_OR_STRING) and not schema.get(PRESERVE):
        message = "every field must have a `type`"
        hint = f"or `{PRESERVE}: true`, or `{INT_OR_STRING}: true`"
        yield _problem((*place, "type"), message, hint)
    elif isinstance(kind, str) and kind and kind not in _TYPES:
        wanted = one_of([f"`{each}`" for each in _TYPES])
        yield _problem((*place, "type"), f"`type` must be {wanted}, not `{shortened(kind)}`")


def _field_problems(schema: Mapping[str, Any], place: DataPath) -> Iterator[Problem]:
    if schema.get("type") == "array" and "items" not in schema:
        yield _problem((*place, "items"), "a list must have `items`")
    if not isinstance(schema.get("additionalProperties", True), bool | Mapping):
        message = "`additionalProperties` must be a mapping, or true"
        yield _problem((*place, "additionalProperties"), message)
    elif mapping(schema.get("properties")) and schema.get("additionalProperties", True) is not True:
        message = "a schema must not have both `properties` and `additionalProperties`"
        yield _problem((*place, "additionalProperties"), message)
    if schema.get(LIST_TYPE) == "map" and not schema.get(LIST_KEYS):
        message = f"a list with `{LIST_TYPE}: map` must have `{LIST_KEYS}`"
        yield _problem((*place, LIST_KEYS), message)


def _pattern_problems(schema: Mapping[str, Any], place: DataPath) -> Iterator[Problem]:
    pattern = schema.get("pattern")
    if isinstance(pattern, str) and readable_pattern(pattern) is None:
        yield Problem(
            code=_CODE,
            path=(*place, "pattern"),
            message=f"the pattern `{shortened(pattern)}` cannot be read, and is not checked here",
            severity="warning",
        )


def _rule_problems(
    schema: Mapping[str, Any], place: DataPath, *, is_root: bool
) -> Iterator[Problem]:
    for index, rule in enumerate(sequence(schema.get(RULES))):
        text = mapping(rule).get("rule")
        if not isinstance(text, str) or not text.strip():
            continue  # the schema of definitions tells it
        path = (*place, RULES, index, "rule")
        if (unreadable := unreadable_rule(text, path)) is not None:
            yield unreadable
        for field in undeclared_fields(schema, text, is_object=is_root):
            message = f"the rule `{shortened(text, 200)}` reads `{field}`, which the schema does not declare"
            yield _problem(path, message)


def _default_problems(schema: Any, place: DataPath) -> Iterator[Problem]:
    """Tell which defaults do not fit where they stand, in a schema that can be used."""
    if not isinstance(schema, Mapping):
        return
    if schema.get("default") is not None:
        yield from _misfits(schema, (*place, "default"))
    for key, part in mapping(schema.get("properties")).items():
        yield from _default_problems(part, (*place, "properties", key))
    for key in ("items", "additionalProperties"):
        yield from _default_problems(schema.get(key), (*place, key))


def _misfits(schema: Mapping[str, Any], place: DataPath) -> Iterator[Problem]:
    wrapped = {"type": "object", "properties": {"default": schema}}
    shape = Shape(strict_schema(wrapped), kind="Default")
    value = {"apiVersion": "v1", "kind": "Default", "default": schema["default"]}
    for problem in shape.problems(value):
        path = (*place, *problem.path[1:])
        yield _problem(path, f"the default does not fit: {problem.message}", problem.hint)


def _problem(path: DataPath, message: str, hint: str = "") -> Problem:
    return Problem(code=_CODE, path=path, message=message, hint=hint)
