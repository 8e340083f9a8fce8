"""How the end of a field's path is written."""

from __future__ import annotations

from mistpm.model.data_path import LONGEST, DataPath, show_path


def show_end(path: DataPath) -> str:
    """Write the last field of a path with the indexes behind it: `ports[0]` of `spec.ports[0]`."""
    start = len(path) - 1
    while start > 0 and isinstance(path[start], int):
        start -= 1
    if isinstance(path[start], str) and len(path[start:]) == 1:
        return str(path[start])[:LONGEST]
    return show_path(path[start:])
