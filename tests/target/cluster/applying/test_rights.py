"""Users who may not do everything."""

from __future__ import annotations

from typing import Any

import pytest
from applied_environment import AppliedEnvironment
from control_plane import ControlPlane
from kubernetes_api import KubernetesApi
from workloads import config_map, deployment

from mistpm.errors import TargetError


def allow(api: KubernetesApi, namespace: str, user: str, *rules: tuple[str, str, str]) -> None:
    """Let a user do something in a namespace: groups, resources, verbs, each with commas."""
    role: dict[str, Any] = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "Role",
        "metadata": {"name": user},
        "rules": [
            dict(
                zip(
                    ("apiGroups", "resources", "verbs"),
                    (each.split(",") for each in rule),
                    strict=True,
                )
            )
            for rule in rules
        ],
    }
    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": user},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": user},
        "subjects": [{"kind": "User", "name": user, "apiGroup": "rbac.authorization.k8s.io"}],
    }
    root = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}"
    assert api.apply(f"{root}/roles/{user}", role, force="true").status < 300
    assert api.apply(f"{root}/rolebindings/{user}", binding, force="true").status < 300
    api.wait_until_allowed(user, "list configmaps", namespace=namespace)


def test_missing_rights_are_named_before_anything_changes(
    control_plane: ControlPlane, api: KubernetesApi, namespace: str
) -> None:
    """Whoever may not delete is told so before the first write, with verb, kind and namespace."""
    rules = [(",coordination.k8s.io,apps", "*", "create,get,list,patch,update,watch")]
    rules += [("coordination.k8s.io", "leases", "delete")]
    allow(api, namespace, "developer", *rules)
    environment = AppliedEnvironment(control_plane, api, namespace, "developer")
    environment.state_namespace = namespace
    desired = environment.desired(environment.release("app", config_map("one")))

    with pytest.raises(TargetError) as raised:
        environment.apply(desired)

    assert str(raised.value) == (
        "you lack rights in the cluster test; nothing was changed\n"
        f"  not allowed: delete configmaps in the namespace {namespace}\n"
        f"  not allowed: delete secrets in the namespace {namespace}\n"
        "hint: ask for a role that allows it"
    )
    assert environment.names("configmaps") == []


def test_rights_in_one_namespace_are_enough(
    control_plane: ControlPlane, api: KubernetesApi, namespace: str
) -> None:
    """Whoever has a namespace can have an environment in it, its state included."""
    allow(api, namespace, "developer", ("*", "*", "*"))
    environment = AppliedEnvironment(control_plane, api, namespace, "developer")
    environment.state_namespace = namespace

    environment.apply(
        environment.desired(environment.release("app", config_map("one"), deployment("web")))
    )

    assert (["one"], ["web"]) == (
        environment.names("configmaps"),
        environment.names("deployments.apps"),
    )

    environment.uninstall()

    assert ([], []) == (environment.names("configmaps"), environment.names("deployments.apps"))
