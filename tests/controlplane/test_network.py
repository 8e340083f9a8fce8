"""Services with ready Pods answer the API server: aggregated APIs and admission webhooks; load balancers."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from control_plane import ControlPlane
from kubernetes_api import KubernetesApi, has_condition, is_gone
from workloads import config_map, deployment, service

API_SERVICES = "/apis/apiregistration.k8s.io/v1/apiservices"
WEBHOOKS = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations"


@pytest.fixture
def authority(control_plane: ControlPlane) -> str:
    """Give the certificate of the control plane's authority, which Services have theirs from."""
    document = json.loads(control_plane.kubeconfig().read_text("utf-8"))
    given: str = document["clusters"][0]["cluster"]["certificate-authority-data"]
    assert base64.b64decode(given).startswith(b"-----BEGIN CERTIFICATE-----")
    return given


def test_metrics_api(own_control_plane: ControlPlane) -> None:
    """An APIService is available while a Pod is ready behind its Service; then it is listed and asked."""
    api = own_control_plane.api()
    path = f"{API_SERVICES}/v1beta1.metrics.k8s.io"
    service_path = "/api/v1/namespaces/kube-system/services/metrics-server"
    deployment_path = "/apis/apps/v1/namespaces/kube-system/deployments/metrics-server"
    api.apply(service_path, service("metrics-server", port=443))
    api.apply(path, _api_service("metrics.k8s.io", "v1beta1", {"insecureSkipTLSVerify": True}))
    api.wait_for(path, has_condition("Available", value="False", reason="MissingEndpoints"))

    api.apply(deployment_path, deployment("metrics-server"))
    api.wait_for(path, has_condition("Available"))

    nodes = api.get("/apis/metrics.k8s.io/v1beta1/nodes")
    kinds = [each["kind"] for each in api.get("/apis/metrics.k8s.io/v1beta1").body["resources"]]
    assert ((200, []), ["NodeMetrics", "PodMetrics"]) == (
        (nodes.status, nodes.body["items"]),
        kinds,
    )
    api.create("/api/v1/namespaces", {"metadata": {"name": "empty"}})
    api.delete("/api/v1/namespaces/empty")  # which needs all APIs to answer
    api.wait_for("/api/v1/namespaces/empty", is_gone)


def test_webhook(api: KubernetesApi, namespace: str, authority: str) -> None:
    """A webhook whose Pods are not ready fails requests; then it lets them pass."""
    config_maps = f"/api/v1/namespaces/{namespace}/configmaps"
    api.apply(f"/api/v1/namespaces/{namespace}/services/hook", service("hook", port=443))
    api.apply(f"{WEBHOOKS}/{namespace}", _webhook(namespace, authority))
    api.wait_for(f"/api/v1/namespaces/{namespace}", lambda _: not _accepted(api, config_maps))

    api.apply(f"/apis/apps/v1/namespaces/{namespace}/deployments/hook", deployment("hook"))
    api.wait_for(f"/api/v1/namespaces/{namespace}", lambda _: _accepted(api, config_maps))

    api.delete(f"{WEBHOOKS}/{namespace}")


def test_load_balancer(api: KubernetesApi, namespace: str) -> None:
    """A load balancer gets an address."""
    path = f"/api/v1/namespaces/{namespace}/services/web"
    api.apply(path, service("web", kind="LoadBalancer"))

    answer = api.wait_for(path, lambda answer: answer.body["status"]["loadBalancer"] != {})

    (ingress,) = answer.body["status"]["loadBalancer"]["ingress"]
    assert ingress["ip"].startswith("203.0.113.")


def _accepted(api: KubernetesApi, config_maps: str) -> bool:
    answer = api.apply(f"{config_maps}/one", config_map("one"), dryRun="All")
    if answer.status == 500:
        assert 'failed calling webhook "hook.example.test"' in answer.body["message"]
    return answer.status in {200, 201}


def _api_service(group: str, version: str, trust: dict[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": "apiregistration.k8s.io/v1",
        "kind": "APIService",
        "metadata": {"name": f"{version}.{group}"},
        "spec": {
            "group": group,
            "version": version,
            "groupPriorityMinimum": 100,
            "versionPriority": 100,
            "service": {"name": "metrics-server", "namespace": "kube-system"},
            **trust,
        },
    }


def _webhook(namespace: str, authority: str) -> dict[str, Any]:
    rule = {
        "apiGroups": [""],
        "apiVersions": ["v1"],
        "operations": ["*"],
        "resources": ["configmaps"],
    }
    hook = {
        "name": "hook.example.test",
        "clientConfig": {
            "caBundle": authority,
            "service": {"name": "hook", "namespace": namespace, "path": "/check"},
        },
        "admissionReviewVersions": ["v1"],
        "sideEffects": "None",
        "failurePolicy": "Fail",
        "rules": [rule],
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
    }
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": namespace},
        "webhooks": [hook],
    }
