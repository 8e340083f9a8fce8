"""When what connects and stores is ready."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from mistpm.readiness.assessment import Assessment, failed, ready, waiting
from mistpm.readiness.live_object import condition, items, number, shortened, text


def service(data: dict[str, Any]) -> Assessment:
    """Wait for a load balancer to have an address; other Services work as soon as they are there."""
    if text(data, "spec", "type") != "LoadBalancer":
        return ready("it is there")
    for place in items(data, "status", "loadBalancer", "ingress"):
        address = text(place, "ip") or text(place, "hostname")
        if address:
            return ready(f"its address is {address}")
    return waiting("its load balancer has no address yet")


def ingress(data: dict[str, Any]) -> Assessment:
    """Never wait: many controllers write no address, and none of them says that it failed."""
    for place in items(data, "status", "loadBalancer", "ingress"):
        address = text(place, "ip") or text(place, "hostname")
        if address:
            return ready(f"its address is {address}")
    return ready("it is there")


def volume_claim(data: dict[str, Any], late_classes: Container[str] = ()) -> Assessment:
    """Wait for a volume, unless its class binds one only when a Pod needs it (`late_classes`)."""
    phase = text(data, "status", "phase")
    if phase == "Bound":
        return ready("it has a volume")
    if phase == "Lost":
        return failed("its volume is lost")
    if text(data, "spec", "storageClassName") in late_classes:
        return ready("it gets a volume with the first Pod that needs it")
    return waiting("it has no volume yet")


def volume(data: dict[str, Any]) -> Assessment:
    """Wait until a claim can have it, or has it."""
    phase = text(data, "status", "phase")
    if phase == "Failed":
        said = text(data, "status", "message")
        return failed(shortened(said) or "it does not say why")
    if phase in {"", "Pending"}:
        return waiting("it is not available yet")
    return ready(f"it is {phase.lower()}")


def autoscaler(data: dict[str, Any]) -> Assessment:
    """Wait for what it scales to be there; that there are no metrics keeps nothing from working."""
    able = condition(data, "AbleToScale")
    if able is not None and able.status == "False":
        return waiting(f"it cannot scale: {able.words}")
    active = condition(data, "ScalingActive")
    if active is not None and active.status == "False":
        return ready(f"it is there, and does not scale now: {active.words}")
    return ready(f"it wants {number(data, 'status', 'desiredReplicas')} replicas")
