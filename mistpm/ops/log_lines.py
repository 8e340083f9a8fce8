"""What guests log, as lines for `--verbose`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Final

from mistpm.model.rendered import WARNING

_LEVELS: Final = ("debug", "info", "warning", "error")


def log_line(who: str, level: int, text: str) -> str:
    """Write `warning: shop -> cache: text`."""
    return f"{_LEVELS[level]}: {who}: {text}"


def log_lines(log: Iterable[tuple[str, int, str]], rendered: Collection[str]) -> Iterator[str]:
    """Write what was logged but for the warnings of releases that were `rendered`: findings tell those."""
    for who, level, text in log:
        if level < WARNING or who.split(" -> ")[0] not in rendered:
            yield log_line(who, level, text)
