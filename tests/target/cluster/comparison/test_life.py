"""An environment compared again and again while it changes, drifts and goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kubernetes_api import KubernetesApi
from workloads import config_map, deployment

from mistpm.target.cluster.comparing.comparison import Comparison

Shown = Callable[[Comparison], list[str]]


def test_first_and_again(environment: Any, shown: Shown) -> None:
    """What is there as it was applied costs one list for each kind, and nothing else."""
    desired = environment.desired(config_map("a", color="red"), deployment("web"))
    first = environment.apply(desired)
    again = environment.compare(desired)

    assert ["create ConfigMap a", "create Deployment web"] == shown(first)
    assert ["unchanged ConfigMap a", "unchanged Deployment web"] == shown(again)
    assert [
        "GET /api/v1/configmaps",
        "GET /apis/apps/v1/deployments",
    ] == sorted(environment.client.asked)


def path(environment: Any, name: str, plural: str = "configmaps") -> str:
    """Give the path of an object in the environment's namespace."""
    return f"/api/v1/namespaces/{environment.namespace}/{plural}/{name}"


def test_change_and_removal(environment: Any, shown: Shown, api: KubernetesApi) -> None:
    """What changes is shown line by line as the server will have it; what is no longer desired goes."""
    environment.apply(environment.desired(config_map("a", color="red", size="1"), config_map("b")))
    second = environment.apply(environment.desired(config_map("a", color="blue")))
    change = second.diff.changes[0]

    assert ["update ConfigMap a", "delete ConfigMap b"] == shown(second)
    assert change.before is not None
    assert change.after is not None
    assert change.before.replace("red", "blue").replace('  size: "1"\n', "") == change.after
    assert {"color": "blue"} == api.get(path(environment, "a")).body["data"]
    assert 404 == api.get(path(environment, "b")).status


def test_uninstalling(environment: Any, shown: Shown) -> None:
    """Desiring nothing deletes everything; then there is nothing to do."""
    environment.apply(environment.desired(config_map("a"), config_map("b")))
    gone = environment.apply(environment.desired())

    assert ["delete ConfigMap b", "delete ConfigMap a"] == shown(gone)
    assert [] == shown(environment.compare(environment.desired()))


def test_drift(environment: Any, shown: Shown, api: KubernetesApi) -> None:
    """What others changed is told apart from what is wanted otherwise now, with field and manager."""
    names = ("changed", "deleted", "labelled", "remade", "wanted")
    desired = environment.desired(*(config_map(name, color="red") for name in names))
    environment.apply(desired)
    edit = {"fieldManager": "kubectl-edit"}
    merge = "application/merge-patch+json"
    api.request(
        "PATCH",
        path(environment, "changed"),
        {"data": {"color": None, "more": "1"}},
        content_type=merge,
        query=edit,
    )
    api.request(
        "PATCH",
        path(environment, "wanted"),
        {"data": {"color": None}},
        content_type=merge,
        query=edit,
    )
    label = {"metadata": {"labels": {"mistpm.dev/environment": None}}}
    api.request("PATCH", path(environment, "labelled"), label, content_type=merge, query=edit)
    for name in ("deleted", "remade"):
        api.delete(path(environment, name))
    old = environment.desired(config_map("remade", color="red")).releases[0].manifests[0].data
    marks = {"mistpm.dev/environment": environment.id}
    again = {**old, "metadata": {**old["metadata"], "labels": marks}}
    api.create(f"/api/v1/namespaces/{environment.namespace}/configmaps", again)
    drifted = environment.compare(desired)
    other = environment.desired(
        *(config_map(name, color="blue" if name == "wanted" else "red") for name in names)
    )

    assert [
        "update ConfigMap changed: drifted: `.data.color` was removed",
        "create ConfigMap deleted: drifted: it was deleted",
        "update ConfigMap labelled: drifted: `.metadata.labels.mistpm.dev/environment` was removed",
        "update ConfigMap remade: belongs to a release now; drifted: it was deleted and made again",
        "update ConfigMap wanted: drifted: `.data` was removed",
    ] == shown(drifted)
    assert [True] * 5 == [step.is_drift for step in drifted.steps]
    assert "update ConfigMap wanted: it was changed since it was applied" in shown(
        environment.compare(other)
    )
    environment.apply(desired)
    assert {"unchanged"} == {each.action for each in environment.compare(desired).diff.changes}


def test_run_that_did_not_end(environment: Any, shown: Shown, api: KubernetesApi) -> None:
    """What a killed run wrote is seen, also by a run that wants what was there before it."""
    red, blue = (environment.desired(config_map("a", color=color)) for color in ("red", "blue"))
    environment.apply(red)
    before = environment.owned
    environment.apply(blue)
    environment.owned = before
    on = environment.compare(blue)
    back = environment.apply(red)

    assert ["unchanged ConfigMap a"] == shown(on)
    assert 2 == on.steps[0].revision
    assert ["update ConfigMap a: a run that did not end changed it"] == shown(back)
    assert not back.steps[0].is_drift
    assert {"color": "red"} == api.get(path(environment, "a")).body["data"]
