"""Every request by which a process talks with a cluster, and processes that die at one of them.

The work is done in a child of this process, whose `Transport` is patched to count what is sent. A child that
dies does so with `os._exit`: nothing is cleaned up, no lease is given back.
"""

from __future__ import annotations

import gc
import json
import os
import threading
import traceback
from collections.abc import Callable
from functools import wraps
from typing import Any, Literal, NamedTuple, NoReturn

from mistpm.target.cluster.api.transport import Transport

Moment = Literal["before", "after"]

DIED = 99


class Crash(NamedTuple):
    """When to die: before the request with this number (from 0) is sent, or after it was answered."""

    number: int
    moment: Moment


def trace(work: Callable[[], None]) -> list[str]:
    """Run in a child and give its requests, as `METHOD PATH`, in the order of sending."""
    reader, writer = os.pipe()
    if (child := os.fork()) == 0:
        _in_child(work, _Counter(None), writer)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        told = json.loads(pipe.read() or '"the child died"')
    os.waitpid(child, 0)
    assert isinstance(told, list), told
    return told


def run_until(work: Callable[[], None], crash: Crash) -> bool:
    """Run in a child that dies at a request; tell whether it came that far."""
    if (child := os.fork()) == 0:
        _in_child(work, _Counter(crash), None)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in {0, DIED}, f"the child ended with {code}"
    return code == DIED


def _in_child(work: Callable[[], None], counter: _Counter, writer: int | None) -> NoReturn:
    gc.disable()
    code = 1
    try:
        counter.install()
        told: Any = counter.requests
        try:
            work()
        except BaseException:  # noqa: BLE001 - told to the parent, which fails with it
            told = traceback.format_exc()
        if writer is None and isinstance(told, str):
            os.write(2, told.encode())
        elif writer is not None:
            os.write(writer, json.dumps(told).encode())
        code = 1 if isinstance(told, str) else 0
    finally:
        os._exit(code)


class _Counter:
    """Counts the requests of this process, and ends it at one of them; there is no way back."""

    def __init__(self, crash: Crash | None) -> None:
        self.requests: list[str] = []
        self._crash = crash
        self._lock = threading.Lock()

    def install(self) -> None:
        """Patch the transport of every client: watches begin with it, too."""
        original = Transport.send

        @wraps(original)
        def patched(transport: Transport, request: Any, **named: Any) -> Any:
            with self._lock:
                number = len(self.requests)
                self.requests.append(f"{request.method} {request.path}")
            moment = self._crash.moment if self._crash and self._crash.number == number else None
            if moment == "before":
                os._exit(DIED)
            try:
                return original(transport, request, **named)
            finally:
                if moment == "after":
                    os._exit(DIED)

        setattr(Transport, "send", patched)  # noqa: B010 - for the type checker it is another function
