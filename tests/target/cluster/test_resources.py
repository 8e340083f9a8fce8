"""What a server serves, asked of the real one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from control_plane import ControlPlane
from eventually import eventually
from kubernetes_api import KubernetesApi, has_condition
from scripted_api import Reply, scripted_api

from mistpm.target.cluster.api.client import Client
from mistpm.target.cluster.api.connection import Connection
from mistpm.target.cluster.api.credentials import StoredCredentials
from mistpm.target.cluster.api.resources import ApiResource, Resources

Open = Callable[..., Client]
CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


def definition(group: str, *versions: str) -> dict[str, Any]:
    """Give the CRD of `Widget`; the last version is stored."""
    schema = {"openAPIV3Schema": {"type": "object"}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"widgets.{group}"},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"kind": "Widget", "plural": "widgets", "singular": "widget"},
            "versions": [
                {"name": each, "served": True, "storage": each == versions[-1], "schema": schema}
                for each in versions
            ],
        },
    }


def test_paths() -> None:
    """Where objects are, by group, scope and name."""
    pods = ApiResource(group="", version="v1", kind="Pod", plural="pods", namespaced=True)
    nodes = ApiResource(group="", version="v1", kind="Node", plural="nodes", namespaced=False)
    jobs = ApiResource(group="batch", version="v1", kind="Job", plural="jobs", namespaced=True)

    assert "/api/v1/namespaces/shop/pods/web" == pods.path("shop", "web")
    assert "/api/v1/pods" == pods.path()
    assert "/api/v1/nodes/one" == nodes.path("", "one")
    assert "/api/v1/nodes/one" == nodes.path("shop", "one")
    assert "/apis/batch/v1/namespaces/shop/jobs" == jobs.path("shop")
    assert "/api/v1/nodes/a%3Fb%2Fc%25:d" == nodes.path("", "a?b/c%:d")
    assert ("pods", "jobs.batch") == (str(pods), str(jobs))


def test_kinds_are_found(client: Client) -> None:
    """By exact version, or in the version that the server prefers."""
    resources = Resources(client)

    deployment = resources.find("apps/v1", "Deployment")
    namespace = resources.find("v1", "Namespace")

    assert deployment is not None
    assert ("deployments.apps", True) == (str(deployment), deployment.namespaced)
    assert {"create", "list", "patch", "watch"} <= set(deployment.verbs)
    assert namespace is not None
    assert "/api/v1/namespaces/shop" == namespace.path("", "shop")
    assert deployment == resources.preferred("apps", "Deployment")
    assert resources.find("apps/v1beta1", "Deployment") is None
    assert resources.preferred("example.org", "Deployment") is None
    assert () == resources.broken
    assert list(resources.every()) == sorted(resources.every())


def test_asking_costs_two_requests(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many kinds are looked for."""
    asked: list[str] = []
    request = client.request

    def counted(method: str, path: str, **arguments: Any) -> Any:
        asked.append(path)
        return request(method, path, **arguments)

    monkeypatch.setattr(client, "request", counted)
    resources = Resources(client)

    for kind in ("Deployment", "StatefulSet", "Thing"):
        resources.find("apps/v1", kind)

    assert ["/api", "/apis"] == asked


def test_a_kind_that_is_new(client: Client, api: KubernetesApi) -> None:
    """A CRD's kind is found after asking again; its newest stable version is preferred."""
    resources = Resources(client)
    assert resources.preferred("resources.example.org", "Widget") is None

    api.apply(
        f"{CRDS}/widgets.resources.example.org",
        definition("resources.example.org", "v1beta1", "v1"),
    )
    api.wait_for(f"{CRDS}/widgets.resources.example.org", has_condition("Established"))
    eventually(lambda: refreshed(resources).preferred("resources.example.org", "Widget"))

    found = resources.preferred("resources.example.org", "Widget")
    older = resources.find("resources.example.org/v1beta1", "Widget")
    api.delete(f"{CRDS}/widgets.resources.example.org")
    assert found is not None
    assert ("v1", "widgets") == (found.version, found.plural)
    assert older is not None


def refreshed(resources: Resources) -> Resources:
    """Ask again."""
    resources.refresh()
    return resources


def broken_service() -> dict[str, Any]:
    """Give an APIService that nobody answers for."""
    return {
        "apiVersion": "apiregistration.k8s.io/v1",
        "kind": "APIService",
        "metadata": {"name": "v1.broken.example.org"},
        "spec": {
            "group": "broken.example.org",
            "version": "v1",
            "groupPriorityMinimum": 100,
            "versionPriority": 100,
            "insecureSkipTLSVerify": True,
            "service": {"name": "nobody", "namespace": "default"},
        },
    }


@pytest.mark.slow
def test_a_broken_api_does_not_stop_anything(
    own_control_plane: ControlPlane, open_client: Open
) -> None:
    """An aggregated API whose server is down is told, all others are found."""
    api = own_control_plane.api()
    path = "/apis/apiregistration.k8s.io/v1/apiservices/v1.broken.example.org"
    api.apply(path, broken_service())
    api.wait_for(path, has_condition("Available", value="False"))
    client = open_client(own_control_plane.kubeconfig())
    resources = Resources(client)

    eventually(lambda: refreshed(resources).broken)

    assert ("broken.example.org/v1",) == resources.broken
    assert resources.find("apps/v1", "Deployment") is not None
    with without_aggregation(api) as old:
        assert ("broken.example.org/v1",) == old.broken
        assert old.find("apps/v1", "Deployment") is not None


def test_a_server_that_is_asked_group_by_group(client: Client, api: KubernetesApi) -> None:
    """Servers older than 1.27 do not tell all at once; what is found is the same."""
    with without_aggregation(api) as old:
        found = {str(each): each.path("n", "x") for each in old.every()}

    assert {str(each): each.path("n", "x") for each in Resources(client).every()} == found


@contextmanager
def without_aggregation(api: KubernetesApi) -> Iterator[Resources]:
    """Give the resources of a server that is asked in a way that it answers as old ones do."""

    def forward(handler: BaseHTTPRequestHandler) -> None:
        sending: Any = handler
        answer = api.get(handler.path)
        sending.send(Reply(answer.status, answer.body))

    with scripted_api(forward) as old:
        connection = Connection(
            server=old.url, title="cluster old", credentials=StoredCredentials()
        )
        yield Resources(Client(connection))
