"""What `upgrade` frees for moving."""

from __future__ import annotations

from mistpm.errors import LockError
from mistpm.ops.lock_graph import find_nodes, nodes
from mistpm.ops.proposing import Wishes
from mistpm.ops.workspace import Workspace


def upgrade_wishes(workspace: Workspace, names: tuple[str, ...]) -> Wishes:
    """Free the named releases or packages, or all; the minors are expanded anew when all are free.

    Raises `LockError` where nothing is locked yet, `UsageError` for an unknown name.
    """
    lockfile = workspace.lockfile
    if lockfile is None:
        raise LockError(
            "lock-missing",
            f"`{workspace.document.title}` has no lock yet, so there is nothing to upgrade from",
            hint="`mistpm install` begins with the newest versions",
        )
    free = {node for name in names for node in find_nodes(lockfile, name)}
    return Wishes(
        free=frozenset(free if names else nodes(lockfile)),
        new_minors=not names,
        always=True,
        reason=" ".join(("upgrade", *names)),
    )
