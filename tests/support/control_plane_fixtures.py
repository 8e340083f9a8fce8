"""Fixtures with a real control plane. A test that uses one of them is marked `cluster`."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from control_plane import ControlPlane
from kubernetes_api import KubernetesApi, is_there

_numbers = itertools.count()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a control plane, before `-m` chooses."""
    for item in items:
        if {"control_plane", "start_control_plane"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("cluster")


@pytest.fixture(scope="session")
def control_plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """Give the control plane that all tests of this process share; they must leave it running."""
    shared = ControlPlane(tmp_path_factory.mktemp("control-plane"))
    try:
        shared.start()
        yield shared
    finally:
        shared.close()


@pytest.fixture
def start_control_plane(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[..., ControlPlane]]:
    """Start control planes of the test's own, with the arguments of `ControlPlane`; they end with it."""
    with ExitStack() as stack:

        def start(**arguments: Any) -> ControlPlane:
            folder = tmp_path_factory.mktemp("own-control-plane")
            own = ControlPlane(folder, **arguments)
            stack.callback(own.close)
            own.start()
            return own

        yield start


@pytest.fixture
def own_control_plane(start_control_plane: Callable[..., ControlPlane]) -> ControlPlane:
    """Give a control plane of the test's own, which it may kill, pause, or fill."""
    return start_control_plane()


@pytest.fixture
def api(control_plane: ControlPlane) -> KubernetesApi:
    """Give a client of the shared control plane that may do everything."""
    return control_plane.api()


@pytest.fixture
def namespace(api: KubernetesApi, request: pytest.FixtureRequest) -> Iterator[str]:
    """Give a namespace of the shared control plane that only this test uses; Pods can run in it."""
    name = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower())[:40].strip("-")
    name = f"{name}-{next(_numbers)}"
    made = make_namespace(api, name)
    yield made
    api.delete(f"/api/v1/namespaces/{made}")  # which takes five seconds: nobody waits for it


def make_namespace(api: KubernetesApi, name: str) -> str:
    """Make a namespace, and wait for all that Kubernetes puts into it, which comes a moment later."""
    path = f"/api/v1/namespaces/{name}"
    api.apply(path, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    for made in ("serviceaccounts/default", "configmaps/kube-root-ca.crt"):
        api.wait_for(f"{path}/{made}", is_there)
    return name
