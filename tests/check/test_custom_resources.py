"""Custom resources against the definitions of their kinds."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from custom_corpus import BAD, GOOD, RULE, SPEC, Told, cluster, definition

from mistpm.model.finding import Finding
from mistpm.model.minor import Minor
from mistpm.model.resource import ResourceId

Checked = Callable[..., tuple[Finding, ...]]


def told(findings: tuple[Finding, ...]) -> list[Told]:
    """Give what is said in findings."""
    return [(each.code, each.path, each.message, each.hint) for each in findings]


@pytest.mark.parametrize("spec", GOOD)
def test_good_ones(check: Checked, spec: dict[str, Any]) -> None:
    """Defaults, nulls, whole objects and what is kept unread are as the server takes them."""
    assert () == check(cluster(**spec), definitions=(definition(),))


@pytest.mark.parametrize(("spec", "expected"), BAD)
def test_bad_ones(check: Checked, spec: dict[str, Any], expected: Told) -> None:
    """What the schema does not allow is told as for the kinds of Kubernetes."""
    findings = check(cluster(**spec), at="1.25 1.33", definitions=(definition(),))

    assert [expected] == told(findings)
    assert [(Minor(25), Minor(33))] == [each.minors for each in findings]


def test_metadata(check: Checked) -> None:
    """Metadata is that of every object, whatever the definition says of it."""
    resource = cluster()
    resource["metadata"] = {"name": "Main", "lables": {}, "labels": {"a": 1}}
    expected = [
        ("wrong-type", "metadata.labels.a"),
        ("invalid-field", "metadata.lables"),
        ("invalid-value", "metadata.name"),
    ]
    findings = check(resource, definitions=(definition(),))

    assert expected == [(each.code, each.path) for each in findings]


def test_rules(check: Checked) -> None:
    """A rule that does not hold is told in the words of the definition."""
    rules = (
        RULE,
        {"rule": "self.mode.lowerAscii() != 'many' || self.size > 1",
         "messageExpression": "'many is more than ' + string(self.size)"},
        {"rule": "self.ratio <= 0.5"},
    )  # fmt: skip
    custom = definition(rules=rules)
    late: dict[str, Any] = {"from": 2, "until": 1, "mode": "many", "size": 1, "ratio": 1}
    bad = cluster(**late)
    early: dict[str, Any] = {"from": 1, "until": 1, "mode": "many", "size": 2, "ratio": 0.5}
    good = cluster(**early)
    expected = [
        (
            "rule-violated",
            "spec",
            "`from` is after `until`",
            "the rule is `!has(self.until) || !has(self.from) || self.from <= self.until`",
        ),
        ("rule-violated", "spec", "many is more than 1", ""),
        ("rule-violated", "spec", "the rule `self.ratio <= 0.5` does not hold", ""),
    ]

    assert sorted(expected) == sorted(told(check(bad, definitions=(custom,))))
    assert () == check(good, definitions=(custom,))


def test_rules_are_for_what_has_the_right_fields(check: Checked) -> None:
    """As a server does: while a field is wrong, nothing is told of rules that could not be worked out."""
    custom = definition(rules=({"rule": "self.size > 7"}, {"rule": "self.ratio <= 0.5"}))
    findings = check(cluster(size="many", ratio=1), definitions=(custom,))

    assert [("wrong-type", "spec.size")] == [(each.code, each.path) for each in findings]


def test_rules_see_defaults(check: Checked) -> None:
    """What is left out has its default when a rule looks at it, in lists as well."""
    rules = ({"rule": "self.mode == 'one' && self.users.all(user, user.rights == 'read')"},)
    resource = cluster(users=[{"name": "a"}])
    before = copy.deepcopy(resource)

    assert () == check(resource, definitions=(definition(rules=rules),))
    assert before == resource


def test_rules_over_changes(check: Checked) -> None:
    """A rule that compares with what was there before says nothing of an object alone."""
    custom = definition(rules=({"rule": "self.size == oldSelf.size"},))

    assert () == check(cluster(), definitions=(custom,))


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        (
            "quantity(self.mode).isLessThan(quantity('1Gi'))",
            "cannot be worked out here; the API server will",
        ),
        ("self.?mode.orValue('') == ''", "cannot be read here, and is not checked"),
    ],
)
def test_rules_that_cannot_be_evaluated(check: Checked, rule: str, why: str) -> None:
    """A rule that is beyond this machine is told once, as an info on its definition, which may be checked too."""
    custom = definition(rules=({"rule": rule},))
    expected = Finding(
        severity="info",
        code="rule-not-evaluated",
        message=f"the rule `{rule}` {why}",
        resource=ResourceId("apiextensions.k8s.io", "CustomResourceDefinition", "", "clusters.pg.example.org"),
        api_version="apiextensions.k8s.io/v1",
        minors=(Minor(33),),
        path="spec.versions[0].schema.openAPIV3Schema.properties.spec.x-kubernetes-validations[0].rule",
    )  # fmt: skip

    assert (expected,) == check(cluster(), cluster(size=2), definitions=(custom,))
    assert (expected,) == check(custom, cluster(), definitions=(custom,))


def test_a_misspelt_kind(check: Checked) -> None:
    """Of the kinds that are defined for its group, the one that looks like it was meant."""
    wrong = {**cluster(), "kind": "Clutser"}
    [found] = check(wrong, definitions=(definition(),))

    assert ("unknown-kind", "kind", "did you mean `Cluster`?") == (
        found.code,
        found.path,
        found.hint,
    )


def test_a_name_that_is_no_text_is_told_once(check: Checked) -> None:
    """That it is missing is not told as well."""
    wrong = cluster()
    wrong["metadata"]["name"] = 5

    assert ["wrong-type"] == [each.code for each in check(wrong, definitions=(definition(),))]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rule", "codes"),
    [
        ("self.users.all(a, self.users.all(b, a != b || a == b))", ()),
        ("self.users.filter(a, true).map(b, b).all(c, true)", ()),
        (
            "self.users.all(a, self.users.all(b, self.users.all(c, self.users.all(d, true))))",
            ("rule-not-evaluated",),
        ),
    ],
)
def test_rules_that_would_not_end(check: Checked, rule: str, codes: tuple[str, ...]) -> None:
    """A rule that looks at everything once for everything, and so on, is not even begun."""
    custom = definition(rules=({"rule": rule},))
    resource = cluster(users=[{"name": "a" * number} for number in range(1, 51)])

    assert codes == tuple(each.code for each in check(resource, definitions=(custom,)))


def test_names_that_rules_escape(check: Checked) -> None:
    """Fields that CEL could not read otherwise have the names that Kubernetes gives them."""
    names = {
        "namespace": "__namespace__",
        "a-b": "a__dash__b",
        "x.y": "x__dot__y",
        "k__v": "k__underscores__v",
    }
    spec = {
        **SPEC,
        "properties": {**SPEC["properties"], **{name: {"type": "string"} for name in names}},
    }
    rules = tuple({"rule": f"self.{escaped} == 'x'"} for escaped in names.values())
    custom = definition(spec, rules=rules)

    assert () == check(cluster(**dict.fromkeys(names, "x")), definitions=(custom,))
    assert len(names) == len(check(cluster(**dict.fromkeys(names, "y")), definitions=(custom,)))


def test_versions(check: Checked) -> None:
    """A version that is not there, or not served, is an error; a deprecated one a warning."""
    custom = definition(deprecated=True, deprecationWarning="v1 goes away; write v2")
    version = custom["spec"]["versions"][0]
    custom["spec"]["versions"] += [
        {**version, "name": "v0", "served": False, "storage": False, "deprecated": False},
        {**version, "name": "v2", "storage": False, "deprecated": False},
    ]
    hint = "there is `pg.example.org/v2`"
    message = "`pg.example.org/v1/Cluster` is deprecated by its definition: v1 goes away; write v2"
    expected = {
        "v0": [("version-not-served", "apiVersion", "the definition of `Cluster` does not serve its version `v0`", hint)],
        "v1": [("deprecated-api", "apiVersion", message, hint)],
        "v2": [],
        "v3": [("version-not-served", "apiVersion", "the definition of `Cluster` has no version `v3`", hint)],
    }  # fmt: skip
    found = {
        version: told(check(cluster(f"pg.example.org/{version}"), definitions=(custom,)))
        for version in expected
    }

    assert expected == found


OLD: dict[str, Any] = {
    "apiVersion": "apiextensions.k8s.io/v1beta1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "clusters.pg.example.org"},
    "spec": {
        "group": "pg.example.org",
        "version": "v1",
        "names": {"plural": "clusters", "kind": "Cluster"},
        "validation": {"openAPIV3Schema": {"properties": {"spec": {"properties": {
            "size": {"type": "integer"}}}}}},
    },
}  # fmt: skip


def test_old_definitions(check: Checked) -> None:
    """In v1beta1 versions share a schema, and fields that it does not name are kept."""
    expected = [("wrong-type", "spec.size")]
    findings = check(cluster(size="3", any="thing"), at="1.20", definitions=(OLD,))

    assert expected == [(each.code, each.path) for each in findings]


def test_old_definitions_that_drop_fields(check: Checked) -> None:
    """In v1beta1 `preserveUnknownFields: false` has the meaning that v1 always has."""
    old = copy.deepcopy(OLD)
    old["spec"]["preserveUnknownFields"] = False
    schema = old["spec"]["validation"]["openAPIV3Schema"]
    schema["type"] = schema["properties"]["spec"]["type"] = "object"
    expected = [("invalid-field", "spec.any")]
    findings = check(cluster(any="thing"), at="1.20", definitions=(old,))

    assert expected == [(each.code, each.path) for each in findings]


JUNK: tuple[Any, ...] = (
    {}, {"type": 3}, {"type": "object", "properties": 3}, {"type": "object", "required": 3},
    {"type": "object", "allOf": 3, "enum": 3}, {"type": "object", "properties": {"metadata": 3, "spec": 3}},
    {"type": "object", "x-kubernetes-validations": 3}, 3, [], None,
    {"type": "object", "properties": {"spec": {"type": "object", "properties": {"size": {"pattern": []}}}}},
)  # fmt: skip


@pytest.mark.parametrize("schema", JUNK)
def test_broken_schemas(check: Checked, schema: Any) -> None:
    """A definition that cannot be used stops nothing: what is wrong with it is told where it is checked."""
    custom = definition()
    custom["spec"]["versions"][0]["schema"] = {"openAPIV3Schema": schema}
    findings = check(cluster(), definitions=(custom, {}, {"spec": {"names": 3, "versions": 3}}))

    assert {"invalid-field", "missing-field"} >= {each.code for each in findings}
