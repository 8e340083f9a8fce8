"""Laws that the checks obey, whatever is checked."""

from __future__ import annotations

import copy
import json
import re
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from object_corpus import FLAWS, flawed_objects, good_objects

from mistpm.check import CustomKinds, Subject, check_manifests, subjects_of
from mistpm.check.limits import PATTERNS, with_limits
from mistpm.check.schemas import FILE, kind_schema
from mistpm.check.shape import Shape
from mistpm.model.finding import Finding
from mistpm.model.minor import Minor
from mistpm.model.presence import parse_api

MINORS = tuple(Minor(number) for number in (17, 20, 22, 25, 29, 33, 37))
NONE = CustomKinds()


def subject(data: dict[str, Any]) -> Subject:
    """Make a subject of an object."""
    (made,), _ = subjects_of(data)
    return made


GOOD = tuple(subject(data) for data in good_objects())
FLAWED = tuple(subject(data) for _, data in flawed_objects())
OLD = tuple(
    subject({"apiVersion": api_version, "kind": kind, "metadata": {"name": "old"}, "spec": {}})
    for api_version, kind in (
        ("extensions/v1beta1", "Ingress"),
        ("policy/v1beta1", "PodSecurityPolicy"),
        ("batch/v1beta1", "CronJob"),
        ("example.org/v1", "Unknown"),
        ("apps/v1", "Deploymnt"),
    )
)
some_subjects = st.lists(st.sampled_from((*GOOD, *FLAWED, *OLD)), max_size=5)
some_minors = st.lists(st.sampled_from(MINORS), min_size=1, max_size=4, unique=True)


def each_minor(findings: tuple[Finding, ...]) -> set[tuple[Finding, Minor]]:
    """Take findings apart into what holds at one minor."""
    return {
        (msgspec.structs.replace(finding, minors=()), minor)
        for finding in findings
        for minor in finding.minors
    }


@pytest.mark.slow
@given(subjects=some_subjects, minors=some_minors)
def test_each_minor_alone(subjects: list[Subject], minors: list[Minor]) -> None:
    """What is found at several minors is what is found at each of them alone."""
    together = each_minor(check_manifests(subjects, minors, NONE))
    alone = [each_minor(check_manifests(subjects, [minor], NONE)) for minor in minors]

    assert set().union(*alone) == together


@pytest.mark.slow
@given(data=st.data(), subjects=some_subjects, minors=some_minors)
def test_order(data: st.DataObject, subjects: list[Subject], minors: list[Minor]) -> None:
    """The order of subjects and minors changes nothing."""
    shuffled = data.draw(st.permutations(subjects))
    other_minors = data.draw(st.permutations(minors))

    assert check_manifests(subjects, minors, NONE) == check_manifests(shuffled, other_minors, NONE)


@pytest.mark.slow
@given(some=some_subjects, others=some_subjects, minors=some_minors)
def test_unions(some: list[Subject], others: list[Subject], minors: list[Minor]) -> None:
    """What is found in a set is what is found in its parts."""
    together = set(check_manifests([*some, *others], minors, NONE))
    apart = {*check_manifests(some, minors, NONE), *check_manifests(others, minors, NONE)}

    assert apart == together


@pytest.mark.slow
@given(subjects=some_subjects, minors=some_minors)
def test_one_finding_for_each_place(subjects: list[Subject], minors: list[Minor]) -> None:
    """No two findings say the same of one place, and all of them are of the asked minors."""
    findings = check_manifests(subjects, minors, NONE)
    said = [
        (each.resource, each.api_version, each.code, each.path, each.message, each.hint)
        for each in findings
    ]

    assert len(set(said)) == len(said)
    assert all(set(each.minors) <= set(minors) and each.minors for each in findings)


def a_value(document: dict[str, Any], schema: dict[str, Any], depth: int) -> st.SearchStrategy[Any]:
    """Give values that a schema allows, with everything that they need and little else."""
    if "$ref" in schema:
        target = document["$defs"][schema["$ref"].removeprefix("#/$defs/")]
        schema = {**target, **{key: each for key, each in schema.items() if key != "$ref"}}
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    types = schema.get("type", "object")
    names = [types] if isinstance(types, str) else [name for name in types if name != "null"]
    return st.one_of([_of_type(document, schema, name, depth) for name in names])


def _of_type(
    document: dict[str, Any], schema: dict[str, Any], name: str, depth: int
) -> st.SearchStrategy[Any]:
    if name == "string":
        longest = schema.get("maxLength", 40)
        texts = (
            st.from_regex(schema["pattern"], fullmatch=True, alphabet="aA1.-/+=0m:TZ")
            if "pattern" in schema
            else st.text(min_size=1)
        )
        return texts.filter(lambda text: schema.get("minLength", 0) <= len(text) <= longest)
    if name in {"integer", "number"}:
        return st.integers(schema.get("minimum", -5), schema.get("maximum", 1000))
    if name == "boolean":
        return st.booleans()
    if name == "array":
        least = schema.get("minItems", 0)
        items = a_value(document, schema.get("items", {}), depth - 1)
        return st.lists(items, min_size=least, max_size=max(least, 2 if depth > 0 else 0))
    properties = schema.get("properties", {})
    needed = {
        key: a_value(document, properties[key], depth - 1) for key in schema.get("required", ())
    }
    keys = sorted(set(properties) - set(needed)) if depth > 0 else []
    if not keys:
        return st.fixed_dictionaries(needed)
    return st.sampled_from(keys).flatmap(
        lambda key: st.fixed_dictionaries(
            {**needed, key: a_value(document, properties[key], depth - 1)}
        )
    )


LIMITED = {
    (made.api, minor): with_limits(schema.document)
    for made in GOOD
    for minor in (Minor(25), Minor(37))
    if (schema := kind_schema(made.api, minor)) is not None
}
SHAPES = {key: Shape(document, kind=key[0].kind) for key, document in LIMITED.items()}


@pytest.mark.slow
@given(data=st.data(), made=st.sampled_from(GOOD), minor=st.sampled_from((Minor(25), Minor(37))))
@settings(deadline=None)
def test_fields_of_the_schema(data: st.DataObject, made: Subject, minor: Minor) -> None:
    """A good object stays one with any field that its schema has, given a value that fits."""
    document = LIMITED[made.api, minor]
    wider = copy.deepcopy(made.data)
    place: Any = wider
    schema: Any = document
    while True:
        if "$ref" in schema:
            schema = document["$defs"][schema["$ref"].removeprefix("#/$defs/")]
        properties = schema.get("properties", {})
        inner = sorted(
            key
            for key in properties
            if isinstance(place.get(key), dict) and "$ref" in properties[key]
        )
        goes_in: bool = data.draw(st.booleans())
        if not inner or not goes_in:
            break
        key: str = data.draw(st.sampled_from(inner))
        place, schema = place[key], properties[key]
    if properties:
        added = data.draw(st.sampled_from(sorted(properties)))
        if place.get(added) is None:
            place[added] = data.draw(a_value(document, properties[added], depth=3))

    assert () == SHAPES[made.api, minor].problems(wider)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=5,
)  # fmt: skip


@pytest.mark.slow
@given(made=st.sampled_from(GOOD), steps=st.integers(0, 6), value=ANYTHING, data=st.data())
def test_anything_anywhere(made: Subject, steps: int, value: Any, data: st.DataObject) -> None:
    """Whatever stands in an object, there is an answer."""
    changed = copy.deepcopy(made.data)
    place: Any = changed
    for _ in range(steps):
        keys = sorted(place) if isinstance(place, dict) else list(range(len(place)))
        inner = [key for key in keys if isinstance(place[key], dict | list) and place[key]]
        if not inner:
            break
        place = place[data.draw(st.sampled_from(inner))]
    place[
        data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
    ] = value
    subjects, findings = subjects_of(changed)
    found = check_manifests(subjects, MINORS, NONE)

    assert all(each.message and each.code for each in (*findings, *found))


def test_patterns_have_words() -> None:
    """No regular expression of the schemas is shown to anybody."""
    schemas = FILE.read_text("utf-8")
    patterns = {
        json.loads(found) for found in re.findall(r'"pattern":("(?:[^"\\\\]|\\\\.)*")', schemas)
    }

    assert patterns
    assert patterns <= set(PATTERNS)


def test_the_corpus_has_every_code_of_fields() -> None:
    """The flaws are of every kind that a field can have."""
    expected = {"invalid-field", "wrong-type", "missing-field", "invalid-value"}

    assert expected == {flaw.code for flaw in FLAWS}
    assert parse_api("apps/v1/Deployment") in {made.api for made in GOOD}
