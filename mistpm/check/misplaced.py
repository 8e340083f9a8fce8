"""Where a field belongs that stands in the wrong place, as wrong indentation makes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

_DEEPEST: Final = 5
_APART: Final = {"managedFields", "status"}


def places(document: Mapping[str, Any]) -> dict[str, str]:
    """Give the place of every field of a kind whose name is in one place only: `spec.template.spec`.

    Of several depths the least counts, and what is deeper than five fields is not looked at.
    """
    found: dict[str, set[str]] = {}
    level: dict[str, Any] = {"": document}
    for _ in range(_DEEPEST):
        fields = [
            (place, name, schema)
            for place, around in level.items()
            for name, schema in _fields(document, around)
            if name not in _APART
        ]
        new = {name for _, name, _ in fields} - set(found)
        for place, name, _ in fields:
            if name in new:
                found.setdefault(name, set()).add(place)
        level = {f"{place}.{name}".lstrip("."): schema for place, name, schema in fields}
    return {name: next(iter(where)) for name, where in found.items() if len(where) == 1}


def _fields(document: Mapping[str, Any], schema: Any) -> Iterator[tuple[str, Any]]:
    """Give the fields of an object, or of the objects in a list."""
    schema = _resolved(document, schema)
    if "items" in schema:
        schema = _resolved(document, schema["items"])
    yield from schema.get("properties", {}).items()


def _resolved(document: Mapping[str, Any], schema: Any) -> Mapping[str, Any]:
    while isinstance(schema, Mapping) and "$ref" in schema:
        schema = document["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    return schema if isinstance(schema, Mapping) else {}
