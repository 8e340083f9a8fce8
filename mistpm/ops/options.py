"""What a user may say to any operation."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from mistpm.target.protocol import Permissions, Waiting


class Options(Struct, frozen=True, kw_only=True):
    """Where to work and how.

    `environment` is the file (None: look for it), `target` what `--target` says (empty: the
    environment's own).  `user` and `state_namespace` are for clusters: as whom, and where an environment is
    remembered (empty: as the file says).  `locked` refuses to change the lock, `offline` asks no registry.
    `solve_timeout` and `lock_timeout`, how long another run on the same environment is waited for, are in
    seconds.  `limits` change what packages may use up, `NAME=VALUE` each, and win over the variable for that.
    `today` is the day (`2027-03-01`) by which waivers expire; empty, and none does.
    """

    environment: Path | None = None
    target: str = ""
    user: str = ""
    state_namespace: str = ""
    offline: bool = False
    locked: bool = False
    keep_going: bool = False
    permissions: Permissions = Permissions()
    waiting: Waiting = Waiting()
    lock_timeout: float = 60.0
    solve_timeout: float = 30.0
    limits: tuple[str, ...] = ()
    today: str = ""
