"""Threads that guests run on: a large stack each, and one guest at a time.

wasmtime's stack limit holds for one activation of a guest, not for the thread.  Guests nested on one
thread add up, and then overrun it, which kills the process.  Therefore every guest, nested or not, has
a thread of its own, whose stack is larger than what its one guest may use.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

_HOST_BYTES = 8 * 1024 * 1024
_stack_size = threading.Lock()


class GuestThreads:
    """A pool of threads whose stacks hold a guest of `stack_bytes` and the host's own frames.

    A thread that had nothing to do for `idle_seconds` ends.  Handing a guest over costs some 0.05 ms,
    a new thread 0.1 ms; a stack takes address space, not memory.
    """

    def __init__(self, stack_bytes: int, *, idle_seconds: float = 5.0) -> None:
        self._stack_bytes = stack_bytes + _HOST_BYTES
        self._idle_seconds = idle_seconds
        self._lock = threading.Lock()
        self._idle: list[queue.SimpleQueue[Callable[[], None]]] = []

    @property
    def idle(self) -> int:
        """Give how many threads wait for work."""
        return len(self._idle)

    def run(self, work: Callable[[], None]) -> None:
        """Have `work`, which must not raise, done on an idle or a new thread; returns at once."""
        with self._lock:
            inbox = self._idle.pop() if self._idle else None
        if inbox is None:
            inbox = queue.SimpleQueue()
            self._start(inbox)
        inbox.put(work)

    def _start(self, inbox: queue.SimpleQueue[Callable[[], None]]) -> None:
        thread = threading.Thread(
            target=self._serve, args=(inbox,), name="mistpm-guest", daemon=True
        )
        with _stack_size:
            before = threading.stack_size(self._stack_bytes)
            try:
                thread.start()
            finally:
                threading.stack_size(before)

    def _serve(self, inbox: queue.SimpleQueue[Callable[[], None]]) -> None:
        """Do what comes in, until nothing has come for a while."""
        while True:
            try:
                work = inbox.get(timeout=self._idle_seconds)
            except queue.Empty:
                with self._lock:
                    if inbox in self._idle:
                        self._idle.remove(inbox)
                        return
                continue
            work()
            del work
            with self._lock:
                self._idle.append(inbox)
