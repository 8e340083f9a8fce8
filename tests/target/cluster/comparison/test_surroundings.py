"""Kinds and namespaces that come in the same run, or not at all; what is being deleted; what webhooks say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from control_plane import ControlPlane
from kubernetes_api import KubernetesApi
from workloads import config_map

from mistpm.errors import TargetError
from mistpm.target.cluster.comparing.comparison import Comparison
from mistpm.target.cluster.memory.inventory import OwnedObject

Shown = Callable[[Comparison], list[str]]


def definition(group: str, **properties: Any) -> dict[str, Any]:
    """Give a CRD of namespaced objects whose `spec` has these properties."""
    spec = {"type": "object", "properties": properties or {"size": {"type": "integer"}}}
    schema = {"type": "object", "properties": {"spec": spec}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"clusters.{group}", "namespace": ""},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"kind": "Cluster", "plural": "clusters", "singular": "cluster"},
            "versions": [
                {
                    "name": "v1",
                    "served": True,
                    "storage": True,
                    "schema": {"openAPIV3Schema": schema},
                }
            ],
        },
    }


def instance(group: str, name: str = "one", **spec: Any) -> dict[str, Any]:
    """Give an instance of such a CRD."""
    return {
        "apiVersion": f"{group}/v1",
        "kind": "Cluster",
        "metadata": {"name": name},
        "spec": spec,
    }


def test_custom_resources(environment: Any, shown: Shown) -> None:
    """Instances whose CRD comes in the same run are created unseen; a mistake in one is told by the old schema only if that stays."""
    group = f"{environment.namespace}.example.com"
    first = environment.desired(definition(group), instance(group, size=1))
    created = environment.apply(first)
    environment.resources.refresh()
    again = environment.compare(first)
    mistaken = environment.compare(
        environment.desired(definition(group), instance(group, more="x"))
    )
    wider = {"size": {"type": "integer"}, "more": {"type": "string"}}
    desired = environment.desired(definition(group, **wider), instance(group, size=1, more="x"))
    both = environment.compare(desired)
    with pytest.raises(TargetError) as error:
        mistaken.require()
    gone = environment.compare(environment.desired())

    assert [f"create CustomResourceDefinition clusters.{group}", "create Cluster one"] == shown(
        created
    )
    assert {"unchanged"} == {each.action for each in again.diff.changes}
    assert "manifest-refused" == error.value.reference
    assert (
        f"Cluster.{group} {environment.namespace}/one: .spec.more: field not declared in schema "
        "(starter/test/app@1.0.0: one.yaml)",
    ) == error.value.context
    both.require()
    assert [f"update CustomResourceDefinition clusters.{group}", "update Cluster one"] == shown(
        both
    )
    assert "  more: x\n" in (both.diff.changes[1].after or "")
    assert ["diff-approximate"] == [each.code for each in both.diff.findings]
    assert [
        "delete Cluster one",
        f"delete CustomResourceDefinition clusters.{group}",
    ] == shown(gone)
    environment.apply(environment.desired())


def test_instances_of_others(environment: Any, shown: Shown, api: KubernetesApi) -> None:
    """A CRD of which others have instances stays, with the reason."""
    group = f"{environment.namespace}.example.com"
    environment.apply(environment.desired(definition(group)))
    folder = f"/apis/{group}/v1/namespaces/{environment.namespace}/clusters"
    api.wait_for(folder, lambda answer: answer.status == 200)
    for name in ("a", "b"):
        api.create(folder, instance(group, name, size=1))
    environment.resources.refresh()
    kept = environment.compare(environment.desired())
    for name in ("a", "b"):
        api.delete(f"{folder}/{name}")

    assert [
        f"keep CustomResourceDefinition clusters.{group}: "
        f"it holds `Cluster.{group} {environment.namespace}/a`, and 1 more"
    ] == shown(kept)
    assert ["delete"] == [step.action for step in environment.apply(environment.desired()).steps]


def test_copies_of_our_labels(environment: Any, shown: Shown, api: KubernetesApi) -> None:
    """What a controller, or somebody, made with our labels on it is not ours, and never deleted."""
    environment.apply(environment.desired(config_map("a")))
    folder = f"/api/v1/namespaces/{environment.namespace}/configmaps"
    labels = api.get(f"{folder}/a").body["metadata"]["labels"]
    copy = config_map("copy", made="by somebody")
    copy["metadata"]["labels"] = labels
    api.create(folder, copy)
    gone = environment.apply(environment.desired())

    assert labels["mistpm.dev/environment"] == environment.id
    assert ["delete ConfigMap a"] == shown(gone)
    assert 200 == api.get(f"{folder}/copy").status


def test_namespace_with_much_in_it(environment: Any, shown: Shown, api: KubernetesApi) -> None:
    """What belongs to other objects goes with them; behind many of these there may still be somebody's own."""
    name = f"{environment.namespace}-full"
    inside = {**config_map("a"), "metadata": {"name": "a", "namespace": name}}
    environment.apply(environment.desired(inside, namespaces=(name,)))
    folder = f"/api/v1/namespaces/{name}/configmaps"
    uid = api.get(f"{folder}/a").body["metadata"]["uid"]
    owner = {"apiVersion": "v1", "kind": "ConfigMap", "name": "a", "uid": uid}
    for number in range(101):
        owned = config_map(f"owned-{number}")
        owned["metadata"]["ownerReferences"] = [owner]
        api.create(folder, owned)
    api.create(folder, config_map("theirs"))
    lived_in = environment.compare(environment.desired(), delete_namespaces=True)
    api.delete(f"/api/v1/namespaces/{name}")

    assert [
        f"keep Namespace {name}: it holds `ConfigMap {name}/theirs`",
        "delete ConfigMap a",
    ] == shown(lived_in)


def test_namespaces(environment: Any, shown: Shown, api: KubernetesApi) -> None:
    """A namespace that is missing is made, with all in it unseen, and goes only when that is allowed and nothing is in it."""
    name = f"{environment.namespace}-own"
    inside = {**config_map("a"), "metadata": {"name": "a", "namespace": name}}
    desired = environment.desired(inside, namespaces=(name, environment.namespace))
    created = environment.apply(desired)
    asked = list(environment.client.asked)
    again = environment.compare(desired)
    kept = environment.compare(environment.desired())
    api.create(f"/api/v1/namespaces/{name}/configmaps", config_map("theirs"))
    lived_in = environment.compare(environment.desired(), delete_namespaces=True)
    api.delete(f"/api/v1/namespaces/{name}/configmaps/theirs")
    state = config_map("state")
    state["metadata"]["labels"] = {"mistpm.dev/state-of": environment.id}
    api.create(f"/api/v1/namespaces/{name}/configmaps", state)
    remembering = environment.compare(environment.desired(), delete_namespaces=True)
    api.delete(f"/api/v1/namespaces/{name}/configmaps/state")
    empty = environment.compare(environment.desired(), delete_namespaces=True)

    assert [f"create Namespace {name}", "create ConfigMap a"] == shown(created)
    assert [f"unchanged Namespace {name}", "unchanged ConfigMap a"] == shown(again)
    assert not [line for line in asked if line.startswith("DRY") and "configmaps" in line]
    assert [
        f"keep Namespace {name}: a namespace is deleted only with `--delete-namespace`",
        "delete ConfigMap a",
    ] == shown(kept)
    assert [
        f"keep Namespace {name}: it holds `ConfigMap {name}/theirs`",
        "delete ConfigMap a",
    ] == shown(lived_in)
    assert [
        f"keep Namespace {name}: mistpm remembers environments in it",
        "delete ConfigMap a",
    ] == shown(remembering)
    assert ["delete ConfigMap a", f"delete Namespace {name}"] == shown(empty)
    environment.apply(environment.desired(), delete_namespaces=True)


def test_terminating(environment: Any, shown: Shown, api: KubernetesApi) -> None:
    """What is on its way out is waited for and made again."""
    data = config_map("a", color="red")
    data["metadata"]["finalizers"] = ["example.com/stays"]
    desired = environment.desired(data)
    environment.apply(desired)
    path = f"/api/v1/namespaces/{environment.namespace}/configmaps/a"
    uid = api.get(path).body["metadata"]["uid"]
    api.delete(path)
    comparison = environment.compare(desired)
    patch = {"metadata": {"finalizers": None}}
    api.request("PATCH", path, patch, content_type="application/merge-patch+json")

    assert ["create ConfigMap a: the one that is there is being deleted"] == shown(comparison)
    assert uid == comparison.steps[0].uid


def test_keeping(environment: Any, shown: Shown) -> None:
    """Annotations say what stays when it is no longer desired."""
    ours, helm = config_map("a"), config_map("b")
    ours["metadata"]["annotations"] = {"mistpm.dev/keep": "true"}
    helm["metadata"]["annotations"] = {"helm.sh/resource-policy": "keep"}
    environment.apply(environment.desired(ours, helm, config_map("c")))
    left = environment.compare(environment.desired(left_alone=("app",)))
    gone = environment.apply(environment.desired())

    assert ["its release cannot be rendered now"] * 3 == [each.why for each in left.steps]
    assert [
        'keep ConfigMap a: it has the annotation `mistpm.dev/keep: "true"`',
        "keep ConfigMap b: it has the annotation `helm.sh/resource-policy: keep`",
        "delete ConfigMap c",
    ] == shown(gone)
    assert ["a", "b"] == [line.resource.name for line in environment.owned]


def test_moving_between_versions(environment: Any, shown: Shown) -> None:
    """An object that is written in another version of its API is compared in that version."""
    scaler = {
        "apiVersion": "autoscaling/v1",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "web"},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
            "minReplicas": 1,
            "maxReplicas": 2,
            "targetCPUUtilizationPercentage": 60,
        },
    }
    environment.apply(environment.desired(scaler))
    target = {"type": "Utilization", "averageUtilization": 70}
    resource = {"type": "Resource", "resource": {"name": "cpu", "target": target}}
    spec = {key: value for key, value in scaler["spec"].items() if "Percentage" not in key}  # type: ignore[attr-defined]
    newer = {**scaler, "apiVersion": "autoscaling/v2", "spec": {**spec, "metrics": [resource]}}
    comparison = environment.apply(environment.desired(newer))
    [change] = comparison.diff.changes

    assert ["update HorizontalPodAutoscaler web"] == shown(comparison)
    assert "apiVersion: autoscaling/v2\n" in (change.before or "")
    assert "averageUtilization: 60\n" in (change.before or "")
    assert ["unchanged"] == [
        each.action for each in environment.compare(environment.desired(newer)).steps
    ]


def test_data_is_given_where_it_is_asked_for(environment: Any) -> None:
    """Steps have the live objects, unchanged ones too, only for who needs them."""
    desired = environment.desired(config_map("a", color="red"))
    environment.apply(desired)
    [with_data] = environment.compare(desired, is_unfinished=True).steps
    [without] = environment.compare(desired).steps

    assert "unchanged" == with_data.action
    assert {"color": "red"} == with_data.data["data"]
    assert without.data is None


def test_manifests_that_make_no_sense(environment: Any) -> None:
    """Whatever stands in metadata is refused by the server, and not stumbled over."""
    labels, annotations, specs = (
        config_map("labels"),
        config_map("annotations"),
        definition("x.example.com"),
    )
    labels["metadata"]["labels"] = ["a"]
    annotations["metadata"]["annotations"] = "none"
    specs["spec"] = {"versions": [1], "names": []}
    comparison = environment.compare(environment.desired(labels, annotations, specs))

    assert {"manifest-refused"} == {each.reference for each in comparison.refusals}
    assert {"labels", "annotations", "clusters.x.example.com"} == {
        each.resource.name for each in comparison.refusals
    }


@pytest.mark.slow
def test_api_that_does_not_answer(
    own_control_plane: ControlPlane, make_environment: Callable[..., Any], shown: Shown
) -> None:
    """What an aggregated API holds is neither forgotten nor called unknown while its server is down."""
    api = own_control_plane.api()
    group = "apiregistration.k8s.io"
    service = {"namespace": "default", "name": "gone"}
    spec = {
        "group": "example.com",
        "version": "v1",
        "service": service,
        "insecureSkipTLSVerify": True,
        "groupPriorityMinimum": 100,
        "versionPriority": 100,
    }
    path = f"/apis/{group}/v1/apiservices/v1.example.com"
    api.apply(
        path,
        {
            "apiVersion": f"{group}/v1",
            "kind": "APIService",
            "metadata": {"name": "v1.example.com"},
            "spec": spec,
        },
    )
    environment = make_environment(own_control_plane, "default")
    while not environment.resources.broken:
        environment.resources.refresh()
    thing = instance("example.com")
    refused = environment.compare(environment.desired(thing))
    resource = refused.steps[0].resource
    environment.owned = (
        OwnedObject(resource=resource, api_version="example.com/v1", release="app", uid="u"),
    )
    kept = environment.compare(environment.desired())

    assert ["the server of `example.com/v1` does not answer"] == [
        each.why for each in refused.refusals
    ]
    assert () == refused.missing_apis
    assert ["keep Cluster one: its API does not answer"] == shown(kept)
