"""A control plane that serves an API which the next minor does not have, and objects that were written in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from control_plane import ControlPlane
from eventually import eventually
from kubernetes_api import KubernetesApi, has_condition

from mistpm.target.cluster.api.connection import connect
from mistpm.target.cluster.cluster import ClusterTarget

GROUP = "/apis/networking.k8s.io"
OLD = f"{GROUP}/v1beta1/servicecidrs"
NEW = f"{GROUP}/v1/servicecidrs"
CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
ARGUMENTS = ("-apiserver-argument=--runtime-config=networking.k8s.io/v1beta1=true",)
MERGE = "application/merge-patch+json"


def service_cidr(
    name: str, number: int, *, version: str = "v1beta1", **metadata: Any
) -> dict[str, Any]:
    """Give a ServiceCIDR, whose v1beta1 is gone in 1.37."""
    return {
        "apiVersion": f"networking.k8s.io/{version}",
        "kind": "ServiceCIDR",
        "metadata": {"name": name, **metadata},
        "spec": {"cidrs": [f"10.{number}.0.0/24"]},
    }


def entry(manager: str, time: str, *, version: str = "v1beta1", part: str = "") -> dict[str, Any]:
    """Give an entry of `managedFields`."""
    return {
        "manager": manager,
        "operation": "Update",
        "apiVersion": f"networking.k8s.io/{version}",
        "time": time,
        "fieldsType": "FieldsV1",
        "fieldsV1": {"f:status": {}} if part else {"f:spec": {"f:cidrs": {}}},
        **({"subresource": part} if part else {}),
    }


def populate(api: KubernetesApi) -> None:
    """Write objects as several tools do, at known times where they can be told."""
    api.create(f"{OLD}", service_cidr("by-helm", 11, **OF_HELM), fieldManager="helm")
    api.apply(f"{OLD}/by-kubectl", service_cidr("by-kubectl", 12), manager="kubectl")
    api.create(NEW, service_cidr("fine", 13, version="v1"), fieldManager="kubectl")
    manifest = service_cidr("by-hand", 14)
    text = json.dumps(manifest)
    annotations = {"kubectl.kubernetes.io/last-applied-configuration": text}
    api.create(NEW, service_cidr("by-hand", 14, version="v1", annotations=annotations))
    api.create(OLD, service_cidr("long-ago", 15))
    managed(
        api,
        "long-ago",
        entry("kubectl-client-side-apply", "2021-05-02T10:00:00Z"),
        entry("moved-on", "2021-05-02T10:00:00Z"),
        entry("moved-on", "2024-01-01T10:00:00Z", version="v1"),
        entry("operator", "2022-06-03T10:00:00Z", part="status"),
        entry("kube-controller-manager", "2023-01-01T10:00:00Z"),
    )


OF_HELM: Mapping[str, Any] = {
    "annotations": {
        "meta.helm.sh/release-name": "web",
        "meta.helm.sh/release-namespace": "shop",
    }
}


def managed(api: KubernetesApi, name: str, *entries: Mapping[str, Any]) -> None:
    """Say who wrote an object, in the place of who did."""
    patch = {"metadata": {"managedFields": list(entries)}}
    answer = api.request("PATCH", f"{NEW}/{name}", patch, content_type=MERGE)
    assert answer.status == 200, answer.body


def widgets(group: str, *versions: Mapping[str, Any]) -> dict[str, Any]:
    """Give the definition of `Widget`; the last version is stored."""
    schema = {
        "type": "object",
        "properties": {"spec": {"type": "object", "properties": {"size": {"type": "integer"}}}},
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"widgets.{group}"},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"kind": "Widget", "plural": "widgets", "singular": "widget"},
            "versions": [
                {
                    "served": True,
                    "storage": each is versions[-1],
                    "schema": {"openAPIV3Schema": schema},
                    **each,
                }
                for each in versions
            ],
        },
    }


def widget(group: str, name: str, version: str = "v1alpha1", **spec: Any) -> dict[str, Any]:
    """Give a `Widget`; what has no field at all, nobody manages."""
    return {
        "apiVersion": f"{group}/{version}",
        "kind": "Widget",
        "metadata": {"name": name},
        "spec": spec or {"size": 1},
    }


def define(api: KubernetesApi, definition: Mapping[str, Any]) -> None:
    """Make a definition, or change it, and wait until its objects can be made."""
    path = f"{CRDS}/{definition['metadata']['name']}"
    answer = api.apply(path, definition, force="true")
    assert answer.status in {200, 201}, answer.body
    api.wait_for(path, has_condition("Established"))
    spec = definition["spec"]
    for each in spec["versions"]:
        if each["served"]:
            api.wait_for(
                f"/apis/{spec['group']}/{each['name']}/{spec['names']['plural']}",
                lambda answer: answer.status == 200,
            )


def until_discovered(control_plane: ControlPlane, *apis: str) -> None:
    """Wait until discovery tells of kinds (`group/version/Kind`), which takes a moment longer than serving them."""

    def is_told() -> bool:
        connection = connect(environ={"KUBECONFIG": str(control_plane.kubeconfig())})
        served = ClusterTarget(connection).served()
        return set(apis) <= {f"{each.api_version}/{each.kind}" for each in served}

    eventually(is_told)


def old_control_plane(folder: Path) -> ControlPlane:
    """Give one that still serves v1beta1 of ServiceCIDR; it is not started."""
    return ControlPlane(folder, minor="1.36", arguments=ARGUMENTS)
