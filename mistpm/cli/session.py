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
    """Read the lock for a command that only looks; raises `LockError` where there is none."""
    from mistpm.errors import LockError
    from mistpm.ops.options import Options
    from mistpm.ops.workspace import open_workspace

    workspace = open_workspace(Options(environment=environment, target=target))
    if workspace.lockfile is None:
        raise LockError(
            "lock-missing",
            f"`{workspace.document.title}` has no lock yet",
            hint="`mistpm lock` solves and writes it",
        )
    return workspace.lockfile
