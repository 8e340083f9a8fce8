"""How an environment's objects are, on a real control plane."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from control_plane import ControlPlane
from kubernetes_api import KubernetesApi
from workloads import config_map, deployment, job, service

from mistpm.model.readiness import ReadinessCondition
from mistpm.model.resource import ResourceId
from mistpm.target.cluster.api.client import Client
from mistpm.target.cluster.api.resources import Resources
from mistpm.target.cluster.memory.inventory import OwnedObject
from mistpm.target.cluster.observation import Observed, observe
from mistpm.target.marks import ENVIRONMENT_LABEL, RELEASE_LABEL

PLURALS = {
    "ConfigMap": "configmaps",
    "Deployment": "deployments",
    "Job": "jobs",
    "Service": "services",
}


def apply(
    api: KubernetesApi, namespace: str, release: str, manifest: dict[str, Any]
) -> OwnedObject:
    """Apply a manifest as a release's, and give the inventory's line for it."""
    version, kind = manifest["apiVersion"], manifest["kind"]
    name = manifest["metadata"]["name"]
    labels = {ENVIRONMENT_LABEL: namespace, RELEASE_LABEL: release}
    root = f"/apis/{version}" if "/" in version else f"/api/{version}"
    answer = api.apply(
        f"{root}/namespaces/{namespace}/{PLURALS[kind]}/{name}",
        {**manifest, "metadata": {"name": name, "labels": labels}},
    )
    assert answer.status == 201, answer.body
    return line(namespace, release, version, kind, name)


def line(namespace: str, release: str, version: str, kind: str, name: str) -> OwnedObject:
    """Give a line of the inventory."""
    resource = ResourceId(version.rpartition("/")[0], kind, namespace, name)
    return OwnedObject(resource=resource, api_version=version, release=release)


def shown(observed: tuple[Observed, ...]) -> list[str]:
    """Write what was observed."""
    return [
        f"{each.release} {each.resource.kind} {each.resource.name} {each.state}: {each.why}"
        for each in observed
    ]


def test_every_object_is_told_with_its_reason(
    api: KubernetesApi, namespace: str, client: Client
) -> None:
    """By release and resource; what is not ready with what its Pods say."""
    owned = [
        apply(api, namespace, "shop", deployment("web")),
        apply(api, namespace, "shop", config_map("settings")),
        apply(
            api, namespace, "shop", deployment("broken", image="fake.test/crash", arguments=("oh",))
        ),
        apply(api, namespace, "data", job("migrate", image="fake.test/stuck")),
        apply(api, namespace, "data", service("db")),
        line(namespace, "data", "v1", "ConfigMap", "lost"),
        line(namespace, "data", "example.test/v1", "Absent", "x"),
    ]
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments"
    api.wait_for(f"{path}/web", lambda answer: answer.body["status"].get("availableReplicas") == 1)
    api.wait_for(
        f"/api/v1/namespaces/{namespace}/pods",
        lambda answer: "CrashLoopBackOff" in str(answer.body) and "startedAt" in str(answer.body),
    )
    wanted = {"data": (ReadinessCondition(kind="Service", json_path=".spec.type", value="None"),)}
    observed = observe(client, Resources(client), owned, wanted, environment_id=namespace)
    (broken,) = (each for each in observed if each.resource.name == "broken")
    pod = broken.why.split("`")[1]

    assert [
        "data ConfigMap lost missing: it is not there",
        "data Service db waiting: `.spec.type` is `ClusterIP`, not `None`",
        "data Job migrate waiting: 0 of 1 Pods are done",
        "data Absent x missing: its kind is not served in `example.test/v1`",
        "shop ConfigMap settings ready: it is there",
        f"shop Deployment broken failed: Pod `{pod}`: container `main` crashes (exit code 1, 5 restarts)",
        "shop Deployment web ready: 1 of 1 replicas are ready",
    ] == shown(observed)
    assert ("container `main` logged at last:", "  oh") == broken.context[-2:]


def test_what_may_not_be_seen_is_unknown(
    api: KubernetesApi,
    namespace: str,
    control_plane: ControlPlane,
    open_client: Callable[..., Client],
) -> None:
    """And is not mixed up with what is not there."""
    owned = [
        apply(api, namespace, "shop", config_map("settings")),
        apply(api, namespace, "shop", deployment("web")),
        line(namespace, "shop", "v1", "ConfigMap", "lost"),
    ]
    rbac = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}"
    group = "rbac.authorization.k8s.io"
    rules = [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["list"]}]
    api.create(
        f"{rbac}/roles",
        {"metadata": {"name": "r"}, "rules": rules},
    )
    api.create(
        f"{rbac}/rolebindings",
        {
            "metadata": {"name": "r"},
            "roleRef": {"apiGroup": group, "kind": "Role", "name": "r"},
            "subjects": [{"kind": "User", "name": "viewer"}],
        },
    )
    api.wait_until_allowed("viewer", "list configmaps", namespace=namespace)
    viewer = open_client(control_plane.kubeconfig("viewer"))
    observed = observe(viewer, Resources(viewer), owned, {}, environment_id=namespace)

    assert [
        "shop ConfigMap lost missing: it is not there",
        "shop ConfigMap settings ready: it is there",
        "shop Deployment web unknown: you may not list its kind",
    ] == shown(observed)


@pytest.mark.usefixtures("namespace")
def test_nothing_owned_is_nothing_observed(client: Client) -> None:
    """Without a request for it."""
    assert () == observe(client, Resources(client), [], {}, environment_id="none")
