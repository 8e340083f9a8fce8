"""Definitions (CRDs) themselves: what an API server would refuse in them."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from custom_corpus import FIELDS, PLAIN, SCHEMA, Told, definition_of

from mistpm.model.finding import Finding

Checked = Callable[..., tuple[Finding, ...]]


def told(findings: tuple[Finding, ...]) -> list[Told]:
    """Give what is said in findings."""
    return [(each.code, each.path, each.message, each.hint) for each in findings]


def test_a_good_one(check: Checked) -> None:
    """Nothing is wrong with a definition that a server takes."""
    spec = {
        "type": "object",
        "x-kubernetes-validations": [{"rule": "self.size > 0", "message": "it is empty"}],
        "properties": {
            "size": {"type": "integer", "default": 1},
            "port": {"x-kubernetes-int-or-string": True, "default": "http"},
            "raw": {"x-kubernetes-preserve-unknown-fields": True},
            "map": {"type": "object", "additionalProperties": {"type": "string"}},
            "nothing": {
                "type": "array",
                "items": {"type": "string"},
                "maxItems": None,
                "enum": None,
            },
            "list": {"type": "array", "items": {"type": "string", "pattern": "^[[:alpha:]]+$"}},
        },
    }

    assert () == check(definition_of(spec=spec), at="1.33")


@pytest.mark.parametrize(("field", "expected"), FIELDS)
def test_fields(check: Checked, field: dict[str, Any], expected: Told) -> None:
    """Each mistake in a schema is told with its place."""
    code, path, message, hint = expected
    place = f"{SCHEMA}.properties.size{path}"

    assert [(code, place, message, hint)] == told(check(definition_of(size=field), at="1.33"))


def test_what_is_a_mistake(check: Checked) -> None:
    """What cannot be read here is no error: the server may well read it."""
    fields = {
        "a": {"type": "string", "pattern": "(?!a)b"},
        "b": {"type": "string", "x-kubernetes-validations": [{"rule": "self.?a == 1"}]},
        "c": {"type": "array"},
    }
    findings = check(definition_of(**fields), at="1.33")

    assert ["warning", "info", "error"] == [each.severity for each in findings]


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        ("self.nothere == 1", "self.nothere"),
        ("!has(self.a.c) || self.a.b == 'x'", "self.a.c"),
        ("self.list.all(each, each.x == self.y)", "self.y"),
    ],
)
def test_rules_that_read_what_is_not_declared(check: Checked, rule: str, field: str) -> None:
    """A server refuses the definition: it knows the type of everything in a rule."""
    rules = [{"rule": rule}]
    a = {"type": "object", "properties": {"b": {"type": "string"}}}
    listed = {"type": "array", "items": {"type": "object", "properties": {"x": {"type": "string"}}}}
    size = {
        "type": "object",
        "properties": {"a": a, "list": listed},
        "x-kubernetes-validations": rules,
    }
    place = f"{SCHEMA}.properties.size.x-kubernetes-validations[0].rule"
    message = f"the rule `{rule}` reads `{field}`, which the schema does not declare"

    assert [("invalid-definition", place, message, "")] == told(
        check(definition_of(size=size), at="1.33")
    )


@pytest.mark.parametrize(
    "rule",
    [
        "self.open.any == 1",
        "self.map.any == 'x'",
        "self.pod.metadata.name == 'x'",
        "self.a__dash__b == 'x' || self.list.size() == 1",
        "self.list[0].x == 'x'",
    ],
)
def test_rules_that_may_be_right(check: Checked, rule: str) -> None:
    """Where it is not certain that a field is not there, nothing is said."""
    text = {"type": "string"}
    listed = {"type": "array", "items": {"type": "object", "properties": {"x": text}}}
    size = {
        "type": "object",
        "properties": {
            "a-b": text,
            "list": listed,
            "map": {"type": "object", "additionalProperties": text},
            "open": {
                "type": "object",
                "properties": {"x": text},
                "x-kubernetes-preserve-unknown-fields": True,
            },
            "pod": {
                "type": "object",
                "properties": {"x": text},
                "x-kubernetes-embedded-resource": True,
            },
        },
        "x-kubernetes-validations": [{"rule": rule}],
    }

    assert () == check(definition_of(size=size), at="1.33")


def test_names_and_versions(check: Checked) -> None:
    """The name, the group, and the versions among themselves are looked at, too."""
    wrong = copy.deepcopy(PLAIN)
    wrong["metadata"]["name"] = "cluster"
    wrong["spec"]["group"] = "example"
    wrong["spec"]["versions"].append({"name": "v1", "served": True, "storage": True})
    expected = [
        (
            "invalid-definition",
            "metadata.name",
            "the name must be `clusters.example`, its plural and group, not `cluster`",
            "",
        ),
        (
            "invalid-definition",
            "spec.group",
            "`group` must be a domain such as `example.org`, not `example`",
            "",
        ),
        (
            "invalid-definition",
            "spec.versions",
            "exactly one version must be the one that is stored (`storage: true`), and 2 are: `v1`, `v1`",
            "",
        ),
        ("invalid-definition", "spec.versions", "version `v1` is there more than once", ""),
        (
            "invalid-definition",
            "spec.versions[1].schema.openAPIV3Schema",
            "version `v1` has no schema",
            "",
        ),
    ]

    assert expected == told(check(wrong, at="1.33"))


def test_no_stored_version(check: Checked) -> None:
    """One version must be the one that is stored."""
    wrong = copy.deepcopy(PLAIN)
    wrong["spec"]["versions"][0]["storage"] = False
    message = "exactly one version must be the one that is stored (`storage: true`), and none is"

    assert [("invalid-definition", "spec.versions", message, "")] == told(check(wrong, at="1.33"))


def test_a_root_that_is_no_object(check: Checked) -> None:
    """The schema is one of whole objects."""
    wrong = copy.deepcopy(PLAIN)
    wrong["spec"]["versions"][0]["schema"]["openAPIV3Schema"] = {"type": "string"}
    expected = (
        "invalid-definition",
        f"{SCHEMA}.type",
        "the schema of a whole object must have `type: object`",
        "",
    )

    assert [expected] == told(check(wrong, at="1.33"))


JUNK: tuple[Any, ...] = (3, [], "x", {"type": 3}, {"type": ["string"]}, {"type": "object", "properties": [3]},
                         {"type": "string", "enum": 3}, {"type": "object", "required": 3}, {"x": 1},
                         {"type": "string", "x-kubernetes-validations": [3, {"rule": 3}]})  # fmt: skip


@pytest.mark.parametrize("field", JUNK)
def test_junk(check: Checked, field: Any) -> None:
    """Whatever stands where a schema belongs gives findings, never a traceback."""
    findings = check(definition_of(size=field), at="1.33")

    assert {"error"} == {each.severity for each in findings}


def test_what_is_of_another_type_is_told_once(check: Checked) -> None:
    """The schema of definitions tells it; that nothing can be made of it then is not told as well."""
    path = f"{SCHEMA}.properties.size.enum"

    assert [("wrong-type", path, "`enum` must be a list, not `7`", "")] == told(
        check(definition_of(size={"type": "integer", "enum": 7}), at="1.33")
    )
