"""Lists that are maps (`x-kubernetes-list-type: map`): no two of their items have the same key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from mistpm.check.field_path import FieldPath, show_end
from mistpm.check.problem import Problem, shortened
from mistpm.check.structural import LIST_KEYS, LIST_TYPE


def key_problems(schema: Any, value: Any, path: FieldPath = ()) -> Iterator[Problem]:
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
            yield from _repeated(schema[LIST_KEYS], value, path)
        for index, item in enumerate(value):
            yield from key_problems(schema.get("items"), item, (*path, index))


def _repeated(keys: list[Any], items: list[Any], path: FieldPath) -> Iterator[Problem]:
    seen: set[bytes] = set()
    for index, item in enumerate(items):
        if not isinstance(item, dict):
            continue
        key = {str(name): item[name] for name in keys if isinstance(name, str) and name in item}
        written = msgspec.json.encode(key, order="sorted")
        if written in seen:
            named = ", ".join(f"{name}: {shortened(str(part))}" for name, part in key.items())
            message = f"`{show_end((*path, index))}` has the key of an earlier item, `{named}`"
            yield Problem(code="invalid-value", path=(*path, index), message=message)
        seen.add(written)
