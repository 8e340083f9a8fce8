"""What a command does as data, while it does it: one JSON document a line, or one YAML document each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from mistpm.cli.apply_view import ApplyView
from mistpm.cli.options import Output
from mistpm.cli.same_environment import same_environment
from mistpm.cli.terminal import Terminal
from mistpm.errors import MistError
from mistpm.model.change import Diff
from mistpm.model.progress import Progress


class Events:
    """The stream of events on standard output; `specs/cluster-commands.md#events` lists them."""

    def __init__(self, terminal: Terminal, output: Output) -> None:
        self._terminal = terminal
        self._is_json = output is Output.JSON

    def tell(self, event: str, data: Mapping[str, object]) -> None:
        """Print one event."""
        from mistpm import document

        plain = document.to_builtins({"event": event, **data})
        if self._is_json:
            import json

            self._terminal.show(json.dumps(plain, ensure_ascii=False))
        else:
            self._terminal.show(f"---\n{document.dump(plain)}".rstrip("\n"))

    @contextmanager
    def failing(self) -> Iterator[None]:
        """Tell what goes wrong; it stays an error."""
        try:
            yield
        except MistError as error:
            self.tell(
                "failed",
                {
                    "reference": error.reference,
                    "message": error.message,
                    "context": error.context,
                    "note": error.note,
                    "hint": same_environment(error.hint),
                },
            )
            raise
        except KeyboardInterrupt:
            self.tell("interrupted", {})
            raise


class EventView(ApplyView):
    """Tells each thing that happens as an event."""

    def __init__(self, terminal: Terminal, diff: Diff, events: Events, *, waits: bool) -> None:
        super().__init__(terminal, diff, waits=waits)
        self._events = events

    def show(self, progress: Progress) -> None:
        """Tell it."""
        self._events.tell(
            "progress",
            {
                "phase": progress.phase,
                "resource": str(progress.resource or ""),
                "release": progress.release,
                "message": progress.message,
            },
        )
