"""An environment on the shared control plane."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from applied_environment import AppliedEnvironment
from control_plane import ControlPlane
from kubernetes_api import KubernetesApi


@pytest.fixture
def environment(
    control_plane: ControlPlane, api: KubernetesApi, namespace: str
) -> Iterator[AppliedEnvironment]:
    """Give an environment whose namespace is there already; its state is removed with it."""
    made = AppliedEnvironment(control_plane, api, namespace)
    yield made
    api.delete(f"/api/v1/namespaces/{made.state_namespace}")
