"""What a change of a definition is said to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from mistpm.check.definitions import definition_changes
from mistpm.model.finding import Finding
from mistpm.model.resource import ResourceId

WIDGETS = ResourceId("apiextensions.k8s.io", "CustomResourceDefinition", "", "widgets.example.org")
TEXT = {"type": "string"}


def version(
    name: str, *, served: bool = True, storage: bool = False, **spec: Mapping[str, Any]
) -> dict[str, Any]:
    """Give a version of a definition whose objects have these fields in their `spec`."""
    schema = {"type": "object", "properties": {"spec": {"type": "object", "properties": spec}}}
    return {
        "name": name,
        "served": served,
        "storage": storage,
        "schema": {"openAPIV3Schema": schema},
    }


def definition(
    *versions: Mapping[str, Any], stored: tuple[str, ...] = (), **spec: Any
) -> dict[str, Any]:
    """Give the definition of `Widget`."""
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "widgets.example.org"},
        "spec": {
            "group": "example.org",
            "scope": "Namespaced",
            "names": {"kind": "Widget", "plural": "widgets", "singular": "widget"},
            "versions": list(versions),
            **spec,
        },
        **({"status": {"storedVersions": list(stored)}} if stored else {}),
    }


def widget(name: str, managers: tuple[str, ...] = (), **spec: Any) -> dict[str, Any]:
    """Give an object as an API server does; `managers` wrote it in `v1alpha1`."""
    fields = [{"manager": each, "apiVersion": "example.org/v1alpha1"} for each in managers]
    return {
        "apiVersion": "example.org/v1",
        "kind": "Widget",
        "metadata": {"name": name, "namespace": "shop", "managedFields": fields},
        "spec": spec,
    }


def told(findings: tuple[Finding, ...]) -> list[str]:
    """Give findings as lines, without the definition that all are about."""
    return [
        f"{each.severity} {each.code}: "
        + ": ".join(part for part in (each.path, each.message) if part)
        for each in findings
    ]


def test_nothing_changes() -> None:
    """A definition compared with itself gives nothing, and its objects are not even read."""
    same = definition(version("v1", storage=True, size={"type": "integer"}), stored=("v1",))

    def objects() -> Iterator[dict[str, Any]]:
        pytest.fail("nobody needs the objects")
        yield {}

    assert () == definition_changes(same, same, objects=objects())


def test_a_wider_schema_is_fine() -> None:
    """More fields, more values, fewer limits: nothing that is valid stops being so."""
    before = definition(version("v1", storage=True, size={"type": "integer", "minimum": 1}))
    after = definition(version("v1", storage=True, size={"type": "integer"}, mode=TEXT))

    assert () == definition_changes(before, after)


def test_a_stored_version_goes() -> None:
    """The API server refuses that; the way out takes two steps."""
    before = definition(version("v1alpha1"), version("v1", storage=True), stored=("v1alpha1", "v1"))
    after = definition(version("v1", storage=True))

    finding = Finding(
        severity="error",
        code="stored-version-dropped",
        message="version `v1alpha1` goes, and objects may still be stored in it: the API server refuses that",
        release="widgets",
        resource=WIDGETS,
        api_version="apiextensions.k8s.io/v1",
        path="spec.versions",
        hint="two steps: first a definition that keeps `v1alpha1` with `served: false` and stores another version;"
        " then write every object again (a StorageVersionMigration does that), take `v1alpha1` out of"
        " `status.storedVersions`, and come back to this definition",
    )

    assert (finding,) == definition_changes(before, after, release="widgets")


def test_without_a_cluster_the_storage_version_is_known_all_the_same() -> None:
    """What a definition stores, it has stored; what it only served may never have been."""
    before = definition(version("v1alpha1"), version("v1beta1", storage=True))
    after = definition(version("v1", storage=True))

    findings = told(definition_changes(before, after))

    assert [
        "error stored-version-dropped: spec.versions: version `v1beta1` goes, and objects may still be stored"
        " in it: the API server refuses that",
        "warning served-version-dropped: spec.versions: version `v1alpha1` is not served any more: whoever asks"
        " for it gets an error",
    ] == findings


def test_who_wrote_in_a_version_that_goes() -> None:
    """The objects name their managers."""
    before = definition(version("v1alpha1"), version("v1", storage=True), stored=("v1",))
    after = definition(version("v1alpha1", served=False), version("v1", storage=True))
    objects = [widget("one", ("helm",)), widget("two", ("helm", "operator"))]

    findings = definition_changes(before, after, objects=objects)

    assert [
        "warning served-version-dropped: spec.versions: version `v1alpha1` is not served any more: whoever asks"
        " for it gets an error; `helm` and `operator` wrote objects in it"
    ] == told(findings)
    assert "let them use `example.org/v1` before" == findings[0].hint


def test_another_version_is_stored() -> None:
    """What is there stays as it is until it is written."""
    before = definition(version("v1alpha1", storage=True), version("v1"))
    after = definition(version("v1alpha1"), version("v1", storage=True))

    assert [
        "info storage-version-changed: spec.versions: objects are stored as `v1` when they are written the next"
        " time, until then as `v1alpha1`"
    ] == told(definition_changes(before, after))


def test_scope_and_names() -> None:
    """What the API server refuses is an error; names that only people use are told."""
    before = definition(
        version("v1", storage=True),
        names={"kind": "Widget", "plural": "widgets", "shortNames": ["wd", "wg"]},
    )
    after = definition(
        version("v1", storage=True),
        scope="Cluster",
        names={"kind": "Gadget", "plural": "widgets", "singular": "widget", "shortNames": ["wd"]},
    )

    assert [
        "error scope-changed: spec.scope: its objects are cluster-wide now and were in namespaces: the API server"
        " refuses that",
        "error names-changed: spec.names.kind: its kind is `Gadget` now and was `Widget`: the API server"
        " refuses that",
        "info names-changed: spec.names: the name `wg` for it goes away; scripts with kubectl may use it",
    ] == told(definition_changes(before, after))


@pytest.mark.parametrize(
    ("strategies", "line"),
    [
        (
            ("Webhook", "None"),
            "warning conversion-changed: spec.conversion: no webhook converts between its versions any more: an"
            " object that is read in another version than it is stored in keeps its fields as they are",
        ),
        (
            ("None", "Webhook"),
            "info conversion-changed: spec.conversion: a webhook converts between its versions now: while it does"
            " not answer, objects that are stored in another version cannot be read",
        ),
    ],
)
def test_conversion(strategies: tuple[str, str], line: str) -> None:
    """Between versions fields are converted by a webhook, or stay as they are."""
    before, after = (
        definition(version("v1", storage=True), conversion={"strategy": strategy})
        for strategy in strategies
    )

    assert [line] == told(definition_changes(before, after))


def test_narrowed_without_a_cluster() -> None:
    """Each place is told once, with the versions in which it is so, and what to do."""
    old: dict[str, Any] = {
        "size": {"type": "integer"},
        "mode": {"type": "string", "enum": ["fast", "safe"]},
    }
    new: dict[str, Any] = {
        "size": {"type": "integer", "maximum": 9},
        "mode": {"type": "string", "enum": ["safe"]},
    }
    before = definition(version("v1alpha1", **old, note=TEXT), version("v1", storage=True, **old))
    after = definition(version("v1alpha1", **new), version("v1", storage=True, **new))

    findings = definition_changes(before, after)

    assert [
        "warning schema-narrowed: spec.mode: `fast` is not allowed any more (in `v1` and `v1alpha1`)",
        "warning field-dropped: spec.note: the field is gone, and values in it get lost (in `v1alpha1`)",
        "warning schema-narrowed: spec.size: it has to be at most 9 now (in `v1` and `v1alpha1`)",
    ] == told(findings)
    assert [
        "change the objects that have other values before the definition changes",
        "bring what stands there to where the new version has it, before the definition changes",
        "change the objects that have other values before the definition changes",
    ] == [each.hint for each in findings]


def test_objects_that_are_there() -> None:
    """They decide how bad it is: those that would not be valid are an error, those that lose a field are named."""
    before = definition(version("v1", storage=True, size={"type": "integer"}, note=TEXT))
    after = definition(version("v1", storage=True, size={"type": "integer", "maximum": 9}))
    objects = [widget(f"w{number}", size=number) for number in range(5, 15)]
    objects += [widget("noted", size=1, note="mine")]

    findings = definition_changes(before, after, objects=objects)

    assert [
        "info field-dropped: spec.note: the field is gone, and values in it get lost (in `v1`)",
        "info schema-narrowed: spec.size: it has to be at most 9 now (in `v1`)",
        "error existing-object-invalid: 5 of 11 existing objects would not be valid any more: `shop/w10` (spec.size:"
        " `size` must be at most 9, not `10`), `shop/w11` (spec.size: `size` must be at most 9, not `11`), `shop/w12`"
        " (spec.size: `size` must be at most 9, not `12`) and 2 others",
        "warning existing-field-lost: spec.note: 1 of 11 existing objects loses what it has there: `shop/noted`",
    ] == told(findings)


def test_no_objects_at_all() -> None:
    """Then nothing can break: the facts are told, and nothing to do."""
    before = definition(version("v1", storage=True, size={"type": "integer"}))
    after = definition(version("v1", storage=True, size=TEXT))

    [finding] = definition_changes(before, after, objects=[])

    assert ["info schema-narrowed: spec.size: its type is `string` now (in `v1`)"] == told(
        (finding,)
    )
    assert "" == finding.hint


def test_a_rule_stays_a_warning() -> None:
    """Only the API server can try rules on objects."""
    rule = {"rule": "self.size > 1", "message": "too small"}
    spec = {"type": "object", "properties": {"size": {"type": "integer"}}}
    before, after = definition(version("v1", storage=True)), definition(version("v1", storage=True))
    before["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"] = spec
    after["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"] = {
        **spec,
        "x-kubernetes-validations": [rule],
    }

    assert [
        "warning rule-added: spec: a rule is new: `self.size > 1` (too small) (in `v1`)"
    ] == told(definition_changes(before, after, objects=[widget("one", size=3)]))


def test_a_new_stored_version_is_compared_with_the_old_one() -> None:
    """Without a webhook objects keep their fields, so they have to fit the new version as they are."""
    before = definition(version("v1alpha1", storage=True, note=TEXT))
    after = definition(version("v1alpha1", note=TEXT), version("v1", storage=True, size=TEXT))

    findings = definition_changes(before, after, objects=[widget("one", note="mine")])

    assert [
        "info storage-version-changed: spec.versions: objects are stored as `v1` when they are written the next"
        " time, until then as `v1alpha1`",
        "info field-dropped: spec.note: the field is gone, and values in it get lost (in `v1`)",
        "warning existing-field-lost: spec.note: the one existing object loses what it has there: `shop/one`",
    ] == told(findings)


def test_a_definition_of_v1beta1() -> None:
    """It may have one version, one schema for all, and keeps unknown fields unless it says otherwise."""
    schema = {"openAPIV3Schema": {"type": "object", "properties": {"spec": {"type": "object"}}}}
    before = definition(version=("v1"), validation=schema)
    before["apiVersion"] = "apiextensions.k8s.io/v1beta1"
    del before["spec"]["versions"], before["spec"]["scope"]
    after = definition({**version("v1", storage=True), "schema": schema})

    assert [
        "warning field-dropped: *: fields that are not named get lost, which were kept (in `v1`)"
    ] == told(definition_changes(before, after))


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"spec": None},
        {"spec": {"versions": [None, {"name": 3, "schema": {"openAPIV3Schema": 1}}]}},
        definition({"name": "v1", "storage": True, "schema": {"openAPIV3Schema": {"required": 3}}}),
        definition(
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "schema": {
                    "openAPIV3Schema": {"type": ["x"], "properties": [1], "allOf": 2, "enum": 7}
                },
            }
        ),
    ],
)
def test_definitions_that_are_none(broken: dict[str, Any]) -> None:
    """Nothing breaks, whichever of both it is: what is wrong is told where definitions are checked."""
    fine = definition(version("v1", storage=True, size={"type": "integer"}))

    definition_changes(broken, fine, objects=[widget("one", size=1)])
    definition_changes(fine, broken, objects=[widget("one", size=1)])

    assert () == definition_changes(broken, broken)
