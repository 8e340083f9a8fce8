"""What every command does around its operation: open the workspace, print the report."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mistpm.cli.options import Output
from mistpm.cli.terminal import Terminal


def emit(terminal: Terminal, output: Output, report: Any, show: Callable[[], None]) -> None:
    """Print a report: `show` prints the text form, the others are the report's own data."""
    if output is Output.TEXT:
        show()
        return
    from mistpm import document

    data = document.to_builtins(report)
    if output is Output.JSON:
        import json

        terminal.show(json.dumps(data, indent=2, ensure_ascii=False))
    else:
        terminal.show(document.dump(data).rstrip("\n"))
