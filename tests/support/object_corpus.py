"""Objects as people write them, right and wrong, for the checks and for a real API server to judge."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

Object = dict[str, Any]
Place = tuple[str | int, ...]

LABELS = {"app.kubernetes.io/name": "shop", "app.kubernetes.io/managed-by": "mistpm", "tier": ""}
SELECTOR = {"app.kubernetes.io/name": "shop"}
RESOURCES = {
    "requests": {"cpu": "100m", "memory": "64Mi", "ephemeral-storage": 1000000},
    "limits": {"cpu": 0.5, "memory": "1.5Gi", "ephemeral-storage": "1e9"},
}
CONTAINER: Object = {
    "name": "shop",
    "image": "registry.example.org/shop:1.2.3",
    "imagePullPolicy": "IfNotPresent",
    "args": ["--port=8080"],
    "ports": [{"name": "http", "containerPort": 8080}, {"containerPort": 9090, "protocol": "UDP"}],
    "env": [
        {"name": "LOG_LEVEL", "value": "info"},
        {"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": "shop", "key": "password"}}},
        {"name": "POD_IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}},
    ],
    "envFrom": [{"configMapRef": {"name": "shop"}}],
    "resources": RESOURCES,
    "livenessProbe": {"httpGet": {"path": "/live", "port": "http"}, "periodSeconds": 5},
    "readinessProbe": {"tcpSocket": {"port": 8080}, "initialDelaySeconds": 0},
    "securityContext": {"runAsNonRoot": True, "capabilities": {"drop": ["ALL"]}},
    "volumeMounts": [
        {"name": "config", "mountPath": "/etc/shop", "readOnly": True},
        {"name": "scratch", "mountPath": "/tmp"},  # noqa: S108
    ],
}
POD: Object = {
    "serviceAccountName": "shop",
    "containers": [CONTAINER],
    "initContainers": [{"name": "wait", "image": "busybox", "command": ["true"]}],
    "volumes": [
        {"name": "config", "configMap": {"name": "shop", "defaultMode": 0o644}},
        {"name": "scratch", "emptyDir": {"sizeLimit": "1Gi"}},
    ],
    "securityContext": {"fsGroup": 1000, "seccompProfile": {"type": "RuntimeDefault"}},
    "affinity": {
        "podAntiAffinity": {
            "preferredDuringSchedulingIgnoredDuringExecution": [
                {
                    "weight": 100,
                    "podAffinityTerm": {
                        "topologyKey": "kubernetes.io/hostname",
                        "labelSelector": {
                            "matchExpressions": [
                                {"key": "tier", "operator": "In", "values": ["web"]}
                            ]
                        },
                    },
                }
            ]
        }
    },
    "tolerations": [{"key": "spot", "operator": "Exists", "effect": "NoSchedule"}],
    "terminationGracePeriodSeconds": 30,
}
TEMPLATE: Object = {
    "metadata": {"labels": LABELS, "annotations": {"Example.ORG/Sum": "1"}},
    "spec": POD,
}


def an_object(api_version: str, kind: str, name: str, **fields: Any) -> Object:
    """Give an object with a name and labels; `fields` are those of its top level."""
    metadata = {"name": name, "labels": LABELS, "creationTimestamp": None}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **fields}


def good_objects() -> tuple[Object, ...]:
    """Give objects with which nothing is wrong, from 1.25 on, one of each kind that is used most."""
    job_pod = {**POD, "restartPolicy": "OnFailure"}
    job_template = {"spec": {"template": {"spec": job_pod}, "backoffLimit": 3}}
    objects = (
        an_object("v1", "Namespace", "shop-2"),
        an_object("v1", "ServiceAccount", "shop", automountServiceAccountToken=False),
        an_object("v1", "ConfigMap", "shop", data={"shop.conf": "a: 1\n", "_X": ""}),
        an_object(
            "v1",
            "Secret",
            "shop.tls",
            type="Opaque",
            data={"password": "aHVudGVyMg==", "empty": "", "folded": "aHVu\ndGVy\nMg==\n"},
            stringData={"user": "shop"},
        ),
        an_object(
            "v1",
            "Service",
            "shop",
            spec={
                "type": "NodePort",
                "selector": SELECTOR,
                "ports": [
                    {"name": "http", "port": 80, "targetPort": "http"},
                    {"name": "dns", "port": 53, "targetPort": 5353, "protocol": "UDP"},
                ],
            },
        ),
        an_object("v1", "Pod", "shop", spec={**POD, "serviceAccountName": "default"}),
        an_object(
            "v1",
            "PersistentVolumeClaim",
            "shop",
            spec={
                "accessModes": ["ReadWriteOnce"],
                "resources": {"requests": {"storage": "20Gi"}},
                "volumeMode": "Filesystem",
            },
        ),
        an_object(
            "v1",
            "PersistentVolume",
            "shop",
            spec={
                "accessModes": ["ReadWriteMany"],
                "capacity": {"storage": "1e3"},
                "hostPath": {"path": "/data"},
                "persistentVolumeReclaimPolicy": "Retain",
            },
        ),
        an_object(
            "apps/v1",
            "Deployment",
            "shop",
            spec={
                "replicas": 2,
                "selector": {"matchLabels": SELECTOR},
                "template": TEMPLATE,
                "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%"}},
            },
            status={},
        ),
        an_object(
            "apps/v1",
            "StatefulSet",
            "shop",
            spec={
                "selector": {"matchLabels": SELECTOR},
                "template": TEMPLATE,
                "volumeClaimTemplates": [
                    {
                        "metadata": {"name": "data"},
                        "spec": {
                            "accessModes": ["ReadWriteOnce"],
                            "resources": {"requests": {"storage": "1Gi"}},
                        },
                    }
                ],
            },
        ),
        an_object(
            "apps/v1",
            "DaemonSet",
            "shop",
            spec={"selector": {"matchLabels": SELECTOR}, "template": TEMPLATE},
        ),
        an_object("batch/v1", "Job", "shop", spec=job_template["spec"]),
        an_object(
            "batch/v1",
            "CronJob",
            "shop",
            spec={
                "schedule": "*/5 * * * *",
                "concurrencyPolicy": "Forbid",
                "jobTemplate": job_template,
            },
        ),
        an_object(
            "networking.k8s.io/v1",
            "Ingress",
            "shop",
            spec={
                "ingressClassName": "nginx",
                "rules": [
                    {
                        "host": "shop.example.org",
                        "http": {
                            "paths": [
                                {
                                    "path": "/",
                                    "pathType": "Prefix",
                                    "backend": {
                                        "service": {"name": "shop", "port": {"name": "http"}}
                                    },
                                }
                            ]
                        },
                    }
                ],
            },
        ),
        an_object(
            "networking.k8s.io/v1",
            "NetworkPolicy",
            "shop",
            spec={
                "policyTypes": ["Ingress"],
                "podSelector": {},
                "ingress": [{"ports": [{"port": "http"}, {"port": 53, "protocol": "UDP"}]}],
            },
        ),
        an_object(
            "rbac.authorization.k8s.io/v1",
            "Role",
            "shop:reader",
            rules=[{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}],
        ),
        an_object("rbac.authorization.k8s.io/v1", "ClusterRole", "shop:nothing", rules=None),
        an_object(
            "rbac.authorization.k8s.io/v1",
            "RoleBinding",
            "shop:reader",
            roleRef={
                "apiGroup": "rbac.authorization.k8s.io",
                "kind": "Role",
                "name": "shop:reader",
            },
            subjects=[{"kind": "ServiceAccount", "name": "shop", "namespace": "default"}],
        ),
        an_object(
            "policy/v1",
            "PodDisruptionBudget",
            "shop",
            spec={"minAvailable": "50%", "selector": {"matchLabels": SELECTOR}},
        ),
        an_object(
            "autoscaling/v2",
            "HorizontalPodAutoscaler",
            "shop",
            spec={
                "maxReplicas": 5,
                "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "shop"},
                "metrics": [
                    {
                        "type": "Resource",
                        "resource": {
                            "name": "cpu",
                            "target": {"type": "Utilization", "averageUtilization": 80},
                        },
                    }
                ],
            },
        ),
        an_object(
            "storage.k8s.io/v1",
            "StorageClass",
            "shop",
            provisioner="example.org/disk",
            reclaimPolicy="Delete",
            volumeBindingMode="WaitForFirstConsumer",
        ),
        an_object("scheduling.k8s.io/v1", "PriorityClass", "shop", value=1000, globalDefault=False),
    )
    return tuple(json.loads(json.dumps(each)) for each in objects)  # which share nothing


class Flaw(NamedTuple):
    """A change to a good object that an API server refuses, and what is found then."""

    kind: str
    path: Place
    value: Any
    code: str


REMOVED = object()
"""The value of what a flaw takes away."""

_POD: Place = ("spec", "template", "spec")
_SHOP: Place = (*_POD, "containers", 0)

FLAWS: tuple[Flaw, ...] = (
    Flaw("Deployment", ("spec", "replcas"), 2, "invalid-field"),
    Flaw("Deployment", ("sepc",), {}, "invalid-field"),
    Flaw("Deployment", (*_SHOP, "img"), "x", "invalid-field"),
    Flaw("Deployment", ("spec", "replicas"), "2", "wrong-type"),
    Flaw("Deployment", ("spec", "template"), [], "wrong-type"),
    Flaw("Deployment", (*_SHOP, "env", 0, "value"), 1, "wrong-type"),
    Flaw("Deployment", (*_SHOP, "ports", 0, "containerPort"), "80", "wrong-type"),
    Flaw("ConfigMap", ("data", "shop.conf"), True, "wrong-type"),
    Flaw("Deployment", ("spec", "selector"), REMOVED, "missing-field"),
    Flaw("Deployment", (*_SHOP, "name"), REMOVED, "missing-field"),
    Flaw("Deployment", (*_SHOP, "image"), REMOVED, "missing-field"),
    Flaw("Deployment", (*_POD, "containers"), REMOVED, "missing-field"),
    Flaw("CronJob", ("spec", "schedule"), REMOVED, "missing-field"),
    Flaw("HorizontalPodAutoscaler", ("spec", "maxReplicas"), REMOVED, "missing-field"),
    Flaw("RoleBinding", ("roleRef",), REMOVED, "missing-field"),
    Flaw("Service", ("spec", "ports", 0, "port"), None, "missing-field"),
    Flaw("Service", ("spec", "ports", 1, "name"), REMOVED, "missing-field"),
    Flaw("Service", ("spec", "ports"), [], "missing-field"),
    Flaw("PersistentVolumeClaim", ("spec", "accessModes"), REMOVED, "missing-field"),
    Flaw("Deployment", (*_SHOP, "ports", 0, "containerPort"), 99999, "invalid-value"),
    Flaw("Deployment", (*_SHOP, "ports", 0, "name"), "Http_Port", "invalid-value"),
    Flaw("Deployment", (*_SHOP, "ports", 0, "protocol"), "tcp", "invalid-value"),
    Flaw("Deployment", (*_SHOP, "imagePullPolicy"), "always", "invalid-value"),
    Flaw("Deployment", (*_SHOP, "livenessProbe", "httpGet", "port"), "80", "invalid-value"),
    Flaw("Deployment", (*_SHOP, "livenessProbe", "periodSeconds"), -1, "invalid-value"),
    Flaw("Deployment", (*_SHOP, "resources", "limits", "memory"), "1.5 GB", "invalid-value"),
    Flaw("Deployment", (*_SHOP, "resources", "requests", "cpu"), 2, "invalid-value"),
    Flaw("Deployment", (*_SHOP, "name"), "My_Shop", "invalid-value"),
    Flaw("Deployment", (*_POD, "containers"), [], "invalid-value"),
    Flaw("Deployment", (*_POD, "tolerations", 0, "effect"), "noschedule", "invalid-value"),
    Flaw("Deployment", ("spec", "selector"), {}, "invalid-value"),
    Flaw("Deployment", (*_SHOP, "volumeMounts", 0, "name"), "other", "invalid-value"),
    Flaw("Deployment", (*_SHOP, "volumeMounts", 1, "mountPath"), "/etc/shop", "invalid-value"),
    Flaw("Service", ("spec", "ports", 1), {"name": "b", "port": 80}, "invalid-value"),
    Flaw("Deployment", (*_SHOP, "env", 0, "name"), "A=B", "invalid-value"),
    Flaw("Deployment", (*_POD, "initContainers", 0, "name"), "shop", "invalid-value"),
    Flaw("Deployment", (*_POD, "restartPolicy"), "Never", "invalid-value"),
    Flaw("Deployment", (*_POD, "dnsPolicy"), "clusterfirst", "invalid-value"),
    Flaw(
        "Deployment", (*_POD, "volumes", 0, "configMap", "defaultMode"), 1000, "invalid-value"
    ),
    Flaw("Deployment", ("metadata", "labels", "tier"), "a b", "invalid-value"),
    Flaw("Deployment", ("metadata", "labels", "a/b/c"), "x", "invalid-value"),
    Flaw("Deployment", ("metadata", "annotations"), {"a b": "c"}, "invalid-value"),
    Flaw("Deployment", ("metadata", "name"), "Shop", "invalid-value"),
    Flaw("Deployment", ("spec", "replicas"), -1, "invalid-value"),
    Flaw("Deployment", ("spec", "strategy", "type"), "rolling", "invalid-value"),
    Flaw(
        "Deployment", ("spec", "selector", "matchLabels"), {"app": "other"}, "invalid-value"
    ),
    Flaw("Service", ("metadata", "name"), "shop.web", "invalid-value"),
    Flaw("Service", ("spec", "type"), "nodeport", "invalid-value"),
    Flaw("Service", ("spec", "ports", 0, "port"), 0, "invalid-value"),
    Flaw("Service", ("spec", "ports", 0, "targetPort"), "8080", "invalid-value"),
    Flaw("Secret", ("data", "password"), "hunter2!", "invalid-value"),
    Flaw("Secret", ("data", "a b"), "", "invalid-value"),
    Flaw("ConfigMap", ("data", "a/b"), "", "invalid-value"),
    Flaw("Job", (*_POD, "restartPolicy"), REMOVED, "invalid-value"),
    Flaw("CronJob", ("spec", "concurrencyPolicy"), "never", "invalid-value"),
    Flaw("Ingress", ("spec", "rules", 0, "http", "paths", 0, "pathType"), "prefix", "invalid-value"),
    Flaw("NetworkPolicy", ("spec", "policyTypes", 0), "ingress", "invalid-value"),
    Flaw("NetworkPolicy", ("spec", "ingress", 0, "ports", 0, "port"), 70000, "invalid-value"),
    Flaw("PersistentVolumeClaim", ("spec", "accessModes", 0), "ReadWrite", "invalid-value"),
    Flaw(
        "PersistentVolumeClaim",
        ("spec", "resources", "requests", "storage"),
        "20gb",
        "invalid-value",
    ),
    Flaw("HorizontalPodAutoscaler", ("spec", "maxReplicas"), 0, "invalid-value"),
    Flaw("StorageClass", ("reclaimPolicy",), "Recycle", "invalid-value"),
    Flaw("Namespace", ("metadata", "name"), "shop.web", "invalid-value"),
    Flaw("ClusterRole", ("metadata", "name"), "a/b", "invalid-value"),
    Flaw("StatefulSet", (*_SHOP, "image"), REMOVED, "missing-field"),
)  # fmt: skip


_EDGES: tuple[Any, ...] = (REMOVED, None, "", "x", "1", 0, -1, 1, 1.5, True, [], {}, [None])


def edge_objects() -> Iterator[tuple[Place, Any, Object]]:
    """Give good objects with every value in them taken away, or replaced by something odd.

    Of the kinds that run Pods there is one: the others have the same.
    """
    for each in good_objects():
        if each["kind"] in {"CronJob", "DaemonSet", "Job", "Pod", "StatefulSet"}:
            continue
        for path in _places(each, ()):
            if path[0] in {"apiVersion", "kind"} or path == ("metadata", "name"):
                continue  # where it is sent to says the same
            for value in _EDGES:
                made = copy.deepcopy(each)
                _put(made, path, value)
                yield path, value, made


def _places(data: Any, path: Place) -> Iterator[Place]:
    if path:
        yield path
    steps = data if isinstance(data, dict) else range(len(data)) if isinstance(data, list) else ()
    for step in steps:
        yield from _places(data[step], (*path, step))


def flawed_objects() -> Iterator[tuple[Flaw, Object]]:
    """Give each flaw with a good object that got it."""
    good = {each["kind"]: each for each in good_objects()}
    for flaw in FLAWS:
        made = copy.deepcopy(good[flaw.kind])
        _put(made, flaw.path, flaw.value)
        yield flaw, made


def _put(data: Any, path: Place, value: Any) -> None:
    *way, last = path
    for step in way:
        data = data[step]
    if value is REMOVED:
        del data[last]
    else:
        data[last] = value
