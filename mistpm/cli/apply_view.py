"""Following a proposal that is carried out: how far each resource is, however it is shown."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from msgspec import Struct

from mistpm.cli.progress import TerminalReporter
from mistpm.cli.terminal import Terminal, count, drop_standard_output, printable
from mistpm.model.change import Diff
from mistpm.model.progress import Phase, Progress
from mistpm.model.resource import ResourceId

_LISTED = 8
_OVER: frozenset[Phase] = frozenset({"ready", "deleted", "kept", "unchanged"})
ABOUT_ALL: frozenset[Phase] = frozenset({"locked", "waiting"})
"""Phases that are worth a line where they are of no single object: who else changes the environment, or did."""
_RESTS: frozenset[Phase] = frozenset({"waiting", "deleting", "failed"})


class Standing(Struct, frozen=True, kw_only=True):
    """Where one resource stands: the last that was heard of it."""

    resource: ResourceId
    release: str
    phase: Phase
    message: str = ""

    @property
    def line(self) -> str:
        """Give `Deployment.apps shop/gitea waiting: 0 of 2 replicas are available`."""
        return f"{self.resource} {self.phase}: {self.message}".rstrip(": ")


class ApplyView:
    """Keeps where each resource stands; what is shown of it is up to those that are made of this.

    A context manager: what is shown ends with it, and when it ends by Ctrl-C it says what state things
    are in.  `waits` says that what is applied is not done before it is ready.
    """

    def __init__(self, terminal: Terminal, diff: Diff, *, waits: bool) -> None:
        self.terminal = terminal
        self.waits = waits
        self.planned = tuple(
            change.resource for change in diff.having("create", "update", "adopt", "delete")
        )
        self.standings: dict[ResourceId, Standing] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        """Begin to show."""
        self.begin()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End what is shown."""
        self.finish(done=kind is None)
        if kind is KeyboardInterrupt:
            for line in self.state():
                self.terminal.say(printable(line))

    def hear(self, progress: Progress) -> None:
        """Take notice of something, from any thread.

        Where the reader of standard output goes away, what was begun is brought to its end.
        """
        with self._lock:
            try:
                self.show(progress)
            except BrokenPipeError:
                drop_standard_output()
            if progress.resource is not None and progress.phase != "note":
                self.standings[progress.resource] = Standing(
                    resource=progress.resource,
                    release=progress.release,
                    phase=progress.phase,
                    message=progress.message,
                )

    def look(self, at: Callable[[], None]) -> None:
        """Do something while nothing is heard, so that it sees one moment."""
        with self._lock:
            at()

    def begin(self) -> None:
        """Begin to show."""

    def show(self, progress: Progress) -> None:
        """Show one thing; `standings` are as they were before it."""

    def finish(self, *, done: bool) -> None:
        """End what is shown; `done` where nothing went wrong."""

    @property
    def resting(self) -> tuple[Standing, ...]:
        """What is waited for, or failed, in the order in which it was first heard of."""
        return tuple(each for each in self.standings.values() if each.phase in _RESTS)

    def state(self) -> tuple[str, ...]:
        """Say in lines what state things are in, for when it ends early."""
        begun = [resource for resource in self.planned if resource in self.standings]
        done = _OVER if self.waits else _OVER | {"applied"}
        over = [resource for resource in begun if self.standings[resource].phase in done]
        resting = self.resting
        lines = (
            [
                f"{len(over)} of {count(len(self.planned), 'change')} done,"
                f" {len(begun) - len(over)} begun, {len(self.planned) - len(begun)} not begun"
            ]
            if self.planned
            else ["nothing was changed"]
        )
        lines += [f"  {each.line}" for each in resting[:_LISTED]]
        if len(resting) > _LISTED:
            lines.append(f"  and {len(resting) - _LISTED} more")
        return tuple(lines)


class BarView(ApplyView):
    """A bar in a terminal, and under `-v` a line each: for what takes no time."""

    def __init__(self, terminal: Terminal, diff: Diff, reporter: TerminalReporter) -> None:
        super().__init__(terminal, diff, waits=False)
        self._reporter = reporter

    def begin(self) -> None:
        """Show the bar."""
        changes = count(len(self.planned), "change")
        self._reporter.start(f"applying {changes}", len(self.planned))

    def show(self, progress: Progress) -> None:
        """Move it on."""
        self._reporter.advance(str(progress.resource))

    def finish(self, *, done: bool) -> None:  # noqa: ARG002 - a bar leaves nothing behind
        """Take it away."""
        self._reporter.finish()

    def state(self) -> tuple[str, ...]:
        """Say nothing: a directory is written whole, by this run or by the next one."""
        return ()
