"""What a user may say to any operation."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct


class Options(Struct, frozen=True, kw_only=True):
    """Where to work and how.

    `environment` is the file (None: look for it), `target` what `--target` says (empty: the
    environment's own).  `locked` refuses to change the lock, `offline` asks no network.  `solve_timeout` is in
    seconds.
    """

    environment: Path | None = None
    target: str = ""
    offline: bool = False
    locked: bool = False
    keep_going: bool = False
    adopt: bool = False
    delete_namespaces: bool = False
    solve_timeout: float = 30.0
