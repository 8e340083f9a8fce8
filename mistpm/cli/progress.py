"""Showing how far an operation is, once it has taken half a second."""

from __future__ import annotations

import os
import sys
import threading
from typing import TYPE_CHECKING

from mistpm.cli.terminal import Terminal
from mistpm.ops.reporter import Reporter

if TYPE_CHECKING:
    from rich.progress import Progress

DELAY = 0.5
"""Seconds before anything is shown: what is quick needs no bar."""


TOLD = ("compiling",)
"""What may take minutes with nothing to be seen: where nobody sees a bar, it is told in a line."""


class TerminalReporter(Reporter):
    """A progress bar in a terminal; under `-v` also a line for each piece of work.

    With `tells`, a job of CI has one line for what takes long; not where programs read what is said.
    """

    def __init__(self, terminal: Terminal, *, tells: bool = True) -> None:
        self._terminal = terminal
        self._tells = tells and bool(os.environ.get("CI"))
        self.is_animated = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._bar: Progress | None = None
        self._timer: threading.Timer | None = None
        self._lock = threading.Lock()
        self._work = 0
        self._what = ""
        self._total = 0
        self._done = 0

    def start(self, what: str, total: int) -> None:
        """Begin; the bar appears when it takes longer than `DELAY`."""
        self.finish()
        self._what, self._total, self._done = what, total, 0
        self._terminal.detail(what)
        if self.is_animated:
            self._timer = threading.Timer(DELAY, self._show, (self._work,))
            self._timer.daemon = True
            self._timer.start()
        elif what in TOLD and self._tells:
            self._tells = False
            self._terminal.say(f"{what} {total} modules" if total != 1 else f"{what} a module")

    def advance(self, piece: str) -> None:
        """Move the bar on."""
        with self._lock:
            self._done += 1
            if self._bar is not None:
                self._bar.update(self._bar.task_ids[0], completed=self._done, piece=piece)
        self._terminal.detail(f"{self._what}: {piece}")

    def finish(self) -> None:
        """Take the bar away, also one that is about to appear."""
        if self._timer is not None:
            self._timer.cancel()
        with self._lock:
            self._work += 1
            if self._bar is not None:
                self._bar.stop()
                self._bar = None

    def detail(self, line: str) -> None:
        """Show a line under `-v`."""
        self._terminal.detail(line)

    def note(self, line: str) -> None:
        """Show a line."""
        self._terminal.say(line)

    def _show(self, work: int) -> None:
        """Show the bar, unless that work is over by now."""
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn

        counted = (BarColumn(bar_width=24), MofNCompleteColumn()) if self._total else ()
        with self._lock:
            if work != self._work:
                return
            self._bar = Progress(
                SpinnerColumn(),
                "{task.description}",
                *counted,
                "{task.fields[piece]}",
                console=Console(stderr=True),
                transient=True,
            )
            self._bar.add_task(
                self._what, total=self._total or None, completed=self._done, piece=""
            )
            self._bar.start()
