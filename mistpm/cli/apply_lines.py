"""Applying to a cluster where nobody watches a screen: a line for each object, and a sign of life."""

from __future__ import annotations

import threading
import time

from mistpm.cli.apply_view import ABOUT_ALL, ApplyView
from mistpm.cli.terminal import Terminal, coloured, dim, printable
from mistpm.model.change import Diff
from mistpm.model.progress import Progress
from mistpm.model.resource import ResourceId

HEARTBEAT = 15.0
"""Seconds after which a run that has nothing to say tells what it waits for."""

DONE = {"create": "+ {} created", "update": "~ {} changed", "adopt": "< {} adopted"}
_NAMED = 3
_SHORT = 1.0


class LineView(ApplyView):
    """Writes a line when an object is done with, and now and then what is waited for, to standard error.

    Under `-v` everything that happens has a line.
    """

    def __init__(self, terminal: Terminal, diff: Diff, *, waits: bool) -> None:
        super().__init__(terminal, diff, waits=waits)
        self._actions: dict[ResourceId, str] = {}
        self._since: dict[ResourceId, float] = {}
        self._over = threading.Event()
        self._heart = threading.Thread(target=self._beat, daemon=True)

    def begin(self) -> None:
        """Start the clock."""
        self._heart.start()

    def show(self, progress: Progress) -> None:
        """Write what is worth a line."""
        resource, phase, message = progress.resource, progress.phase, printable(progress.message)
        if resource is None:
            if message:
                (self.terminal.say if phase in ABOUT_ALL else self.terminal.detail)(f"  {message}")
            return
        self._since.setdefault(resource, time.monotonic())
        if phase == "applied":
            self._actions[resource] = DONE.get(message, f"~ {{}} {message}").format(resource)
            if not self.waits:
                self._write(self._actions.pop(resource))
        elif phase == "ready":
            self._ready(resource)
        elif phase == "deleted":
            self._write(f"- {resource} deleted", resource)
        elif phase in {"kept", "failed"}:
            self._actions.pop(resource, None)
            self._write(
                f"{'=' if phase == 'kept' else '!'} {resource} {phase}: {message}".rstrip(": ")
            )
        else:
            self.terminal.detail(f"    {resource} {phase}: {message}".rstrip(": "))

    def finish(self, *, done: bool) -> None:
        """Write the lines of what was applied, and is not known to be ready."""
        self._over.set()
        if self._heart.is_alive():
            self._heart.join()
        for resource, line in self._actions.items():
            why = (
                self.standings[resource].message
                if self.standings[resource].phase == "waiting"
                else ""
            )
            self._write(line if done or not why else f"{line}, not ready: {printable(why)}")

    def _ready(self, resource: ResourceId) -> None:
        before = self.standings.get(resource)
        if resource in self._actions:
            self._write(f"{self._actions.pop(resource)}, ready", resource)
        elif before is not None and before.phase == "waiting":
            self._write(f"= {resource} ready", resource)
        else:
            self.terminal.detail(f"    {resource} ready")

    def _write(self, line: str, resource: ResourceId | None = None) -> None:
        took = time.monotonic() - self._since[resource] if resource else 0
        elapsed = f" ({took:.0f} s)" if took >= _SHORT else ""
        self.terminal.say(f"  {coloured(line)}{dim(elapsed) if elapsed else ''}")

    def _beat(self) -> None:
        while not self._over.wait(HEARTBEAT):
            self.look(self._tell_waiting)

    def _tell_waiting(self) -> None:
        waiting = self.resting
        for each in waiting[:_NAMED]:
            self.terminal.say(dim(f"  {printable(each.line)}"))
        if len(waiting) > _NAMED:
            self.terminal.say(dim(f"  and {len(waiting) - _NAMED} more"))
