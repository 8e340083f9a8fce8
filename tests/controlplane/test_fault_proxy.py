"""What the proxy does to requests is what a client sees."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest
import urllib3
from control_plane import ControlPlane
from eventually import eventually
from fault_proxy import FaultProxy, Happening, answer, half, hang, late, reset_after, reset_before
from kubernetes_api import KubernetesApi, is_there


@pytest.fixture
def proxy(control_plane: ControlPlane) -> Iterator[FaultProxy]:
    """Give a proxy before the control plane that all tests share."""
    with FaultProxy(control_plane) as started:
        yield started


@pytest.fixture
def through(proxy: FaultProxy) -> KubernetesApi:
    """Give a client behind the proxy."""
    return KubernetesApi(proxy.kubeconfig())


def configuration(namespace: str, name: str) -> tuple[str, dict[str, object]]:
    """Give the path and the manifest of a ConfigMap."""
    metadata = {"name": name, "namespace": namespace}
    manifest: dict[str, object] = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}
    return f"/api/v1/namespaces/{namespace}/configmaps/{name}", manifest


def test_all_the_rest_goes_through(
    proxy: FaultProxy, through: KubernetesApi, namespace: str
) -> None:
    """Without a fault a client sees the server, and the proxy counts."""
    path, manifest = configuration(namespace, "a")

    assert 201 == through.apply(path, manifest).status
    assert 200 == through.get(path).status
    assert 1 == proxy.count(r"^PATCH .*fieldManager=test")
    assert 2 == proxy.count("configmaps")


@pytest.mark.parametrize(
    ("happen", "is_done"), [(reset_before, False), (reset_after, True), (half, True)]
)
def test_lost_connections(
    proxy: FaultProxy,
    through: KubernetesApi,
    namespace: str,
    happen: Happening,
    is_done: bool,
) -> None:
    """A lost connection tells nobody whether the server did it; the request after it goes through."""
    path, manifest = configuration(namespace, "a")
    fault = proxy.inject(happen, "^PATCH")
    with pytest.raises(urllib3.exceptions.HTTPError):
        through.apply(path, manifest)

    assert is_done == is_there(through.get(path))
    assert 1 == fault.hits
    assert through.apply(path, manifest).status in {200, 201}


def test_answers_in_its_place(proxy: FaultProxy, through: KubernetesApi) -> None:
    """An answer of the test's own, after as many of the server's as it says."""
    proxy.inject(answer(429, "Too many requests", Retry_After="1"), "/version", skip=1, times=2)
    seen = [through.get("/version") for _ in range(4)]

    assert [200, 429, 429, 200] == [each.status for each in seen]
    assert ("Too many requests", "1") == (seen[1].body, seen[1].headers["Retry-After"])


def test_what_hangs(proxy: FaultProxy, through: KubernetesApi) -> None:
    """What hangs does so until the client gives up, what is late comes."""
    through.get("/livez")  # is connected
    hanging = proxy.inject(hang, "/version")
    proxy.inject(late(0.2), "/version")
    with pytest.raises(urllib3.exceptions.ReadTimeoutError):
        through.request("GET", "/version", timeout=0.2)
    eventually(lambda: hanging.hits)  # or it would hit the next one
    began = time.monotonic()

    assert 200 == through.get("/version").status
    assert time.monotonic() - began >= 0.2


def test_streams(proxy: FaultProxy, through: KubernetesApi, namespace: str) -> None:
    """A watch comes event by event while it goes on."""
    path, manifest = configuration(namespace, "a")
    through.apply(path, manifest)
    collection = path.rpartition("/")[0]
    query = {"watch": "true", "fieldSelector": "metadata.name=a", "timeoutSeconds": "3"}
    seen = through.get(collection, **query)

    assert ["ADDED"] == [json.loads(line)["type"] for line in seen.body.splitlines()]
    assert 1 == proxy.count("watch=true")
