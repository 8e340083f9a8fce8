"""What tests of readiness share: live objects written short."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml

API_VERSIONS = {
    "APIService": "apiregistration.k8s.io/v1",
    "CronJob": "batch/v1",
    "CustomResourceDefinition": "apiextensions.k8s.io/v1",
    "DaemonSet": "apps/v1",
    "Database": "example.test/v1",
    "Deployment": "apps/v1",
    "HorizontalPodAutoscaler": "autoscaling/v2",
    "Ingress": "networking.k8s.io/v1",
    "Job": "batch/v1",
    "ReplicaSet": "apps/v1",
    "StatefulSet": "apps/v1",
}

Live = Callable[..., dict[str, Any]]


@pytest.fixture
def live() -> Live:
    """Give a function that makes a live object of generation 2; `spec` and `status` are YAML.

    In a status `Ready`, `Ready=False` and `Ready=False: words` stand for whole conditions, and
    `seen` for a controller that has seen the newest version.
    """

    def make(kind: str, spec: str = "", status: str = "", **metadata: Any) -> dict[str, Any]:
        read = yaml.safe_load(status) or {}
        if read.pop("seen", False):
            read["observedGeneration"] = 2
        if "conditions" in read:
            read["conditions"] = [_condition(each) for each in read["conditions"]]
        return {
            "apiVersion": API_VERSIONS.get(kind, "v1"),
            "kind": kind,
            "metadata": {"name": "x", "generation": 2, **metadata},
            "spec": yaml.safe_load(spec) or {},
            "status": read,
        }

    return make


def _condition(written: str | dict[str, Any]) -> dict[str, Any]:
    """Read `Ready`, `Ready=False`, `Ready=False Reason` and `{Ready=False Reason: words}`."""
    message = ""
    if isinstance(written, dict):
        ((written, message),) = written.items()
    name, _, reason = written.partition(" ")
    kind, _, status = name.partition("=")
    return {"type": kind, "status": status or "True", "reason": reason, "message": message}
