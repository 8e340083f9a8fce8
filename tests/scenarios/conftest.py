"""Environments on a control plane, with something between the two that goes wrong."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from applied_environment import AppliedEnvironment
from control_plane import ControlPlane
from fault_proxy import FaultProxy
from kubernetes_api import KubernetesApi


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
