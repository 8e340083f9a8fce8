"""Where a value stands in JSON-like data."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, TypeAlias

DataPath: TypeAlias = tuple[str | int, ...]
"""The keys and indexes that lead to a value."""

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_LONGEST = 60
_MISSING = object()


def show(path: DataPath) -> str:
    """Write a path as messages do: `inputs.hosts[0].name`, `inputs["a.b"]`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif len(part) <= _LONGEST and _PLAIN.fullmatch(part):
            text += f".{part}" if text else part
        else:
            shown = part if len(part) <= _LONGEST else part[: _LONGEST - 3] + "..."
            text += f"[{json.dumps(shown, ensure_ascii=False)}]"
    return text


def is_at(data: Any, path: DataPath) -> bool:
    """Tell whether `data` has a value at `path`."""
    for part in path:
        if isinstance(data, dict):
            data = data.get(part, _MISSING)
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
        else:
            return False
        if data is _MISSING:
            return False
    return True


def texts(value: Any, path: DataPath = ()) -> list[tuple[DataPath, str]]:
    """Give every text in JSON-like data with its place, keys included."""
    if isinstance(value, str):
        return [(path, value)]
    found: list[tuple[DataPath, str]] = []
    if isinstance(value, Mapping):
        for key, item in value.items():
            found.append(((*path, key), key))
            found += texts(item, (*path, key))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            found += texts(item, (*path, index))
    return found
