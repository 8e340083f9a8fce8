"""Releases that go back to an older version, which nobody should do unawares."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from mistpm.errors import LockError
from mistpm.lock.lockfile_document import parse_lockfile
from mistpm.model.finding import Finding
from mistpm.model.lockfile import Lockfile
from mistpm.ops.locking import Solved, moves
from mistpm.ops.workspace import Workspace


def older_versions(workspace: Workspace, solved: Solved) -> Iterator[Finding]:
    """Give one warning that names all releases that are newer where they are installed.

    Only where nothing is installed, or its lock cannot be read, the lock that was there counts. What is
    called while rendering is not named: it keeps nothing.
    """
    before = _installed(workspace) or solved.previous
    back = [
        f"`{move.node}` {move.before} -> {move.after}"
        for move in moves(before, solved.lockfile)
        if move.is_older and move.node in solved.lockfile.releases
    ]
    if back:
        yield Finding(
            severity="warning",
            code="older-version",
            message=f"this goes back to older versions: {', '.join(back)}",
            hint="look at what their authors say of going back, and at their data",
        )


def _installed(workspace: Workspace) -> Lockfile | None:
    text = workspace.state.lock
    if text is not None:
        with suppress(LockError):
            return parse_lockfile(text, title=workspace.lock_title)
    return None
