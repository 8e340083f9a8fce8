"""Something that is not at its newest version."""

from __future__ import annotations

from typing import Any

from msgspec import Struct


class HeldBack(Struct, frozen=True, kw_only=True):
    """A node of a lock below the newest version of its package, with what keeps it there.

    `release` is its name (or a called key), `because` tells the causes in lines, `causes` are these as
    data; there are none where nothing but the lock, or what else was chosen, speaks against it.
    """

    release: str
    package: str
    version: str
    newest: str
    because: tuple[str, ...]
    causes: tuple[dict[str, Any], ...] = ()
