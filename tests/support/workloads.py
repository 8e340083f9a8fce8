"""Small manifests that run something. What an image `fake.test/…` does is told in tests/controlplane/README.md."""

from __future__ import annotations

from typing import Any

from kubernetes_api import MERGE, KubernetesApi

WORKS = "example.test/app:1"
HELD = {"name": "example.test/held"}
"""A scheduling gate: Pods that have it do not start until somebody lets them go."""


def pod_template(
    name: str, *, image: str = WORKS, arguments: tuple[str, ...] = (), **spec: Any
) -> dict[str, Any]:
    """Give a template of a Pod with one container, which ends at once when it is told to."""
    container: dict[str, Any] = {"name": "main", "image": image}
    if arguments:
        container["args"] = list(arguments)
    return {
        "metadata": {"labels": {"app": name}},
        "spec": {"terminationGracePeriodSeconds": 0, "containers": [container], **spec},
    }


def deployment(
    name: str, *, replicas: int = 1, deadline: int = 600, **template: Any
) -> dict[str, Any]:
    """Give a Deployment of such Pods."""
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {
            "replicas": replicas,
            "progressDeadlineSeconds": deadline,
            "selector": {"matchLabels": {"app": name}},
            "template": pod_template(name, **template),
        },
    }


def job(name: str, *, retries: int = 0, **template: Any) -> dict[str, Any]:
    """Give a Job of one such Pod."""
    template = {"restartPolicy": "Never", **template}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name},
        "spec": {"backoffLimit": retries, "template": pod_template(name, **template)},
    }


def config_map(name: str, **data: str) -> dict[str, Any]:
    """Give a ConfigMap."""
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


def service(name: str, *, port: int = 80, kind: str = "ClusterIP") -> dict[str, Any]:
    """Give a Service for the Pods of that name."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name},
        "spec": {"type": kind, "selector": {"app": name}, "ports": [{"port": port}]},
    }


def custom_definition(group: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Give a definition of the namespaced kind `Thing`; it is in no namespace."""
    version = {"name": "v1", "served": True, "storage": True}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"things.{group}", "namespace": ""},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"plural": "things", "singular": "thing", "kind": "Thing"},
            "versions": [{**version, "schema": {"openAPIV3Schema": schema}}],
        },
    }


def let_go(api: KubernetesApi, pods: str) -> None:
    """Let the Pods of a namespace start that a scheduling gate holds, all that there are; `pods` is their path."""
    for pod in api.get(pods).body["items"]:
        if pod["spec"].get("schedulingGates"):
            path = f"{pods}/{pod['metadata']['name']}"
            api.request("PATCH", path, {"spec": {"schedulingGates": None}}, content_type=MERGE)
