"""What the ports of a Service must be beside well-formed: there, and told apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mistpm.check.list_keys import repeated
from mistpm.check.problem import Problem
from mistpm.model.presence import Api


def service_problems(api: Api, data: dict[str, Any]) -> Iterator[Problem]:
    """Tell which ports of a Service are missing or have no name; of what is no Service nothing is told."""
    spec = data.get("spec")
    if (api.group, api.kind) != ("", "Service") or not isinstance(spec, dict):
        return
    ports = spec.get("ports") or []
    if not isinstance(ports, list):
        return  # its schema tells that
    if not ports and spec.get("type") != "ExternalName" and spec.get("clusterIP") != "None":
        path = ("spec", "ports")
        hint = "a Service without ports has `clusterIP: None`"
        yield Problem(code="missing-field", path=path, message="`ports` is missing", hint=hint)
    yield from repeated({"port": None, "protocol": "TCP"}, ports, ("spec", "ports"))
    for index, port in enumerate(ports):
        if len(ports) > 1 and isinstance(port, dict) and not port.get("name"):
            message = "`name` is missing: where there are several ports, each must have one"
            yield Problem(
                code="missing-field", path=("spec", "ports", index, "name"), message=message
            )
