"""The demo application of the starter registry, from nothing to nothing, as a user types it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from command_line import CommandLine
from control_plane import ControlPlane
from kubernetes_api import KubernetesApi, has_condition, is_there

STARTER = Path(__file__).parents[2] / "registries" / "starter"
METRICS = "/apis/apiregistration.k8s.io/v1/apiservices/v1beta1.metrics.k8s.io"
OF_KUBERNETES = {"configmaps kube-root-ca.crt", "serviceaccounts default"}
"""What Kubernetes itself puts into every namespace, some time after it is made."""
COMES_AND_GOES = {"events", "leases", "endpoints", "endpointslices"}
"""Kinds that Kubernetes itself writes all the time."""


@pytest.mark.slow
def test_the_demo_application(own_control_plane: ControlPlane, folder: Path) -> None:
    """Installed, ready, upgraded, rolled back, taken away: nothing is left of it, and nothing else is gone."""
    api = own_control_plane.api()
    line = CommandLine(folder, own_control_plane.kubeconfig())
    before = everything(api)
    line.do("init", "--context", "test")
    line.do("registry", "add", "starter", str(STARTER))
    gitea = ("-p", "starter/apps/gitea:1.21.11", "-n", "shop", "-s", "autoscaling: {enabled: true}")
    line.do("add", "shop", *gitea)
    installed = line.do("install", "--yes")

    assert "everything is ready" in installed
    assert has_condition("Available")(api.get(METRICS))
    assert "docker.io/gitea/gitea:1.21.11-rootless" == image(api)
    assert "ready" in line.do("status")
    assert "Nothing to do" in line.do("install", "--yes")

    secrets = data_of_secrets(api)
    line.do("add", "shop", "-p", "starter/apps/gitea:1.22.6", "-n", "shop")
    upgraded = line.do("install", "--yes")

    assert "everything is ready" in upgraded
    assert "docker.io/gitea/gitea:1.22.6-rootless" == image(api)
    assert secrets == data_of_secrets(api)

    line.do("rollback", "--yes")

    assert "docker.io/gitea/gitea:1.21.11-rootless" == image(api)
    assert is_there(api.get("/apis/metrics.k8s.io/v1beta1"))
    assert secrets == data_of_secrets(api)

    line.do(
        "uninstall", "shop", "--yes", "--remove-unneeded", "--delete-namespace", "--delete-data"
    )

    left = everything(api)

    assert set() == before - left
    assert {"namespaces mistpm-system"} == left - before  # it stays for the next environment


def image(api: KubernetesApi) -> str:
    """Give what Gitea runs."""
    found = api.get("/apis/apps/v1/namespaces/shop/deployments")
    [deployment] = found.body["items"]
    containers = deployment["spec"]["template"]["spec"]["containers"]
    return str(containers[0]["image"])


def data_of_secrets(api: KubernetesApi) -> dict[str, Any]:
    """Give all values that are secret."""
    found = api.get("/api/v1/namespaces/shop/secrets")
    return {item["metadata"]["name"]: item.get("data") for item in found.body["items"]}


def everything(api: KubernetesApi) -> set[str]:
    """List all objects of the cluster, of every kind that it has, but those that come and go by themselves."""
    found = set()
    groups = [
        f"/apis/{each['preferredVersion']['groupVersion']}"
        for each in api.get("/apis").body["groups"]
    ]
    for root in ("/api/v1", *groups):
        for kind in api.get(root).body["resources"]:
            if "/" in kind["name"] or "list" not in kind["verbs"] or kind["name"] in COMES_AND_GOES:
                continue
            for item in api.get(f"{root}/{kind['name']}").body["items"]:
                metadata = item["metadata"]
                if f"{kind['name']} {metadata['name']}" not in OF_KUBERNETES:
                    place = f"{metadata.get('namespace', '')}/{metadata['name']}".lstrip("/")
                    found.add(f"{kind['name']} {place}")
    return found
