"""What every command does around its operation: open the workspace, print the report."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mistpm.cli.options import Output
from mistpm.cli.terminal import Terminal
from mistpm.model.lockfile import Lockfile


def emit(terminal: Terminal, output: Output, report: Any, show: Callable[[], None]) -> None:
    """Print a report: `show` prints the text form, the others are the report's own data."""
    if output is Output.TEXT:
        show()
        return
    from mistpm import document

    data = document.to_builtins(report)
    if output is Output.JSON:
        terminal.show(json.dumps(data, indent=2, ensure_ascii=False))
    else:
        terminal.show(document.dump(data).rstrip("\n"))


def locked_graph(environment: Path | None, target: str) -> Lockfile:
    """Read the lock for a command that only looks; raises `LockError` where there is none.

    The lock beside an environment's file is read alone: the file itself does not matter for it.
    """
    from mistpm.environment.location import (
        LOCK_NAME,
        as_seen,
        find_environment,
        here,
        is_there,
    )
    from mistpm.errors import LockError
    from mistpm.lock.lockfile_document import read_lockfile

    file = environment or find_environment(here())
    if file is not None and not is_there(file):
        file = None
    if file is not None:
        title = str(as_seen(file))
        lockfile = read_lockfile(as_seen(file.parent / LOCK_NAME))
    else:
        from mistpm.ops.options import Options
        from mistpm.ops.workspace import open_workspace

        workspace = open_workspace(Options(environment=environment, target=target))
        title, lockfile = workspace.document.title, workspace.lockfile
    if lockfile is None:
        raise LockError(
            "lock-missing",
            f"`{title}` has no lock yet",
            hint="`mistpm lock` solves and writes it",
        )
    return lockfile
