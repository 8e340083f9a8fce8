"""The conditions that a package names: which objects they are about, and whether they hold."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import Any

from mistpm.model.readiness import ReadinessCondition
from mistpm.readiness import cel
from mistpm.readiness.assessment import Assessment, failed, ready, waiting
from mistpm.readiness.json_path import InvalidJsonPathError, read_json_path
from mistpm.readiness.live_object import condition, shortened, text


def concerns(wanted: ReadinessCondition, data: dict[str, Any]) -> bool:
    """Tell whether a condition is about an object: by kind, and by name, in which `*` stands for anything."""
    kind, _, group = wanted.kind.partition(".")
    if kind != text(data, "kind"):
        return False
    if group and group != text(data, "apiVersion").rpartition("/")[0]:
        return False
    return not wanted.name or fnmatchcase(text(data, "metadata", "name"), wanted.name)


def meets(wanted: ReadinessCondition, data: dict[str, Any]) -> Assessment:
    """Tell whether an object is as a condition wants it; what is not there may still come.

    A condition that cannot be read is a failure (`mistpm pack` refuses it, but a module can say
    anything).
    """
    try:
        if wanted.condition:
            return _meets_condition(wanted.condition, data)
        if wanted.json_path:
            return _meets_json_path(wanted, data)
        return cel.meets(wanted.cel, data)
    except (InvalidJsonPathError, cel.InvalidCelError) as error:
        return failed(f"its package's readiness condition cannot be read: {error}")


def _meets_condition(wanted: str, data: dict[str, Any]) -> Assessment:
    kind, _, status = wanted.partition("=")
    status = status or "True"
    found = condition(data, kind)
    if found is None:
        return waiting(f"it has no condition `{kind}` yet")
    if found.is_stale:
        return waiting(f"its condition `{kind}` is about an older version")
    if found.status == status:
        return ready(f"its condition `{kind}` is `{status}`")
    said = found.message or found.reason
    shown = f": {shortened(said)}" if said else ""
    return waiting(f"its condition `{kind}` is `{found.status}`, not `{status}`{shown}")


def _meets_json_path(wanted: ReadinessCondition, data: dict[str, Any]) -> Assessment:
    found = read_json_path(wanted.json_path).find(data)
    if not found:
        return waiting(f"`{wanted.json_path}` is not there yet")
    for value in found:
        if not _is_same(value, wanted.value):
            shown = shortened(_shown(value))
            return waiting(f"`{wanted.json_path}` is `{shown}`, not `{_shown(wanted.value)}`")
    return ready(f"`{wanted.json_path}` is `{_shown(wanted.value)}`")


def _is_same(found: Any, wanted: Any) -> bool:
    """Compare as kubectl does, by what is written: 3 is `3`, true is `true`."""
    return not isinstance(found, dict | list) and _shown(found) == _shown(wanted)


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
