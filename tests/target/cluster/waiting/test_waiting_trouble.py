"""Waiting while requests go wrong, and with how many of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from control_plane import ControlPlane
from control_plane_fixtures import make_namespace
from eventually import eventually
from fault_proxy import FaultProxy, answer, hang, status_document
from kubernetes_api import KubernetesApi
from waiting_scene import Scene
from workloads import deployment, service

from mistpm.target.cluster.api.client import Client
from mistpm.target.cluster.watch.expectation import Graces

Set = Callable[..., Scene]
Open = Callable[..., Client]

QUICK = Graces(first_look=0.1, longest_pause=0.1, gap=0)
RARE = Graces(first_look=3600, longest_pause=3600)


@pytest.fixture
def proxy(control_plane: ControlPlane) -> Iterator[FaultProxy]:
    """Stand before the shared control plane."""
    with FaultProxy(control_plane) as proxy:
        yield proxy


def test_a_watch_that_says_nothing_does_not_matter(
    proxy: FaultProxy, scene: Set, open_client: Open
) -> None:
    """Objects are read by themselves now and then."""
    proxy.inject(hang, "watch=1", times=None)
    stage = scene(QUICK, client=open_client(proxy.kubeconfig()))
    news = stage.end(stage.apply(deployment("web", image="fake.test/slow:1s")))

    assert ("ready", "1 of 1 replicas are ready") == (news.state, news.why)


def test_without_looking_watches_are_enough(
    proxy: FaultProxy, scene: Set, open_client: Open
) -> None:
    """What gets ready by itself costs a list and a watch."""
    stage = scene(RARE, client=open_client(proxy.kubeconfig()))
    news = stage.end(stage.apply(deployment("web", image="fake.test/slow:1s")))

    assert "ready" == news.state
    eventually(lambda: proxy.count("GET /apis/apps/v1/") >= 2)  # it may be ready in the list
    assert 2 == proxy.count("GET /apis/apps/v1/")
    assert 0 == proxy.count("pods|events|replicasets")


def test_what_cannot_be_read_is_not_asked_for_again(
    proxy: FaultProxy, scene: Set, open_client: Open
) -> None:
    """A right that is missing stays missing for as long as anybody waits."""
    forbidden = 'User "u" cannot list resource "pods" in API group "" in the namespace "x"'
    document = status_document(403, "Forbidden", f"pods is forbidden: {forbidden}")
    proxy.inject(answer(403, document), "GET /api/v1/namespaces/[^/]+/pods", times=None)
    stage = scene(QUICK, client=open_client(proxy.kubeconfig()))
    stage.apply(deployment("web", image="fake.test/stuck"))
    eventually(lambda: proxy.count("GET /apis/apps/v1/.*/deployments/web") > 5)  # that many looks
    news = stage.end(stage.apply(deployment("web")))

    assert "ready" == news.state
    assert 1 == proxy.count("/pods")


def test_many_namespaces_are_followed_at_once(
    proxy: FaultProxy, scene: Set, open_client: Open, api: KubernetesApi
) -> None:
    """Three watches, and then one for all others."""
    stage = scene(RARE, client=open_client(proxy.kubeconfig()))
    balancer = service("public", kind="LoadBalancer")
    balancer["spec"]["loadBalancerClass"] = "example.test/none"
    resources = []
    own = stage.namespace
    for number in range(6):
        stage.namespace = make_namespace(api, f"{own}-{number}")
        resources.append(stage.apply(balancer))
    for number, resource in enumerate(resources):
        stage.api.request(
            "PATCH",
            f"/api/v1/namespaces/{own}-{number}/services/public/status",
            {"status": {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}}},
            content_type="application/merge-patch+json",
        )
        stage.end(resource)
    ready = [each.resource for each in stage.told if each.state == "ready"]

    assert sorted(resources) == sorted(ready)
    eventually(lambda: proxy.count(r"GET /api/v1/(namespaces/[^/]+/)?services\?.*watch=1") >= 4)
    assert 3 == proxy.count(r"GET /api/v1/namespaces/[^/]+/services\?.*watch=1")
    assert 1 == proxy.count(r"GET /api/v1/services\?.*watch=1")
    for number in range(6):
        api.delete(f"/api/v1/namespaces/{own}-{number}")


@pytest.mark.slow
def test_waiting_goes_on_when_the_server_comes_back(
    own_control_plane: ControlPlane, open_client: Open
) -> None:
    """Killed while something is waited for, and started again."""
    api = own_control_plane.api()
    namespace = make_namespace(api, "shop")
    stage = Scene(api, namespace, open_client(own_control_plane.kubeconfig()), QUICK)
    with stage.readiness:
        resource = stage.apply(deployment("web", image="fake.test/slow:3s"))
        stage.waiting(resource, until=bool)
        own_control_plane.kill()
        own_control_plane.start()
        news = stage.end(resource)

    assert ("ready", "1 of 1 replicas are ready") == (news.state, news.why)
