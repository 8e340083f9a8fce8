"""Where a field stands in a manifest, and how that is written."""

from __future__ import annotations

import json
import re
from typing import TypeAlias

FieldPath: TypeAlias = tuple[str | int, ...]
"""The keys and indexes that lead to a value."""

_PLAIN = re.compile(r"[A-Za-z_$][A-Za-z0-9_$-]*")
_LONGEST = 80


def show_path(path: FieldPath) -> str:
    """Write a path: `spec.ports[0].name`, `metadata.labels["app.kubernetes.io/name"]`."""
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


def show_end(path: FieldPath) -> str:
    """Write the last field of a path with the indexes behind it: `ports[0]` of `spec.ports[0]`."""
    start = len(path) - 1
    while start > 0 and isinstance(path[start], int):
        start -= 1
    if isinstance(path[start], str) and len(path[start:]) == 1:
        return str(path[start])[:_LONGEST]
    return show_path(path[start:])
