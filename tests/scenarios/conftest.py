"""Environments on a control plane, with something between the two that goes wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from applied_environment import AppliedEnvironment
from control_plane import ControlPlane
from fault_proxy import FaultProxy
from kubernetes_api import KubernetesApi
from made_cluster_shop import ClusterShop, publish_running


@pytest.fixture
def proxy(control_plane: ControlPlane) -> Iterator[FaultProxy]:
    """Give a proxy before the control plane that all tests share."""
    with FaultProxy(control_plane) as started:
        yield started


@pytest.fixture
def environment(
    control_plane: ControlPlane, api: KubernetesApi, namespace: str
) -> Iterator[AppliedEnvironment]:
    """Give an environment whose namespace is there already; its state is removed with it."""
    made = AppliedEnvironment(control_plane, api, namespace)
    yield made
    api.delete(f"/api/v1/namespaces/{made.state_namespace}")


@pytest.fixture
def behind_proxy(environment: AppliedEnvironment, proxy: FaultProxy) -> AppliedEnvironment:
    """Give an environment that reaches the cluster through the proxy."""
    environment.kubeconfig = proxy.kubeconfig()
    return environment


@pytest.fixture(scope="session")
def running_packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of a registry whose packages run something; it is not changed."""
    return publish_running(tmp_path_factory.mktemp("running") / "toy").folder


@pytest.fixture
def open_shop(
    folder: Path, running_packages: Path, control_plane: ControlPlane, namespace: str
) -> Iterator[Callable[[str], ClusterShop]]:
    """Give a function that makes a folder for somebody to work in, on one and the same environment."""
    (folder / "toy").symlink_to(running_packages)
    shops = []

    def make(name: str) -> ClusterShop:
        work = folder / name
        work.mkdir()
        shops.append(ClusterShop(work, control_plane, namespace))
        return shops[-1]

    yield make
    shops[0].forget()
