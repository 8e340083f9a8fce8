"""What is wrong at one place of a manifest, before it is known at which minors that holds."""

from __future__ import annotations

import json
from typing import Any, Final

from msgspec import Struct

from mistpm.model.data_path import DataPath
from mistpm.model.finding import Severity

_SHOWN: Final = 60


class Problem(Struct, frozen=True, kw_only=True):
    """One problem; the names of the fields are those of `Finding`, `path` is not written out yet."""

    code: str
    path: DataPath
    message: str
    hint: str = ""
    severity: Severity = "error"
    replacement: str = ""


def shortened(text: str, size: int = _SHOWN) -> str:
    """Cut a text that is too long to be shown."""
    return text if len(text) <= size else text[: size - 3] + "..."


def show_value(value: Any) -> str:
    """Say what a value is: ``the text `2` ``, `` `3` ``, `a list`."""
    if isinstance(value, str):
        return f"the text `{shortened(value)}`" if value else "an empty text"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return "null" if value is None else f"`{json.dumps(value)}`"


def one_of(options: list[str]) -> str:
    """Write `a`, `a or b`, `a, b or c`."""
    return " or ".join(part for part in (", ".join(options[:-1]), options[-1]) if part)
