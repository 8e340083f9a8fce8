"""Showing how far an operation is, once it has taken half a second."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING

from mistpm.cli.terminal import Terminal
from mistpm.ops.reporter import Reporter

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

DELAY = 0.5
"""Seconds before anything is shown: what is quick needs no bar."""


class TerminalReporter(Reporter):
    """A progress bar in a terminal; lines under `-v` only where there is none."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._timer: threading.Timer | None = None
        self._lock = threading.Lock()
        self._what = ""
        self._total = 0
        self._done = 0

    def start(self, what: str, total: int) -> None:
        """Begin; the bar appears when it takes longer than `DELAY`."""
        self.finish()
        self._what, self._total, self._done = what, total, 0
        self._terminal.detail(what)
        if sys.stderr.isatty():
            self._timer = threading.Timer(DELAY, self._show)
            self._timer.daemon = True
            self._timer.start()

    def advance(self, piece: str) -> None:
        """Move the bar on."""
        with self._lock:
            self._done += 1
            if self._bar is not None and self._task is not None:
                self._bar.update(self._task, completed=self._done, description=piece)

    def finish(self) -> None:
        """Take the bar away."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        with self._lock:
            if self._bar is not None:
                self._bar.stop()
                self._bar = None

    def detail(self, line: str) -> None:
        """Show a line under `-v`."""
        self._terminal.detail(line)

    def _show(self) -> None:
        from rich.console import Console
        from rich.progress import Progress

        with self._lock:
            self._bar = Progress(console=Console(stderr=True), transient=True)
            self._task = self._bar.add_task(self._what, total=self._total, completed=self._done)
            self._bar.start()
