"""Threads that guests run on, whose stacks hold as many guests as run on them.

wasmtime's stack limit holds for one activation of a guest, not for the thread.  Guests nested on one
thread add up, and then overrun it, which kills the process.  Therefore guests have threads of their own,
with stacks that are large enough for `GUESTS` of them: a guest runs on its caller's thread while there
is room, because handing over to another thread takes longer than most calls, and on the next one
otherwise.  Python's own limit of nested calls, which counts for each thread, is far away then.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

GUESTS = 8
_BETWEEN_BYTES = 256 * 1024
"""What the host uses of the stack from one guest to the next one: some 20 KiB."""

_HOST_BYTES = 8 * 1024 * 1024
"""What the host may use after the last one: documents nested deeply."""

_stack_size = threading.Lock()
_here = threading.local()


class GuestThreads:
    """A pool of threads whose stacks hold guests of `stack_bytes` each and the host's own frames.

    A thread that had nothing to do for `idle_seconds` ends.  Handing a guest over costs some 0.05 ms,
    a new thread 0.1 ms; a stack takes address space, not memory.
    """

    def __init__(self, stack_bytes: int, *, idle_seconds: float = 5.0) -> None:
        self._stack_bytes = GUESTS * (stack_bytes + _BETWEEN_BYTES) + _HOST_BYTES
        self._idle_seconds = idle_seconds
        self._lock = threading.Lock()
        self._idle: list[queue.SimpleQueue[Callable[[], None]]] = []

    @property
    def idle(self) -> int:
        """Give how many threads wait for work."""
        return len(self._idle)

    def run(self, work: Callable[[], None]) -> None:
        """Have `work`, which must not raise, done here if this is a guest's thread with room for it.

        Otherwise it is done on an idle or a new thread, and this returns at once.
        """
        if room := self._room():
            _here.room = room - 1
            work()
            _here.room = room
            return
        with self._lock:
            inbox = self._idle.pop() if self._idle else None
        if inbox is None:
            inbox = queue.SimpleQueue()
            self._start(inbox)
        inbox.put(work)

    def _room(self) -> int:
        """Give how many more guests may run on this thread: none if it is not one of this pool's."""
        return _here.room if getattr(_here, "pool", None) is self else 0

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
        _here.pool, _here.room = self, GUESTS - 1
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
