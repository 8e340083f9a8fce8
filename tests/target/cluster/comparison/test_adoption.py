"""Objects that others made are refused, or taken over with their fields, so that these can go later."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from kubernetes_api import APPLY, KubernetesApi
from workloads import config_map, deployment

from mistpm.diff.manifest import readable
from mistpm.errors import TargetError
from mistpm.target.cluster.comparing.comparison import Comparison

Shown = Callable[[Comparison], list[str]]
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def with_metadata(data: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    """Give a manifest with more metadata."""
    return {**data, "metadata": {**data["metadata"], **metadata}}


def by_kubectl(api: KubernetesApi, folder: str, data: dict[str, Any]) -> None:
    """Make an object as `kubectl apply` does it on the client's side."""
    copy = {LAST_APPLIED: json.dumps(data)}
    body = with_metadata(data, annotations=copy)
    answer = api.create(folder, body, fieldManager="kubectl-client-side-apply")

    assert 201 == answer.status


def by_helm(api: KubernetesApi, folder: str, data: dict[str, Any]) -> None:
    """Make an object as Helm 3 does it."""
    body = with_metadata(
        data,
        labels={"app.kubernetes.io/managed-by": "Helm"},
        annotations={
            "meta.helm.sh/release-name": "web",
            "meta.helm.sh/release-namespace": "shop",
        },
    )
    answer = api.create(folder, body, fieldManager="helm")

    assert 201 == answer.status


def by_mistletoe(api: KubernetesApi, folder: str, data: dict[str, Any]) -> None:
    """Make an object as Mistletoe does it."""
    marks = {
        "mistletoe.dev/tied-to-install-name": "web",
        "mistletoe.dev/tied-to-install-version": "v0",
    }
    body = with_metadata(data, labels=marks)
    query = {"fieldManager": "mistctl", "force": "true"}
    path = f"{folder}/{data['metadata']['name']}"
    answer = api.request("PATCH", path, body, content_type=APPLY, query=query)

    assert 201 == answer.status


MAKERS = [
    pytest.param(by_kubectl, "it was made by `kubectl-client-side-apply`", id="kubectl"),
    pytest.param(by_helm, "it belongs to the Helm release `shop/web`", id="helm"),
    pytest.param(by_mistletoe, "it belongs to the Mistletoe install `web`", id="mistletoe"),
]


@pytest.mark.parametrize(("make", "owner"), MAKERS)
def test_taking_over(
    environment: Any,
    shown: Shown,
    api: KubernetesApi,
    make: Callable[[KubernetesApi, str, dict[str, Any]], None],
    owner: str,
) -> None:
    """Adopting shows what changes; then our manifest alone decides which fields there are."""
    folder = f"/api/v1/namespaces/{environment.namespace}/configmaps"
    make(api, folder, config_map("a", color="red", theirs="1", both="2"))
    desired = environment.desired(config_map("a", color="blue", both="2"))
    refused = environment.compare(desired)
    with pytest.raises(TargetError) as error:
        refused.require()
    comparison = environment.apply(desired, adopt=True)
    adopted = api.get(f"{folder}/a").body
    unchanged = environment.compare(desired)
    environment.apply(environment.desired(config_map("a", color="blue")))
    [change] = comparison.diff.changes

    assert "resource-not-owned" == error.value.reference
    assert (f"ConfigMap {environment.namespace}/a: {owner}",) == error.value.context
    assert [f"adopt ConfigMap a: {owner}"] == shown(comparison)
    assert change.before is not None
    assert change.after is not None
    assert "theirs" in change.before
    assert "theirs" not in change.after
    assert {"color": "blue", "both": "2"} == adopted["data"]
    assert {} == adopted["metadata"].get("annotations", {})
    assert ["mistpm"] == [each["manager"] for each in adopted["metadata"]["managedFields"]]
    assert readable(adopted) == change.after
    assert ["unchanged ConfigMap a"] == shown(unchanged)
    assert {"color": "blue"} == api.get(f"{folder}/a").body["data"]


def test_defaults_come_back(environment: Any, api: KubernetesApi) -> None:
    """A field that goes with its former owner is shown with the server's default in its place."""
    folder = f"/apis/apps/v1/namespaces/{environment.namespace}/deployments"
    by_kubectl(api, folder, deployment("web", replicas=3))
    data = deployment("web")
    del data["spec"]["replicas"]
    comparison = environment.apply(environment.desired(data), adopt=True)
    [change] = comparison.diff.changes

    assert "  replicas: 3\n" in (change.before or "")
    assert "  replicas: 1\n" in (change.after or "")
    assert 1 == api.get(f"{folder}/web").body["spec"]["replicas"]


def test_others_keep_their_fields(environment: Any, api: KubernetesApi) -> None:
    """Who does not apply whole manifests is asked for with `--force-conflicts`, adopting or not."""
    folder = f"/api/v1/namespaces/{environment.namespace}/configmaps"
    by_kubectl(api, folder, config_map("a", color="red"))
    controller = {"data": {"mine": "1", "size": "3"}}
    api.request(
        "PATCH",
        f"{folder}/a",
        controller,
        content_type="application/merge-patch+json",
        query={"fieldManager": "controller"},
    )
    desired = environment.desired(config_map("a", color="blue", size="4"))
    with pytest.raises(TargetError) as error:
        environment.compare(desired, adopt=True).require()
    environment.apply(desired, adopt=True, force_conflicts=True)

    assert (
        f"ConfigMap {environment.namespace}/a: `.data.size` is owned by `controller`",
    ) == error.value.context
    assert {"color": "blue", "size": "4", "mine": "1"} == api.get(f"{folder}/a").body["data"]


def test_of_another_environment(environment: Any, shown: Shown) -> None:
    """What another environment owns is foreign too; between releases of one environment objects move."""
    environment.apply(environment.desired(config_map("a", color="red")))
    moved = environment.compare(environment.desired(config_map("a", color="red"), release="other"))
    owned, own_id = environment.owned, environment.id
    environment.id, environment.owned = "another", ()
    foreign = environment.compare(environment.desired(config_map("a", color="red")), adopt=True)
    environment.apply(environment.desired(config_map("a", color="red")), adopt=True)
    environment.id, environment.owned = own_id, owned
    lost = environment.compare(environment.desired())

    assert ["update ConfigMap a: moves here from the release `app`"] == shown(moved)
    assert [f"adopt ConfigMap a: it belongs to the environment with the id `{own_id}`"] == shown(
        foreign
    )
    assert [] == shown(lost)
