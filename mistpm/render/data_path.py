"""Values of JSON-like data by their place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mistpm.model.data_path import DataPath

_MISSING = object()


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
