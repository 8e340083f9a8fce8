"""Aggregated APIs, which hold up the deletion of every namespace for as long as nobody answers them."""

from __future__ import annotations

from applied_environment import AppliedEnvironment
from kubernetes_api import is_gone
from workloads import deployment, service


def test_an_api_service_goes_before_its_backend_and_its_namespace(
    environment: AppliedEnvironment,
) -> None:
    """It comes after the Pods that answer it, is waited for, and goes first of all."""
    name = f"{environment.namespace}-made"
    group = f"{environment.namespace}.example.org"
    api_service = {
        "apiVersion": "apiregistration.k8s.io/v1",
        "kind": "APIService",
        "metadata": {"name": f"v1.{group}", "namespace": ""},
        "spec": {
            "group": group,
            "version": "v1",
            "groupPriorityMinimum": 100,
            "versionPriority": 100,
            "insecureSkipTLSVerify": True,
            "service": {"name": "answers", "namespace": name, "port": 443},
        },
    }
    documents = [deployment("answers"), service("answers", port=443)]
    for each in documents:
        each["metadata"]["namespace"] = name

    environment.apply(
        environment.desired(environment.release("api", *documents, api_service), namespaces=(name,))
    )

    told = environment.events("applied", "ready")
    assert told[-3:] == [
        "ready Deployment answers",
        f"applied APIService v1.{group}",
        f"ready APIService v1.{group}",
    ]

    environment.uninstall(delete_namespaces=True)

    assert [
        f"deleted APIService v1.{group}",
        "deleted Deployment answers",
        "deleted Service answers",
        f"deleted Namespace {name}",
    ] == environment.events("deleted")
    assert is_gone(environment.api.get(f"/api/v1/namespaces/{name}"))
