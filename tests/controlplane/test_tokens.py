"""Tokens of service accounts that live for as short as a test needs."""

from __future__ import annotations

import pytest
from control_plane import ControlPlane
from kubernetes_api import KubernetesApi

REVIEWS = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
REVIEW = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}


def test_token_expires(control_plane: ControlPlane, namespace: str) -> None:
    """A token is a service account's until it expires, and then nobody's."""
    for seconds in (5, 30):  # on a machine that stands still for a while the first is over at once
        api = control_plane.api(token=control_plane.token(namespace, "default", seconds=seconds))
        if api.create(REVIEWS, REVIEW).status == 201:
            break

    user = api.create(REVIEWS, REVIEW).body["status"]["userInfo"]["username"]
    assert f"system:serviceaccount:{namespace}:default" == user

    control_plane.api().wait_for("/livez", lambda _: api.create(REVIEWS, REVIEW).status == 401)


@pytest.mark.parametrize(("seconds", "status"), [(600, 201), (0, 401), (-600, 401)])
def test_token_at_once(
    control_plane: ControlPlane, namespace: str, seconds: int, status: int
) -> None:
    """A token can have expired before it is used."""
    token = control_plane.token(namespace, "default", seconds=seconds)

    assert status == control_plane.api(token=token).create(REVIEWS, REVIEW).status


def test_kubeconfig_of_a_service_account(
    control_plane: ControlPlane, api: KubernetesApi, namespace: str
) -> None:
    """A service account may do what it has a role for, with a kubeconfig of its own."""
    path = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}/rolebindings/all"
    api.apply(
        path,
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "RoleBinding",
            "metadata": {"name": "all"},
            "roleRef": {
                "apiGroup": "rbac.authorization.k8s.io",
                "kind": "ClusterRole",
                "name": "admin",
            },
            "subjects": [{"kind": "ServiceAccount", "name": "default", "namespace": namespace}],
        },
    )
    token = control_plane.token(namespace, "default", seconds=600)
    control_plane.kubeconfig_with(namespace, {"token": token})

    account = control_plane.api(namespace)

    config_maps = "/api/v1/namespaces/{}/configmaps"
    api.wait_for("/livez", lambda _: account.get(config_maps.format(namespace)).status == 200)
    assert 403 == account.get(config_maps.format("default")).status
