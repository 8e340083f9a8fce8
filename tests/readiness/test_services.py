"""Services, Ingresses, claims, volumes, autoscalers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mistpm.readiness import assess

Live = Callable[..., dict[str, Any]]

ADDRESS = "loadBalancer: {ingress: [{ip: 192.0.2.1}]}"
ROWS = [
    ("Service", "type: ClusterIP", "", "ready: it is there"),
    ("Service", "type: ExternalName", "", "ready: it is there"),
    ("Service", "type: LoadBalancer", "", "waiting: its load balancer has no address yet"),
    ("Service", "type: LoadBalancer", "loadBalancer: {ingress: [{}]}",
     "waiting: its load balancer has no address yet"),
    ("Service", "type: LoadBalancer", ADDRESS, "ready: its address is 192.0.2.1"),
    ("Service", "type: LoadBalancer", "loadBalancer: {ingress: [{hostname: a.test}]}",
     "ready: its address is a.test"),
    ("Ingress", "", "", "ready: it is there"),
    ("Ingress", "", ADDRESS, "ready: its address is 192.0.2.1"),
    ("PersistentVolumeClaim", "storageClassName: fast", "phase: Pending", "waiting: it has no volume yet"),
    ("PersistentVolumeClaim", "storageClassName: late", "phase: Pending",
     "ready: it gets a volume with the first Pod that needs it"),
    ("PersistentVolumeClaim", "storageClassName: late", "phase: Bound", "ready: it has a volume"),
    ("PersistentVolumeClaim", "storageClassName: late", "phase: Lost", "failed: its volume is lost"),
    ("PersistentVolume", "", "", "waiting: it is not available yet"),
    ("PersistentVolume", "", "phase: Available", "ready: it is available"),
    ("PersistentVolume", "", "phase: Bound", "ready: it is bound"),
    ("PersistentVolume", "", "{phase: Failed, message: no disk}", "failed: no disk"),
    ("HorizontalPodAutoscaler", "", "desiredReplicas: 2", "ready: it wants 2 replicas"),
    ("HorizontalPodAutoscaler", "", "conditions: [{AbleToScale=False FailedGetScale: 'no Deployment x'}]",
     "waiting: it cannot scale: no Deployment x"),
    ("HorizontalPodAutoscaler", "",
     "conditions: [AbleToScale, {ScalingActive=False FailedGetResourceMetric: no metrics}]",
     "ready: it is there, and does not scale now: no metrics"),
    ("PodDisruptionBudget", "", "disruptionsAllowed: 0", "ready: it is there"),
    ("ConfigMap", "", "", "ready: it is there"),
    ("Secret", "", "", "ready: it is there"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "spec", "status", "expected"), ROWS)
def test_what_connects_and_stores(
    kind: str, spec: str, status: str, expected: str, live: Live
) -> None:
    """Each by its own rule."""
    found = assess(live(kind, spec, status), late_classes={"late"})

    assert expected == str(found)
