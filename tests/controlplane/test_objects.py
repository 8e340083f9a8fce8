"""The API server is the real one: server-side apply, custom resources, deletion of namespaces."""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any

import pytest
from control_plane import ControlPlane
from kubernetes_api import KubernetesApi, has_condition, is_gone
from workloads import config_map, deployment


def test_kubernetes_client_applies(control_plane: ControlPlane, namespace: str) -> None:
    """The `kubernetes` package applies on the server, with a client certificate; fields get a manager."""
    kubernetes: Any = import_module("kubernetes")  # some of it has types, some has not
    configuration = kubernetes.client.Configuration()
    kubeconfig = str(control_plane.kubeconfig("certified"))
    kubernetes.config.load_kube_config(kubeconfig, client_configuration=configuration)
    response = kubernetes.client.ApiClient(configuration).call_api(
        "PATCH",
        f"https://{control_plane.address}/api/v1/namespaces/{namespace}/configmaps/one"
        "?fieldManager=somebody&fieldValidation=Strict",
        header_params={"Content-Type": "application/apply-patch+yaml"},
        body=config_map("one", key="value"),
    )
    applied = json.loads(response.read())

    fields = applied["metadata"]["managedFields"]
    assert [("somebody", "Apply", {"f:data": {"f:key": {}}})] == [
        (each["manager"], each["operation"], each["fieldsV1"]) for each in fields
    ]


def test_conflict_of_managers(api: KubernetesApi, namespace: str) -> None:
    """Who applies a field of somebody else is told whose it is."""
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments/web"
    api.apply(path, deployment("web", replicas=1), manager="first")

    answer = api.apply(path, deployment("web", replicas=2), manager="second")

    assert answer.status == 409
    assert [
        {
            "reason": "FieldManagerConflict",
            "message": 'conflict with "first"',
            "field": ".spec.replicas",
        }
    ] == answer.body["details"]["causes"]


def test_nothing_to_change(api: KubernetesApi, namespace: str) -> None:
    """Applying the same again writes nothing."""
    path = f"/api/v1/namespaces/{namespace}/configmaps/one"
    first = api.apply(path, config_map("one", key="value"))

    second = api.apply(path, config_map("one", key="value"))

    assert first.body == second.body


def test_custom_resource(api: KubernetesApi, namespace: str) -> None:
    """A CRD is established, and what it defines is checked by its schema."""
    group = f"{namespace}.example.test"
    crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    api.create(crds, _widget_definition(group))
    api.wait_for(f"{crds}/widgets.{group}", has_condition("Established"))

    widgets = f"/apis/{group}/v1/namespaces/{namespace}/widgets"
    api.wait_for(widgets, lambda answer: answer.status == 200)
    made = api.create(widgets, _widget(group, size=1))
    refused = api.create(widgets, _widget(group, size=11))
    api.undefine(f"widgets.{group}")

    assert (201, 422) == (made.status, refused.status)


def test_namespace_is_deleted(api: KubernetesApi, namespace: str) -> None:
    """A namespace goes with all that is in it, Pods that run among it."""
    web = f"/apis/apps/v1/namespaces/{namespace}/deployments/web"
    api.apply(web, deployment("web", replicas=2))
    api.wait_for(web, has_condition("Available"))

    api.delete(f"/api/v1/namespaces/{namespace}")

    api.wait_for(f"/api/v1/namespaces/{namespace}", is_gone)
    assert api.get(f"/api/v1/namespaces/{namespace}/pods").body["items"] == []


@pytest.mark.parametrize(("user", "status"), [("admin", 200), ("developer", 403), ("viewer", 403)])
def test_rights(control_plane: ControlPlane, user: str, status: int) -> None:
    """Only the administrator has rights from the beginning."""
    assert status == control_plane.api(user).get("/api/v1/namespaces").status


def _widget_definition(group: str) -> dict[str, Any]:
    size = {"type": "integer", "maximum": 10}
    spec = {"type": "object", "properties": {"size": size}}
    schema = {"type": "object", "properties": {"spec": spec}}
    version = {
        "name": "v1",
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": schema},
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"widgets.{group}"},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"plural": "widgets", "singular": "widget", "kind": "Widget"},
            "versions": [version],
        },
    }


def _widget(group: str, *, size: int) -> dict[str, Any]:
    return {
        "apiVersion": f"{group}/v1",
        "kind": "Widget",
        "metadata": {"name": f"size-{size}"},
        "spec": {"size": size},
    }
