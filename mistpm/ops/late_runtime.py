"""A runtime that is there when it is needed: without it wasmtime is not loaded, which takes 60 ms."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from mistpm.render import Guest


class _LateRuntime:
    """Opens the runtime when something of it is asked for first, from whatever thread."""

    def __init__(self, open_runtime: Callable[[], Guest]) -> None:
        self._open = open_runtime
        self._opened: Guest | None = None
        self._lock = threading.Lock()

    def __getattr__(self, name: str) -> Any:
        with self._lock:
            if self._opened is None:
                self._opened = self._open()
        return getattr(self._opened, name)

    def interrupt(self) -> None:
        """End whatever runs; nothing does if nothing was asked for."""
        if self._opened is not None:
            self._opened.interrupt()


def late_runtime(open_runtime: Callable[[], Guest]) -> Guest:
    """Give what becomes `open_runtime()` when it is used; what that raises is raised then."""
    return cast("Guest", _LateRuntime(open_runtime))
