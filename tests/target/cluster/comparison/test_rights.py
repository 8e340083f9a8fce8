"""Users who may do little see as much as they may."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from control_plane import ControlPlane
from kubernetes_api import KubernetesApi
from workloads import config_map

from mistpm.target.cluster.comparing.comparison import Comparison

Shown = Callable[[Comparison], list[str]]


def bind(api: KubernetesApi, namespace: str, role: str, user: str) -> None:
    """Give a user a role in one namespace."""
    path = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}/rolebindings/{user}"
    group = "rbac.authorization.k8s.io"
    binding = {
        "apiVersion": f"{group}/v1",
        "kind": "RoleBinding",
        "metadata": {"name": user},
        "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": role},
        "subjects": [{"apiGroup": group, "kind": "User", "name": user}],
    }
    assert api.apply(path, binding).status == 201
    api.wait_until_allowed(user, "list configmaps", namespace=namespace)


@pytest.fixture
def becoming(
    environment: Any, control_plane: ControlPlane, api: KubernetesApi
) -> Callable[[str, str], None]:
    """Go on as another user, with a role in the environment's namespace."""

    def become(user: str, role: str) -> None:
        bind(api, environment.namespace, role, user)
        environment.become(control_plane.kubeconfig(user))

    return become


def test_namespaced_user(
    environment: Any, shown: Shown, becoming: Callable[[str, str], None]
) -> None:
    """Who may do everything in one namespace, and nothing else, needs nothing else."""
    becoming("developer", "admin")
    desired = environment.desired(config_map("a", color="red"), namespaces=(environment.namespace,))
    environment.apply(desired)
    again = environment.compare(desired)
    where = f"/api/v1/namespaces/{environment.namespace}"

    assert ["unchanged ConfigMap a"] == shown(again)
    assert [
        "GET /api/v1/configmaps",
        "GET /api/v1/namespaces",
        f"GET {where}/configmaps",
    ] == sorted(environment.client.asked)


def test_viewer(environment: Any, shown: Shown, becoming: Callable[[str, str], None]) -> None:
    """Who may only look gets a diff without the server's help, and is told so; of Secrets nothing is seen."""
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "s"},
        "data": {"a": "YQ=="},
    }
    sealed = {**config_map("sealed", a="1"), "immutable": True}
    environment.apply(
        environment.desired(config_map("a", color="red", size="1"), secret, config_map("b"), sealed)
    )
    becoming("viewer", "view")
    changed = {**secret, "data": {"a": "Yg=="}}
    same = environment.compare(
        environment.desired(config_map("a", color="red", size="1"), secret, sealed)
    )
    other = {**sealed, "data": {"a": "2"}}
    comparison = environment.compare(
        environment.desired(config_map("a", color="blue"), changed, config_map("c"), other)
    )

    assert [
        "unchanged Secret s",
        "unchanged ConfigMap a",
        "unchanged ConfigMap sealed",
        "delete ConfigMap b",
    ] == shown(same)
    assert [
        "update Secret s",
        "update ConfigMap a",
        "create ConfigMap c",
        "update ConfigMap sealed: must be replaced: `.data.a` cannot change",
        "delete ConfigMap b",
    ] == shown(comparison)
    assert "data:\n  color: blue\n" in (comparison.diff.changes[1].after or "")
    assert "size" not in (comparison.diff.changes[1].after or "")
    where = f"in the namespace `{environment.namespace}`"
    told = "compared without the server: the cluster test does not let `viewer`"
    assert [
        f"info: Secret {environment.namespace}/s: {told} get `secrets` {where}",
        f"info: {told} patch `configmaps` {where}",
    ] == list(map(str, comparison.diff.findings))
