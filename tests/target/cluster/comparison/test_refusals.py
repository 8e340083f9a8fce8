"""What the cluster will not take is told all at once, and nothing is changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from kubernetes_api import KubernetesApi
from workloads import config_map, deployment, service

from mistpm.errors import TargetError
from mistpm.target.cluster.comparison import Comparison

Shown = Callable[[Comparison], list[str]]


def path(environment: Any, name: str, plural: str = "configmaps") -> str:
    """Give the path of an object in the environment's namespace."""
    return f"/api/v1/namespaces/{environment.namespace}/{plural}/{name}"


def refused(comparison: Comparison) -> TargetError:
    """Give the error for what is refused."""
    with pytest.raises(TargetError) as caught:
        comparison.require()
    return caught.value


def test_conflict(environment: Any, shown: Shown, api: KubernetesApi) -> None:
    """A field that somebody else set is not taken unless that is allowed; it is named with its manager."""
    desired = environment.desired(config_map("a", color="red"), deployment("web", replicas=2))
    environment.apply(desired)
    live = api.get(path(environment, "a")).body
    live["data"] = {"color": "green"}
    api.request("PUT", path(environment, "a"), live, query={"fieldManager": "kubectl-edit"})
    scale = f"/apis/apps/v1/namespaces/{environment.namespace}/deployments/web/scale"
    api.request(
        "PATCH",
        scale,
        {"spec": {"replicas": 5}},
        content_type="application/merge-patch+json",
        query={"fieldManager": "autoscaler"},
    )
    comparison = environment.compare(desired)
    forced = environment.apply(desired, force_conflicts=True)

    assert f"""\
cluster test: other field managers own fields that would be set
  ConfigMap {environment.namespace}/a: `.data.color` is owned by `kubectl-edit`
  Deployment.apps {environment.namespace}/web: `.spec.replicas` is owned by `autoscaler`
hint: take the fields with `--force-conflicts`, or leave them out with `patches:`""" == str(
        refused(comparison)
    )
    assert [
        "update ConfigMap a: drifted: `.data.color` was changed by `kubectl-edit`",
        "update Deployment web: drifted: `.spec.replicas` was changed by `autoscaler`",
    ] == shown(comparison)
    assert [
        "update ConfigMap a: drifted: `.data.color` was changed by `kubectl-edit`; "
        "takes `.data.color` from `kubectl-edit`",
        "update Deployment web: drifted: `.spec.replicas` was changed by `autoscaler`; "
        "takes `.spec.replicas` from `autoscaler`",
    ] == shown(forced)
    assert {"color": "red"} == api.get(path(environment, "a")).body["data"]
    assert {"unchanged"} == {each.action for each in environment.compare(desired).diff.changes}


def test_declared_path(environment: Any, api: KubernetesApi) -> None:
    """An annotation says which fields are taken without asking; others are not."""
    data = config_map("a", color="red", size="1")
    data["metadata"]["annotations"] = {"mistpm.dev/force-fields": ".data.color, .data.other"}
    desired = environment.desired(data)
    environment.apply(desired)
    api.request(
        "PATCH",
        path(environment, "a"),
        {"data": {"color": "green"}},
        content_type="application/merge-patch+json",
    )
    environment.apply(desired)
    declared = api.get(path(environment, "a")).body["data"]
    api.request(
        "PATCH",
        path(environment, "a"),
        {"data": {"color": "green", "size": "2"}},
        content_type="application/merge-patch+json",
        query={"fieldManager": "other"},
    )
    error = refused(environment.compare(desired))

    assert {"color": "red", "size": "1"} == declared
    assert (
        f"ConfigMap {environment.namespace}/a: `.data.size` is owned by `other`",
    ) == error.context


def test_mistakes(environment: Any) -> None:
    """Unknown fields and wrong types are the manifest's mistake, and told with object, path and origin."""
    wrong = deployment("wrong")
    wrong["spec"]["replicas"] = "two"
    wrong["spec"]["bogus"] = 1
    wrong["spec"]["template"]["spec"]["bogus"] = 1
    invalid = service("invalid", port=99999)
    comparison = environment.compare(environment.desired(wrong, invalid))
    where, origin = environment.namespace, "starter/test/app@1.0.0"

    assert f"""\
cluster test: the cluster refuses some manifests
  Service {where}/invalid: .spec.ports[0].port: Invalid value: 99999: must be between 1 and 65535, inclusive ({origin}: invalid.yaml)
  Service {where}/invalid: .spec.ports[0].targetPort: Invalid value: 99999: must be between 1 and 65535, inclusive ({origin}: invalid.yaml)
  Deployment.apps {where}/wrong: .spec.bogus: field not declared in schema ({origin}: wrong.yaml)
  Deployment.apps {where}/wrong: .spec.replicas: expected numeric (int or float), got string ({origin}: wrong.yaml)
  Deployment.apps {where}/wrong: .spec.template.spec.bogus: field not declared in schema ({origin}: wrong.yaml)
hint: other inputs, `patches:` or another version of the package mend it""" == str(
        refused(comparison)
    )


def test_everything_at_once(environment: Any, api: KubernetesApi) -> None:
    """What is refused for different reasons is told together, sorted by reason, before anything is changed."""
    api.create(
        f"/api/v1/namespaces/{environment.namespace}/configmaps", config_map("theirs", a="a")
    )
    nowhere = {**config_map("lost"), "metadata": {"name": "lost", "namespace": "nowhere"}}
    strange = {"apiVersion": "example.com/v1", "kind": "Strange", "metadata": {"name": "one"}}
    big = config_map("big", text="x" * 1_200_000)
    bad = config_map("Bad_Name")
    comparison = environment.compare(
        environment.desired(
            config_map("theirs", a="b"), nowhere, strange, big, bad, config_map("fine")
        )
    )
    where, origin = environment.namespace, "starter/test/app@1.0.0"

    assert f"""\
cluster test: some changes cannot be made
  ConfigMap {where}/theirs: it was made by `python-urllib3`
  ConfigMap {where}/Bad_Name: .metadata.name: Invalid value ({origin}: Bad_Name.yaml)
""" == str(refused(comparison))
    assert (("example.com/v1", "Strange"),) == comparison.missing_apis
    assert 404 == api.get(path(environment, "fine")).status
