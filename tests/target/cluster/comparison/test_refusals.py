"""What the cluster will not take is told all at once, and nothing is changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from kubernetes_api import KubernetesApi
from workloads import config_map, deployment, service

from mistpm.errors import TargetError
from mistpm.model.presence import Api
from mistpm.target.cluster.comparing.comparison import Comparison

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
    assert {("--force-conflicts",)} == {
        each.flags for each in (*comparison.diff.changes, *forced.diff.changes)
    }
    assert {"color": "red"} == api.get(path(environment, "a")).body["data"]
    assert {"unchanged"} == {each.action for each in environment.compare(desired).diff.changes}


def test_declared_path(environment: Any, api: KubernetesApi) -> None:
    """An annotation says which fields are taken without asking; others are not."""
    data = config_map("a", color="red", size="1")
    data["metadata"]["annotations"] = {"mistpm.dev/force-fields": ".data.color, .metadata"}
    desired = environment.desired(data)
    environment.apply(desired)
    api.request(
        "PATCH",
        path(environment, "a"),
        {"data": {"color": "green"}},
        content_type="application/merge-patch+json",
    )
    environment.apply(desired)
    label = {"metadata": {"labels": {"mistpm.dev/release": "theirs"}}}
    api.request(
        "PATCH",
        path(environment, "a"),
        label,
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
    unknown, wrong = deployment("unknown"), deployment("wrong")
    unknown["spec"]["template"]["spec"]["bogus"] = 1
    wrong["spec"]["replicas"] = "two"
    invalid = service("invalid", port=99999)
    number = config_map("number")
    number["data"]["a"] = 5
    comparison = environment.compare(environment.desired(unknown, wrong, invalid, number))
    where, origin = environment.namespace, "starter/test/app@1.0.0"

    assert f"""\
cluster test: the cluster refuses some manifests
  ConfigMap {where}/number: .data.a: expected string, got 5 ({origin}: number.yaml)
  Service {where}/invalid: .spec.ports[0].port: Invalid value: 99999: must be between 1 and 65535, inclusive ({origin}: invalid.yaml)
  Service {where}/invalid: .spec.ports[0].targetPort: Invalid value: 99999: must be between 1 and 65535, inclusive ({origin}: invalid.yaml)
  Deployment.apps {where}/unknown: .spec.template.spec.bogus: field not declared in schema ({origin}: unknown.yaml)
  Deployment.apps {where}/wrong: .spec.replicas: expected numeric (int or float), got string ({origin}: wrong.yaml)
hint: other inputs, `patches:` or another version of the package mend it""" == str(
        refused(comparison)
    )


def test_everything_at_once(environment: Any, api: KubernetesApi) -> None:
    """What is refused for different reasons is told together, sorted by reason, before anything is changed."""
    folder = f"/api/v1/namespaces/{environment.namespace}/configmaps"
    api.create(folder, config_map("theirs", a="a"), fieldManager="somebody")
    nowhere = {**config_map("lost"), "metadata": {"name": "lost", "namespace": "nowhere"}}
    strange = {"apiVersion": "example.com/v1", "kind": "Strange", "metadata": {"name": "one"}}
    big = config_map("big", text="x" * 1_200_000)
    long = config_map("a" * 260)
    comparison = environment.compare(
        environment.desired(
            config_map("theirs", a="b"), nowhere, strange, big, long, config_map("fine")
        )
    )
    where, origin = environment.namespace, "starter/test/app@1.0.0"

    assert f"""\
cluster test: some changes cannot be made
  ConfigMap {where}/theirs: it was made by `somebody`
  ConfigMap {where}/{"a" * 260}: .metadata.name: Invalid value: "{"a" * 260}": must be no more than 253 characters ({origin}: {"a" * 260}.yaml)
  ConfigMap {where}/big: Too long: may not be more than 1048576 bytes ({origin}: big.yaml)
  Strange.example.com {where}/one: nothing provides `example.com/v1 Strange`
  ConfigMap nowhere/lost: the namespace `nowhere` does not exist
hint: take them over with `--adopt`, or choose other names
hint: other inputs, `patches:` or another version of the package mend it
hint: install what provides them, in this environment or on the cluster
hint: make the namespaces first""" == str(refused(comparison))
    assert (Api("example.com", "v1", "Strange"),) == comparison.missing_apis
    assert 404 == api.get(path(environment, "fine")).status


def test_larger_than_a_request(environment: Any) -> None:
    """A manifest that the server does not even read is told as such."""
    big = config_map("big", text="x" * 3_500_000)
    error = refused(environment.compare(environment.desired(big)))

    assert "manifest-refused" == error.reference
    assert (
        f"ConfigMap {environment.namespace}/big: Request entity too large: limit is 3145728 "
        "(starter/test/app@1.0.0: big.yaml)",
    ) == error.context


def test_immutable_fields(environment: Any, shown: Shown, api: KubernetesApi) -> None:
    """What cannot be changed must be replaced, which happens only where an annotation allows it."""
    first = {**config_map("a", color="red"), "immutable": True}
    workload = deployment("web", replicas=0)
    environment.apply(environment.desired(first, workload))
    uid = api.get(path(environment, "a")).body["metadata"]["uid"]
    second = {**first, "data": {"color": "blue"}}
    moved = deployment("web", replicas=0)
    moved["spec"]["selector"]["matchLabels"] = {"app": "other"}
    moved["spec"]["template"]["metadata"]["labels"] = {"app": "other"}
    refusal = refused(environment.compare(environment.desired(second, moved)))
    for each in (second, moved):
        each["metadata"] = {**each["metadata"], "annotations": {"mistpm.dev/replace": "true"}}
    comparison = environment.apply(environment.desired(second, moved))

    assert f"""\
cluster test: some changes are to fields that cannot be changed
  ConfigMap {environment.namespace}/a: must be replaced: `.data.color` cannot change
  Deployment.apps {environment.namespace}/web: must be replaced: `.spec.selector.matchLabels.app` cannot change
hint: allow deleting and making again with the annotation `mistpm.dev/replace: "true"`, by `patches:`""" == str(
        refusal
    )
    assert [
        "update ConfigMap a: must be replaced: `.data.color` cannot change",
        "update Deployment web: must be replaced: `.spec.selector.matchLabels.app` cannot change",
    ] == shown(comparison)
    assert [True, True] == [step.replaces for step in comparison.steps]
    assert uid != api.get(path(environment, "a")).body["metadata"]["uid"]


def test_webhook_that_does_not_answer(environment: Any, api: KubernetesApi) -> None:
    """Where an admission webhook keeps the server from a dry run, the diff is approximate and says so."""
    environment.apply(environment.desired(config_map("a", color="red")))
    hook = f"/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/{environment.namespace}"
    rule = {
        "apiGroups": [""],
        "apiVersions": ["v1"],
        "operations": ["*"],
        "resources": ["configmaps"],
    }
    service_name = {"namespace": environment.namespace, "name": "gone", "path": "/"}
    webhook = {
        "name": "check.example.com",
        "rules": [rule],
        "clientConfig": {"service": service_name},
        "sideEffects": "None",
        "admissionReviewVersions": ["v1"],
        "namespaceSelector": {
            "matchLabels": {"kubernetes.io/metadata.name": environment.namespace}
        },
    }
    api.apply(
        hook,
        {
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingWebhookConfiguration",
            "metadata": {"name": environment.namespace},
            "webhooks": [webhook],
        },
    )
    try:
        while api.apply(path(environment, "probe"), config_map("probe"), dryRun="All").status < 500:
            pass
        comparison = environment.compare(environment.desired(config_map("a", color="blue")))
    finally:
        api.delete(hook)
    [change] = comparison.diff.changes
    [finding] = comparison.diff.findings

    comparison.require()
    assert "  color: blue\n" in (change.after or "")
    assert "diff-approximate" == finding.code
    assert 'failed calling webhook "check.example.com"' in finding.message
