"""Where a guest's standard output and error go."""

from __future__ import annotations

from collections.abc import Callable

from mistpm.wasm.abi.limits import Budget

_INFO = 1
_MOST_KEPT = 20
_LONGEST_KEPT = 300


class Output:
    """A command's standard output: its answer, counted as such."""

    def __init__(self, budget: Budget, *, name: str) -> None:
        self._budget = budget
        self._name = name
        self._parts: list[bytes] = []
        self._size = 0

    def take(self, size: int) -> None:
        """Count `size` bytes more; raises `RenderError`: `output-too-large`."""
        self._size += size
        self._budget.take_output(size, name=self._name, whole=self._size)

    def write(self, data: bytes) -> None:
        """Keep what was written."""
        self._parts.append(data)

    def whole(self) -> bytes:
        """Give all that was written."""
        return b"".join(self._parts)


class Lines:
    """A stream for people: each line becomes a log message, and the last ones are kept for errors."""

    def __init__(self, budget: Budget, log: Callable[[int, str], None]) -> None:
        self._budget = budget
        self._log = log
        self._rest = b""
        self._last: list[str] = []

    def take(self, size: int) -> None:
        """Count `size` bytes more; raises `RenderError`: `log-too-large`."""
        self._budget.take_log(size)

    def write(self, data: bytes) -> None:
        """Log the lines that are whole; raises `RenderError`: `log-too-large`."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        self._take_lines(len(lines))
        for line in lines:
            self._tell(line)

    def finish(self) -> tuple[str, ...]:
        """Log what has no end of line, and give the last lines, long ones cut."""
        if self._rest:
            self._tell(self._rest)
            self._rest = b""
        return tuple(self._last)

    def _take_lines(self, count: int) -> None:
        """Count each line as the message that it becomes: the first was, with what was written."""
        for _ in range(1, count):
            self._budget.take_log(0)

    def _tell(self, line: bytes) -> None:
        text = line.decode(errors="replace").rstrip("\r")
        self._log(_INFO, text)
        cut = text if len(text) <= _LONGEST_KEPT else f"{text[:_LONGEST_KEPT]}…"
        self._last = [*self._last[1 - _MOST_KEPT :], cut]
