"""The seam to what runs modules."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from mistpm.model.answer import Answer


class Guest(Protocol):
    """What `render` needs of a runtime; modules and budgets are opaque to it."""

    def load(self, path: Path, digest: str, *, name: str = "") -> Any:
        """Give the module in a file whose bytes have this digest; raises `PackageError`.

        `name` is what messages call it.
        """

    def ready(self, path: Path, digest: str, *, name: str = "") -> Any | None:
        """Give what `load` gives, unless that would take compiling: then None."""

    def budget(self) -> Any:
        """Give what one release's render may use up; its `deeper()` is for a nested call."""

    def generate(
        self,
        module: Any,
        envelope: bytes,
        *,
        budget: Any,
        answer: Callable[[bytes], Answer],
        log: Callable[[int, str], None],
    ) -> bytes:
        """Run the module and give what it answers; raises `RenderError`.

        `answer` is called for each of the guest's requests; what it raises ends the render.
        """

    def is_command(self, module: Any) -> bool:
        """Say whether the module is a command, which is for `command` instead of `generate`."""

    def is_component(self, module: Any) -> bool:
        """Say whether the module is a component, which may answer with manifests as commands do."""

    def command(
        self,
        module: Any,
        *,
        stdin: bytes,
        arguments: tuple[str, ...],
        environment: tuple[tuple[str, str], ...],
        budget: Any,
        answer: Callable[[bytes], Answer],
        log: Callable[[int, str], None],
    ) -> bytes:
        """Run a command and give what it writes to standard output; else as `generate`."""

    def requirements(
        self, module: Any, envelope: bytes, *, log: Callable[[int, str], None]
    ) -> bytes:
        """Ask the module what it requires for given inputs; raises `RenderError`, `PackageError`."""

    def start(self, work: Callable[[], None]) -> None:
        """Have `work` done on a thread that is good for running modules; return at once."""

    def interrupt(self) -> None:
        """End whatever runs, in all threads: Ctrl-C has arrived."""
