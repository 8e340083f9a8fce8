"""Hearing how far fetching is; the room prints nothing itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from msgspec import Struct


class Fetched(Struct, frozen=True, kw_only=True):
    """One more module is there: `what` as users write it, `done` of `total`."""

    what: str
    done: int
    total: int


Progress: TypeAlias = Callable[[Fetched], None]
"""Called once for each module, in the thread that asked for them all."""


def silent(_event: Fetched) -> None:
    """Hear of progress and do nothing with it."""
