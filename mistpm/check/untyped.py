"""Reading data of which nothing is known yet: what is not as it should be counts as empty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def mapping(value: Any) -> Mapping[str, Any]:
    """Give a mapping, an empty one for whatever else."""
    return value if isinstance(value, Mapping) else {}


def sequence(value: Any) -> list[Any]:
    """Give a list, an empty one for whatever else."""
    return value if isinstance(value, list) else []
