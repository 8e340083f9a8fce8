"""Definitions that change, with the objects that a real cluster has of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from control_plane import ControlPlane
from kubernetes_api import KubernetesApi
from old_cluster import CRDS, define, until_discovered, widget, widgets

from mistpm.document import dump
from mistpm.model.change import Action, Change
from mistpm.model.finding import Finding
from mistpm.model.resource import ResourceId
from mistpm.ops.checks.definition_safety import definition_safety
from mistpm.target.cluster.api.connection import connect
from mistpm.target.cluster.cluster import ClusterTarget

GROUP = "safety.example.org"
WIDGETS = ResourceId("apiextensions.k8s.io", "CustomResourceDefinition", "", f"widgets.{GROUP}")
SMALL = {
    "type": "object",
    "properties": {
        "spec": {"type": "object", "properties": {"size": {"type": "integer", "maximum": 9}}}
    },
}
INVALID = (
    "error: shop: CustomResourceDefinition.apiextensions.k8s.io widgets.safety.example.org: {} would not be valid"
    " any more: {}"
)


def opened(control_plane: ControlPlane, user: str = "admin") -> ClusterTarget:
    """Open a cluster as one of its users."""
    return ClusterTarget(connect(environ={"KUBECONFIG": str(control_plane.kubeconfig(user))}))


def change(after: dict[str, Any], action: Action = "update") -> Change:
    """Give the change of the definition."""
    return Change(
        action=action,
        resource=WIDGETS,
        release="shop",
        before=dump(widgets(GROUP, {"name": "v1"})),
        after=dump(after),
    )


def about(name: str, action: Action) -> Change:
    """Give a change of an object."""
    return Change(
        action=action, resource=ResourceId(GROUP, "Widget", "default", name), release="shop"
    )


@pytest.fixture
def control(control_plane: ControlPlane, api: KubernetesApi) -> Iterator[ControlPlane]:
    """Define `Widget`, and make three of 5, 15 and 25."""
    define(api, widgets(GROUP, {"name": "v1"}))
    until_discovered(control_plane, f"{GROUP}/v1/Widget")
    for size in (5, 15, 25):
        path = f"/apis/{GROUP}/v1/namespaces/default/widgets/w{size}"
        assert api.apply(path, widget(GROUP, f"w{size}", "v1", size=size)).status == 201
    yield control_plane
    api.undefine(f"widgets.{GROUP}")


def test_objects_that_would_not_be_valid(control: ControlPlane) -> None:
    """They are asked for and named, apart from those that the same changes write or delete."""
    cluster, after = opened(control), widgets(GROUP, {"name": "v1", "schema": schema(SMALL)})
    narrowed = (
        "info: shop: CustomResourceDefinition.apiextensions.k8s.io widgets.safety.example.org: spec.size: it has to"
        " be at most 9 now (in `v1`)"
    )

    every = definition_safety([change(after)], cluster)
    some = definition_safety([change(after), about("w15", "update")], cluster)
    none = definition_safety(
        [about("w25", "delete"), change(after), about("w15", "update")], cluster
    )

    w15 = "`default/w15` (spec.size: `size` must be at most 9, not `15`)"
    w25 = "`default/w25` (spec.size: `size` must be at most 9, not `25`)"
    two = INVALID.format("2 of 3 existing objects", f"{w15}, {w25}")
    one = INVALID.format("1 of 2 existing objects", w25)
    assert [narrowed, two] == [str(each) for each in every]
    assert [narrowed, one] == [str(each) for each in some]
    assert [narrowed] == [str(each) for each in none]


def schema(of: dict[str, Any]) -> dict[str, Any]:
    """Put a schema where versions have it."""
    return {"openAPIV3Schema": of}


def test_what_was_stored_is_asked_from_the_cluster(
    control: ControlPlane, api: KubernetesApi
) -> None:
    """What the last manifest stored is not all that ever was."""
    define(api, widgets(GROUP, {"name": "v1"}, {"name": "v2"}))
    after = widgets(GROUP, {"name": "v2"})
    before = dump(widgets(GROUP, {"name": "v1"}, {"name": "v2"}))
    from_manifest = Change(
        action="update", resource=WIDGETS, release="shop", before=before, after=dump(after)
    )

    def codes(findings: tuple[Finding, ...]) -> list[tuple[str, str]]:
        return [(each.severity, each.code) for each in findings]

    assert [("warning", "served-version-dropped")] == codes(definition_safety([from_manifest]))
    assert [("error", "stored-version-dropped")] == codes(
        definition_safety([from_manifest], opened(control))
    )
    refused = api.apply(f"{CRDS}/widgets.{GROUP}", after, force="true")
    assert refused.status == 422
    assert "v1 was previously a storage version" in refused.body["message"]


def test_without_rights(control: ControlPlane) -> None:
    """What could not be looked at is told, and the manifests are compared all the same."""
    after = widgets(GROUP, {"name": "v1", "schema": schema(SMALL)})

    narrowed, unseen = definition_safety([change(after)], opened(control, "viewer"))

    assert ("warning", "schema-narrowed") == (narrowed.severity, narrowed.code)
    assert (
        Finding(
            severity="info",
            code="not-looked-at",
            message="what is there of it was not looked at: the cluster test does not let `viewer` get"
            " `customresourcedefinitions.apiextensions.k8s.io` in the whole cluster",
            release="shop",
            resource=WIDGETS,
        )
        == unseen
    )


@pytest.mark.parametrize("action", ["create", "delete", "keep", "unchanged"])
def test_other_changes(action: Action) -> None:
    """What is new has no objects, what goes is told as data that is lost."""
    after = widgets(GROUP, {"name": "v2", "schema": schema(SMALL)})

    assert () == definition_safety([change(after, action), about("w15", "update")])
