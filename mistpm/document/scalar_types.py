"""Reading the types of `mistpm.model` that are written as a text."""

from __future__ import annotations

from typing import Any

from mistpm.model.text_types import TEXT_TYPES


def decode(type_: type, value: Any) -> Any:
    """Make a value of one of these types; msgspec calls this for types that it does not know."""
    text_type = TEXT_TYPES[type_]
    if not isinstance(value, str):
        raise ValueError(text_type.expected)  # noqa: TRY004 - msgspec reports ValueErrors only
    return text_type.parse(value)
