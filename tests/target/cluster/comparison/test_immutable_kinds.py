"""The table of immutable fields, held against the real server."""

from __future__ import annotations

from typing import Any

import pytest
from workloads import deployment, job, pod_template, service

from mistpm.diff.fields import field_changes
from mistpm.diff.immutable import immutable_changes
from mistpm.target.cluster.comparing.refusals import Refusal


def _of(kind: str, api_version: str = "v1", **content: Any) -> dict[str, Any]:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": "one"}, **content}


def _everywhere(kind: str, api_version: str, **content: Any) -> dict[str, Any]:
    return _of(kind, api_version, **content) | {"metadata": {"name": "one", "namespace": ""}}


def _labels(app: str) -> dict[str, Any]:
    return {"selector": {"matchLabels": {"app": app}}, "template": pod_template(app)}


def _set(**changes: Any) -> dict[str, Any]:
    spec = {"serviceName": "a", "replicas": 0, **_labels("one"), **changes}
    return _of("StatefulSet", "apps/v1", spec=spec)


def _claim(**changes: Any) -> dict[str, Any]:
    size = {"requests": {"storage": "1Gi"}}
    spec = {"accessModes": ["ReadWriteOnce"], "resources": size, "storageClassName": "none"}
    return _of("PersistentVolumeClaim", spec=spec | changes)


def _binding(kind: str, role: str) -> dict[str, Any]:
    group = "rbac.authorization.k8s.io"
    reference = {"apiGroup": group, "kind": "ClusterRole", "name": role}
    return _of(kind, f"{group}/v1", roleRef=reference)


def _class(**changes: Any) -> dict[str, Any]:
    content = {"provisioner": "example.com/disk", "reclaimPolicy": "Delete", **changes}
    return _everywhere("StorageClass", "storage.k8s.io/v1", **content)


JOB_API, RUNTIME_API = "batch/v1", "node.k8s.io/v1"
PAIRS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (
        ".data.a",
        _of("ConfigMap", data={"a": "1"}, immutable=True),
        _of("ConfigMap", data={"a": "2"}, immutable=True),
    ),
    (".type", _of("Secret", type="example.com/a"), _of("Secret", type="example.com/b")),
    (
        ".spec.selector.matchLabels.app",
        deployment("one"),
        deployment("one") | {"spec": _labels("two")},
    ),
    (
        ".spec.selector.matchLabels.app",
        _of("DaemonSet", "apps/v1", spec=_labels("one")),
        _of("DaemonSet", "apps/v1", spec=_labels("two")),
    ),
    (
        ".spec.selector.matchLabels.app",
        _of("ReplicaSet", "apps/v1", spec={"replicas": 0, **_labels("one")}),
        _of("ReplicaSet", "apps/v1", spec={"replicas": 0, **_labels("two")}),
    ),
    (".spec.serviceName", _set(), _set(serviceName="b")),
    (".spec.podManagementPolicy", _set(), _set(podManagementPolicy="Parallel")),
    (
        '.spec.template.spec.containers[name="main"].image',
        job("one", image="fake.test/stuck"),
        job("one", image="fake.test/slow:9s"),
    ),
    (".spec.accessModes", _claim(), _claim(accessModes=["ReadWriteMany"])),
    (".spec.storageClassName", _claim(), _claim(storageClassName="other")),
    (".roleRef.name", _binding("RoleBinding", "view"), _binding("RoleBinding", "edit")),
    (
        ".roleRef.name",
        _binding("ClusterRoleBinding", "view"),
        _binding("ClusterRoleBinding", "edit"),
    ),
    (".provisioner", _class(), _class(provisioner="example.com/other")),
    (".reclaimPolicy", _class(), _class(reclaimPolicy="Retain")),
    (".parameters.a", _class(parameters={"a": "1"}), _class(parameters={"a": "2"})),
    (".volumeBindingMode", _class(), _class(volumeBindingMode="WaitForFirstConsumer")),
    (
        ".value",
        _everywhere("PriorityClass", "scheduling.k8s.io/v1", value=5),
        _everywhere("PriorityClass", "scheduling.k8s.io/v1", value=6),
    ),
    (
        ".handler",
        _everywhere("RuntimeClass", RUNTIME_API, handler="a"),
        _everywhere("RuntimeClass", RUNTIME_API, handler="b"),
    ),
    (
        ".spec.controller",
        _everywhere("IngressClass", "networking.k8s.io/v1", spec={"controller": "example.com/a"}),
        _everywhere("IngressClass", "networking.k8s.io/v1", spec={"controller": "example.com/b"}),
    ),
    (
        ".addressType",
        _of("EndpointSlice", "discovery.k8s.io/v1", addressType="IPv4", endpoints=[]),
        _of("EndpointSlice", "discovery.k8s.io/v1", addressType="IPv6", endpoints=[]),
    ),
    (
        ".spec.attachRequired",
        _everywhere("CSIDriver", "storage.k8s.io/v1", spec={"attachRequired": True}),
        _everywhere("CSIDriver", "storage.k8s.io/v1", spec={"attachRequired": False}),
    ),
    (
        '.spec.containers[name="main"].args',
        _of("Pod", spec=pod_template("one", arguments=("serve",))["spec"]),
        _of("Pod", spec=pod_template("one", arguments=("other",))["spec"]),
    ),
    (
        ".spec.clusterIP",
        service("one") | {"spec": {"clusterIP": "10.0.77.76", "ports": [{"port": 80}]}},
        service("one") | {"spec": {"clusterIP": "10.0.77.77", "ports": [{"port": 80}]}},
    ),
]


@pytest.mark.parametrize(
    ("field", "before", "after"), PAIRS, ids=[f"{pair[1]['kind']}{pair[0]}" for pair in PAIRS]
)
def test_must_be_replaced(
    environment: Any, field: str, before: dict[str, Any], after: dict[str, Any]
) -> None:
    """The server refuses the change, which is told as a replacement and not as a mistake; the table knows it."""
    place = {} if "namespace" in before["metadata"] else {"namespace": environment.namespace}
    name = f"one-{environment.namespace}"[:60]
    if before["kind"] == "ClusterRoleBinding":
        place = {"namespace": ""}
    for each in (before, after):
        each["metadata"] = {**each["metadata"], **place, "name": name}
    environment.apply(environment.desired(before))
    try:
        comparison = environment.compare(environment.desired(after))
    finally:
        environment.apply(environment.desired())
    resource = comparison.steps[0].resource

    assert (
        Refusal(
            reference="must-be-replaced",
            resource=resource,
            release="app",
            why=f"must be replaced: `{field}` cannot change",
        ),
    ) == comparison.refusals
    assert field in immutable_changes(resource, before, field_changes(before, after))
