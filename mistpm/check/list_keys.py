"""Lists that are maps (`x-kubernetes-list-type: map`): no two of their items have the same key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mistpm.check.field_path import show_end
from mistpm.check.problem import Problem, shortened
from mistpm.check.structural import LIST_KEYS, LIST_TYPE
from mistpm.model.data_path import DataPath
from mistpm.model.finding import Severity


def key_problems(schema: Any, value: Any, path: DataPath = ()) -> Iterator[Problem]:
    """Tell which items of a valid object's lists have the key of an earlier one."""
    if not isinstance(schema, Mapping):
        return
    if isinstance(value, dict):
        properties = schema.get("properties")
        known = properties if isinstance(properties, Mapping) else {}
        for key, item in value.items():
            part = known.get(key, schema.get("additionalProperties"))
            yield from key_problems(part, item, (*path, key))
    elif isinstance(value, list):
        if schema.get(LIST_TYPE) == "map" and isinstance(schema.get(LIST_KEYS), list):
            keys = [name for name in schema[LIST_KEYS] if isinstance(name, str)]
            yield from repeated(dict.fromkeys(keys), value, path)
        for index, item in enumerate(value):
            yield from key_problems(schema.get("items"), item, (*path, index))


def repeated(
    keys: Mapping[str, Any],
    items: Any,
    path: DataPath,
    *,
    severity: Severity = "error",
    hint: str = "",
) -> Iterator[Problem]:
    """Tell which items have the key of an earlier one; `keys` are the fields, with what they are unless given.

    Items that lack a field of the key, or have no plain value there, are no part of this.
    """
    seen: set[tuple[Any, ...]] = set()
    for index, item in enumerate(items if isinstance(items, list) else ()):
        if not keys or not isinstance(item, dict):
            continue
        key = tuple(item.get(name, other) for name, other in keys.items())
        if not all(isinstance(part, str | int | float) for part in key):
            continue
        if key in seen:
            named = ", ".join(
                f"{name}: {shortened(str(part))}" for name, part in zip(keys, key, strict=True)
            )
            yield Problem(
                code="invalid-value",
                path=(*path, index),
                message=f"`{show_end((*path, index))}` has the key of an earlier item, `{named}`",
                hint=hint,
                severity=severity,
            )
        seen.add(key)
