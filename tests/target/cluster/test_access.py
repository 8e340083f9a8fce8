"""What users may do, asked of the real server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from control_plane import ControlPlane
from eventually import eventually
from kubernetes_api import KubernetesApi
from scripted_api import scripted_api, status

from mistpm.target.cluster.api.access import Right, forbidden, missing_rights
from mistpm.target.cluster.api.api_error import ApiError
from mistpm.target.cluster.api.client import Client
from mistpm.target.cluster.api.connection import Connection
from mistpm.target.cluster.api.credentials import StoredCredentials

Open = Callable[..., Client]
RBAC = "/apis/rbac.authorization.k8s.io/v1"


def rights(namespace: str) -> list[Right]:
    """Give rights of several sorts."""
    return [
        Right(verb="patch", group="apps", plural="deployments", namespace=namespace),
        Right(verb="get", group="", plural="pods/log", namespace=namespace),
        Right(verb="get", group="", plural="pods", namespace=namespace),
        Right(verb="list", group="", plural="pods"),
        Right(verb="create", group="", plural="namespaces"),
    ]


@pytest.fixture
def reader(api: KubernetesApi, namespace: str) -> str:
    """Let `developer` read Pods and their logs in a namespace of its own."""
    metadata = {"name": "reader"}
    subjects = [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "developer"}]
    role: dict[str, Any] = {"apiVersion": "rbac.authorization.k8s.io/v1", "metadata": metadata}
    rules = [{"apiGroups": [""], "resources": ["pods", "pods/log"], "verbs": ["get"]}]
    ref = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "reader"}
    root = f"{RBAC}/namespaces/{namespace}"
    api.apply(f"{root}/roles/reader", {**role, "kind": "Role", "rules": rules})
    binding = {**role, "kind": "RoleBinding", "subjects": subjects, "roleRef": ref}
    api.apply(f"{root}/rolebindings/reader", binding)
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SubjectAccessReview",
        "spec": {
            "user": "developer",
            "resourceAttributes": {"namespace": namespace, "verb": "get", "resource": "pods"},
        },
    }
    path = "/apis/authorization.k8s.io/v1/subjectaccessreviews"
    # Roles count a moment after they are made.
    eventually(lambda: api.create(path, review).body["status"]["allowed"])
    return namespace


def test_an_administrator_may_do_all(client: Client) -> None:
    """That takes one request."""
    assert () == missing_rights(client, rights("default"))


def test_nothing_is_asked_for_nothing(client: Client) -> None:
    """No rights are needed for no work."""
    assert () == missing_rights(client, [])


def test_rights_that_are_missing(
    control_plane: ControlPlane, open_client: Open, reader: str
) -> None:
    """Who has some rights is told which others are missing: verb, resource, namespace."""
    developer = open_client(control_plane.kubeconfig("developer"))

    missing = missing_rights(developer, rights(reader))
    error = forbidden("cluster test", missing)

    assert (
        "cluster-forbidden\n"
        "you lack rights in the cluster test; nothing was changed\n"
        "  not allowed: create namespaces in the whole cluster\n"
        "  not allowed: list pods in the whole cluster\n"
        f"  not allowed: patch deployments.apps in the namespace {reader}\n"
        "hint: ask for a role that allows it" == f"{error.reference}\n{error}"
    )


def client_of(url: str) -> Client:
    """Open a client of a scripted server."""
    return Client(Connection(server=url, title="cluster t", credentials=StoredCredentials()))


def test_a_server_that_does_not_tell() -> None:
    """Where reviews themselves are forbidden, what is missing shows when it is needed."""
    with scripted_api(status(403, "Forbidden", "no reviews")) as api:
        assert () == missing_rights(client_of(api.url), rights("default"))


def test_trouble_is_no_answer() -> None:
    """An error is not taken for a missing right."""
    with (
        scripted_api(status(500, "InternalError", "out of order")) as api,
        pytest.raises(ApiError, match="out of order"),
    ):
        missing_rights(client_of(api.url), rights("default"))
