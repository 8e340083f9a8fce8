"""What guests log, as lines for `--verbose`."""

from __future__ import annotations

from typing import Final

_LEVELS: Final = ("debug", "info", "warning", "error")


def log_line(who: str, level: int, text: str) -> str:
    """Write `warning: shop -> cache: text`."""
    name = _LEVELS[level] if 0 <= level < len(_LEVELS) else str(level)
    return f"{name}: {who}: {text}"
