"""Applying to a cluster in front of somebody's eyes: releases, their objects, what is waited for and why."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rich.console import Console
from rich.live import Live
from rich.text import Text
from rich.tree import Tree

from mistpm.cli.apply_lines import DONE
from mistpm.cli.apply_view import ABOUT_ALL, ApplyView, Standing
from mistpm.cli.terminal import Terminal, count, printable
from mistpm.model.change import Diff
from mistpm.model.progress import Phase, Progress
from mistpm.model.resource import ResourceId

if TYPE_CHECKING:
    from rich.console import RenderableType

_SIGNS: dict[Phase, tuple[str, str]] = {
    "ready": ("✓", "green"),
    "unchanged": ("✓", "green"),
    "deleted": ("✓", "green"),
    "kept": ("=", "cyan"),
    "failed": ("✗", "red"),
    "applied": ("·", "yellow"),
    "waiting": ("·", "yellow"),
    "deleting": ("·", "yellow"),
}
_OVER: frozenset[Phase] = frozenset({"ready", "unchanged", "deleted", "kept"})
_SHORT = 1.0
_MARGIN = 4
"""Lines of the screen that are left to others."""


class TreeView(ApplyView):
    """A tree that changes in place, on standard error, with a line a release when it is over."""

    def __init__(
        self, terminal: Terminal, diff: Diff, *, waits: bool, console: Console | None = None
    ) -> None:
        super().__init__(terminal, diff, waits=waits)
        self._done = _OVER if waits else _OVER | {"applied"}
        self._began = time.monotonic()
        self._since: dict[ResourceId, float] = {}
        self._ended: dict[str, float] = {}
        self._releases: dict[str, list[ResourceId]] = {}
        for change in diff.having("create", "update", "adopt", "delete"):
            self._releases.setdefault(change.release, []).append(change.resource)
        self._console = console or Console(stderr=True)
        self._live = Live(
            console=self._console,
            get_renderable=self.tree,
            refresh_per_second=8,
            transient=True,
        )

    def begin(self) -> None:
        """Show the tree."""
        self._live.start()

    def show(self, progress: Progress) -> None:
        """Take note; the tree is drawn anew by itself."""
        if progress.resource is None:
            if progress.phase in ABOUT_ALL and progress.message:
                self._console.print(Text(f"  {printable(progress.message)}"))
            return
        if progress.resource not in self._releases.get(progress.release, ()):
            if progress.phase in {"unchanged", "ready", "note"}:
                return
            self._releases.setdefault(progress.release, []).append(progress.resource)
        now = time.monotonic()
        self._since.setdefault(progress.resource, now)
        self._ended[progress.release] = now

    def finish(self, *, done: bool) -> None:  # noqa: ARG002 - what went wrong is told as an error
        """Leave a line for each release."""
        self._live.stop()
        for release in self._releases:
            self._console.print(self._head(release))

    def tree(self) -> RenderableType:
        """Draw everything that fits on the screen: what is not done yet comes before what waits for it."""
        tree = Tree("", hide_root=True)
        room = max(self._console.height - _MARGIN - len(self._releases), 1)
        for release, resources in tuple(self._releases.items()):
            branch = tree.add(self._head(release))
            busy = [
                self.standings[each]
                for each in tuple(resources)
                if each in self.standings and self.standings[each].phase not in self._done
            ]
            for standing in busy[:room]:
                branch.add(self._line(standing))
            if len(busy) > room:
                branch.add(Text(f"and {len(busy) - room} more", style="dim"))
            room = max(room - len(busy), 0)
        return tree

    def _head(self, release: str) -> Text:
        """Give `✓ shop  5 of 5 done  12 s`."""
        resources = self._releases[release]
        phases = [self.standings[each].phase for each in resources if each in self.standings]
        over = sum(phase in self._done for phase in phases)
        phase: Phase = (
            "failed" if "failed" in phases else "ready" if over == len(resources) else "waiting"
        )
        sign, style = _SIGNS[phase]
        text = Text(f"{sign} ", style=style, no_wrap=True, overflow="ellipsis")
        text.append(release or "namespaces", style="bold")
        text.append(f"  {over} of {count(len(resources), 'object')} done", style="none")
        if phase == "ready":
            took = self._ended.get(release, self._began) - self._began
        else:
            took = time.monotonic() - self._began
        if took >= _SHORT:
            text.append(f"  {took:.0f} s", style="dim")
        return text

    def _line(self, standing: Standing) -> Text:
        sign, style = _SIGNS.get(standing.phase, ("·", "yellow"))
        text = Text(f"{sign} ", style=style, no_wrap=True, overflow="ellipsis")
        text.append(str(standing.resource), style="none")
        message = printable(standing.message)
        if standing.phase == "applied":
            message = DONE.get(message, message).rpartition(" ")[2]
        text.append(f"  {message.partition(chr(10))[0]}", style=style)
        took = time.monotonic() - self._since[standing.resource]
        if took >= _SHORT:
            text.append(f"  {took:.0f} s", style="dim")
        return text
