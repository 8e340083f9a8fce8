"""Manifests as applications have them: ten kinds, each one a little different."""

from __future__ import annotations

import itertools
from typing import Any

NAMESPACE = "shop"


def manifests(count: int) -> list[dict[str, Any]]:
    """Give so many manifests, all of them right for Kubernetes 1.25 and newer."""
    numbers = itertools.count()
    made = (make(f"app-{number}") for number in numbers for make in KINDS)
    return list(itertools.islice(made, count))


def _manifest(api: str, kind: str, name: str, **rest: Any) -> dict[str, Any]:
    metadata = {"name": name, "namespace": NAMESPACE, "labels": {"app.kubernetes.io/name": name}}
    return {"apiVersion": api, "kind": kind, "metadata": metadata, **rest}


def _pods(name: str) -> dict[str, Any]:
    container = {
        "name": "main",
        "image": f"example.org/{name}:1.2.3",
        "ports": [{"name": "http", "containerPort": 8080}],
        "env": [
            {"name": "HOST", "value": name},
            {"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": name, "key": "password"}}},
        ],
        "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "1Gi"}},
        "readinessProbe": {"httpGet": {"path": "/ready", "port": "http"}, "periodSeconds": 5},
        "volumeMounts": [{"name": "data", "mountPath": "/data"}],
    }
    return {
        "metadata": {"labels": {"app": name}},
        "spec": {
            "serviceAccountName": name,
            "securityContext": {"runAsNonRoot": True, "fsGroup": 1000},
            "containers": [container],
            "volumes": [{"name": "data", "emptyDir": {}}],
        },
    }


def _workload(kind: str, name: str, **more: Any) -> dict[str, Any]:
    spec = {"replicas": 2, "selector": {"matchLabels": {"app": name}}, "template": _pods(name)}
    return _manifest("apps/v1", kind, name, spec={**spec, **more})


def _deployment(name: str) -> dict[str, Any]:
    return _workload("Deployment", name)


def _stateful_set(name: str) -> dict[str, Any]:
    return _workload("StatefulSet", name, serviceName=name)


def _service(name: str) -> dict[str, Any]:
    ports = [{"name": "http", "port": 80, "targetPort": "http"}]
    return _manifest("v1", "Service", name, spec={"selector": {"app": name}, "ports": ports})


def _config_map(name: str) -> dict[str, Any]:
    return _manifest("v1", "ConfigMap", name, data={f"key-{n}": f"{name} {n}" for n in range(10)})


def _secret(name: str) -> dict[str, Any]:
    return _manifest("v1", "Secret", name, stringData={"password": name})


def _ingress(name: str) -> dict[str, Any]:
    backend = {"service": {"name": name, "port": {"name": "http"}}}
    path = {"path": "/", "pathType": "Prefix", "backend": backend}
    rule = {"host": f"{name}.example.org", "http": {"paths": [path]}}
    return _manifest("networking.k8s.io/v1", "Ingress", name, spec={"rules": [rule]})


def _network_policy(name: str) -> dict[str, Any]:
    rule = {"from": [{"podSelector": {"matchLabels": {"app": "proxy"}}}], "ports": [{"port": 8080}]}
    spec = {"podSelector": {"matchLabels": {"app": name}}, "ingress": [rule]}
    return _manifest("networking.k8s.io/v1", "NetworkPolicy", name, spec=spec)


def _role(name: str) -> dict[str, Any]:
    rules = [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list"]}]
    return _manifest("rbac.authorization.k8s.io/v1", "Role", name, rules=rules)


def _cron_job(name: str) -> dict[str, Any]:
    pods = _pods(name)
    pods["spec"]["restartPolicy"] = "Never"
    spec = {"schedule": "0 3 * * *", "jobTemplate": {"spec": {"template": pods}}}
    return _manifest("batch/v1", "CronJob", name, spec=spec)


def _budget(name: str) -> dict[str, Any]:
    spec = {"maxUnavailable": 1, "selector": {"matchLabels": {"app": name}}}
    return _manifest("policy/v1", "PodDisruptionBudget", name, spec=spec)


KINDS = (
    _deployment,
    _service,
    _config_map,
    _secret,
    _ingress,
    _network_policy,
    _role,
    _cron_job,
    _stateful_set,
    _budget,
)
