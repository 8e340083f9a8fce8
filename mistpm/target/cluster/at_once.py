"""Asking the API server several things at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from queue import SimpleQueue
from threading import Thread
from typing import Final, TypeVar

THREADS: Final = 8
"""How many requests are under way at a time: more only wait for the server."""

A = TypeVar("A")
B = TypeVar("B")


def at_once(work: Callable[[A], B], items: Iterable[A], *, threads: int = THREADS) -> list[B]:
    """Do `work` on all items and give the results in their order; the first exception ends it.

    The threads are daemons, so that Ctrl-C need not wait for the network.
    """
    pending = deque(enumerate(items))
    count = len(pending)
    outcomes: SimpleQueue[tuple[int, B] | BaseException] = SimpleQueue()

    def run() -> None:
        while True:
            try:
                at, item = pending.popleft()
            except IndexError:
                return
            try:
                outcomes.put((at, work(item)))
            except BaseException as error:  # noqa: BLE001 - handed over, and raised there
                outcomes.put(error)

    if count == 1:
        run()
    else:
        for _ in range(min(count, threads)):
            Thread(target=run, daemon=True).start()
    found: dict[int, B] = {}
    try:
        while len(found) < count:
            outcome = outcomes.get()
            if isinstance(outcome, BaseException):
                raise outcome
            at, result = outcome
            found[at] = result
    finally:
        pending.clear()
    return [found[at] for at in range(count)]
