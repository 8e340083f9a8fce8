"""What is shown of a render: how many packages are compiled, then how many releases are rendered."""

from __future__ import annotations

import threading

from mistpm.ops.reporter import Reporter
from mistpm.render import Progress


class RenderProgress(Progress):
    """Two bars in turn: compiling has its own, and rendering goes on where it was."""

    def __init__(self, reporter: Reporter, total: int) -> None:
        self._reporter = reporter
        self._total = total
        self._rendered: list[str] = []
        self._to_compile = 0
        self._lock = threading.Lock()
        reporter.start("rendering", total)

    def compiling(self, total: int) -> None:
        """Begin the bar of what is compiled."""
        with self._lock:
            self._to_compile = total
            self._reporter.start("compiling", total)

    def compiled(self, package: str) -> None:
        """Move that bar on; after the last one go back to the other."""
        with self._lock:
            self._reporter.advance(package)
            self._to_compile -= 1
            if not self._to_compile:
                self._reporter.start("rendering", self._total)
                for release in self._rendered:
                    self._reporter.advance(release)

    def rendered(self, release: str) -> None:
        """Move the bar of releases on."""
        with self._lock:
            self._rendered.append(release)
            if not self._to_compile:
                self._reporter.advance(release)
