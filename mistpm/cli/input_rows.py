"""The inputs of a package as rows of a table, read off its schema."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any


def input_rows(schema: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    """Give path, type, default and description of each input; those within inputs by their paths.

    `name` is left out: it is always the release's, and nobody gives it.
    """
    return [row for row in _rows(schema, "") if row[0] != "name"]


def _rows(schema: dict[str, Any], above: str) -> Iterator[tuple[str, str, str, str]]:
    required = schema.get("required", ())
    for name, inner in sorted(schema.get("properties", {}).items()):
        path = f"{above}{name}"
        if not isinstance(inner, dict):
            continue
        if inner.get("properties") and "default" not in inner:
            yield from _rows(inner, f"{path}.")
            continue
        default = "(required)" if name in required else ""
        if "default" in inner:
            default = json.dumps(inner["default"], ensure_ascii=False)
        yield path, _type(inner), default, str(inner.get("description", ""))


def _type(schema: dict[str, Any]) -> str:
    if schema.get("writeOnly"):
        return "secret"
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    kind = schema.get("type", "any")
    return " | ".join(kind) if isinstance(kind, list) else str(kind)
