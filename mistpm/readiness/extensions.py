"""When what extends the API is ready, and the namespaces that everything is in."""

from __future__ import annotations

from typing import Any

from mistpm.readiness.assessment import Assessment, failed, ready, waiting
from mistpm.readiness.live_object import condition, has_condition, text


def custom_resource_definition(data: dict[str, Any]) -> Assessment:
    """Wait for the API server to serve the kind; names that another one has are a failure."""
    names = condition(data, "NamesAccepted")
    if names is not None and names.status == "False":
        return failed(f"its names are not accepted: {names.words}")
    if has_condition(data, "Established"):
        return ready("its kind is served")
    return waiting("its kind is not served yet")


def api_service(data: dict[str, Any]) -> Assessment:
    """Wait for the server behind an aggregated API to answer."""
    found = condition(data, "Available")
    if found is None:
        return waiting("nobody has asked it yet")
    if found.status == "True":
        return ready("it answers")
    return waiting(f"it does not answer: {found.words}")


def namespace(data: dict[str, Any]) -> Assessment:
    """Wait for a namespace to be active."""
    if text(data, "status", "phase") == "Active":
        return ready("it is active")
    return waiting("it is not active yet")
