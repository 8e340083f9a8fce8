"""Where a value stands in JSON-like data, and how that is written."""

from __future__ import annotations

import json
import re
from typing import Final, TypeAlias

DataPath: TypeAlias = tuple[str | int, ...]
"""The keys and indexes that lead to a value."""

LONGEST: Final = 80
"""Characters of a key that are shown."""

_PLAIN: Final = re.compile(r"[A-Za-z_$][A-Za-z0-9_$-]*")


def show_path(path: DataPath) -> str:
    """Write a path: `spec.ports[0].name`, `metadata.labels["app.kubernetes.io/name"]`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif len(part) <= LONGEST and _PLAIN.fullmatch(part):
            text += f".{part}" if text else part
        else:
            shown = part if len(part) <= LONGEST else part[: LONGEST - 3] + "..."
            text += f"[{json.dumps(shown, ensure_ascii=False)}]"
    return text
