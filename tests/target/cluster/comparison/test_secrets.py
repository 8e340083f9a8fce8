"""Secret values are compared and never shown."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest
from kubernetes_api import KubernetesApi
from workloads import deployment

from mistpm.model.environment import SecretSource
from mistpm.model.secrets import SecretInput, make_placeholder
from mistpm.target.cluster.comparing.comparison import Comparison

Shown = Callable[[Comparison], list[str]]


@pytest.fixture
def placeholder(environment: Any) -> str:
    """Give the environment a secret input, whose value is in `PASSWORD`."""
    text = make_placeholder(environment.id, "app", "", "inputs.password")
    source = SecretSource(from_env="PASSWORD")
    environment.secrets = (
        SecretInput(placeholder=text, release="app", path="inputs.password", source=source),
    )
    environment.environ = {"PASSWORD": "hunter2"}
    return text


def secret(placeholder: str) -> dict[str, Any]:
    """Give a Secret with the placeholder in a text, and in base64."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "db"},
        "stringData": {"url": f"postgres://app:{placeholder}@db/app"},
        "data": {"password": base64.b64encode(placeholder.encode()).decode()},
    }


def test_values(environment: Any, placeholder: str, shown: Shown, api: KubernetesApi) -> None:
    """An unchanged value costs no dry run; another one is a change, which nothing shows."""
    desired = environment.desired(environment.manifest(secret(placeholder), secrets=(placeholder,)))
    first = environment.apply(desired)
    path = f"/api/v1/namespaces/{environment.namespace}/secrets/db"
    live = api.get(path).body["data"]
    again = environment.compare(desired)
    asked = list(environment.client.asked)
    environment.environ = {"PASSWORD": "correct horse"}
    changed = environment.compare(desired)
    environment.apply(desired)

    assert {
        "url": base64.b64encode(b"postgres://app:hunter2@db/app").decode(),
        "password": base64.b64encode(b"hunter2").decode(),
    } == live
    assert ["unchanged Secret db"] == shown(again)
    assert ["GET /api/v1/secrets"] == asked
    assert ["update Secret db: a secret value is another one now"] == shown(changed)
    [change] = changed.diff.changes
    assert "  password: (secret, before)\n  url: (secret, before)\n" in (change.before or "")
    assert "  password: (secret, after)\n  url: (secret, after)\n" in (change.after or "")
    for text in map(repr, (first.diff, changed.diff)):
        assert not [each for each in ("hunter2", "aHVudGVyMg", "horse") if each in text]
    assert base64.b64encode(b"correct horse").decode() == api.get(path).body["data"]["password"]


def test_values_in_other_places(environment: Any, placeholder: str, api: KubernetesApi) -> None:
    """A value that stands in a variable of somebody's Deployment, or in an annotation, is not shown either."""
    theirs = deployment("web", replicas=0)
    variable = {"name": "PASSWORD", "value": "hunter2"}
    theirs["spec"]["template"]["spec"]["containers"][0]["env"] = [variable]
    theirs["metadata"]["annotations"] = {"note": "the password is hunter2"}
    folder = f"/apis/apps/v1/namespaces/{environment.namespace}/deployments"
    api.create(folder, theirs, fieldManager="kubectl-create")
    comparison = environment.compare(
        environment.desired(
            environment.manifest(secret(placeholder), secrets=(placeholder,)),
            deployment("web", replicas=0),
        ),
        adopt=True,
    )
    change = comparison.diff.changes[1]

    assert "adopt" == change.action
    assert "note: the password is (secret)\n" in (change.before or "")
    assert "value: (secret)\n" in (change.before or "")
    assert "hunter2" not in repr(comparison.diff)


def test_stale_keys(environment: Any, api: KubernetesApi) -> None:
    """A key that goes from `stringData` goes from the Secret."""
    plain = {**secret("literal"), "data": {}}
    environment.apply(environment.desired({**plain, "stringData": {"a": "1", "b": "2"}}))
    environment.apply(environment.desired({**plain, "stringData": {"a": "1"}}))
    path = f"/api/v1/namespaces/{environment.namespace}/secrets/db"

    assert {"a": base64.b64encode(b"1").decode()} == api.get(path).body["data"]
